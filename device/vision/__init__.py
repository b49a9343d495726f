"""What is visible: the runtime, the face detector, the mesh, the head's direction, the smile."""
