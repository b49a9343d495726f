"""Sound to a sink: a WAV file, an ALSA device, or nowhere."""
