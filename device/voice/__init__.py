"""Sound from sentences: Piper, warm in the process, levelled."""
