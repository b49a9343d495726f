# Burned into every picture of a film and of a page that moves: short, so that they fit into small photos.

mark-imagined = imagined voice and movement
mark-still = imagined voice
mark-synthetic = synthetic voice
