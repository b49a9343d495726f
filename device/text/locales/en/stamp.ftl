# Burned into every picture of a film and of a page that moves: short, so that they fit into small photos.

mark-imagined = imagined voice and movement
mark-still = imagined voice
mark-synthetic = synthetic voice

# In the properties of the file.

film-title = A photo speaks
film-imagined = A still photo that a machine moved: what the people in it say, their voices and their movement are imagined.
film-still = A still photo: what the people in it say is imagined, and their voices are synthetic.
film-synthetic = A still photo, described by a synthetic voice.
