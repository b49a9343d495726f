# Said in the room to somebody who waits for a voice and will not hear a description. Also recorded, for a device whose
# voice is missing: after a change run scripts/make-clips.

regret-unreadable = This photo cannot be read.
regret-disk-full = The disk is full, please make room.
regret-no-voice = My voice is missing, and this is a recording.
