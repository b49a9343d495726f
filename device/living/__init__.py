"""The face of whoever speaks, moved: visemes, motion, rig. Takes mesh, pixels and marks by value."""
