# Said in the room before a description, where [audio] notice asks for it.

notice-spoken = What you hear is a synthetic voice.
