"""Pages and pictures from plain values: what was seen, what was said, and why. Pure."""
