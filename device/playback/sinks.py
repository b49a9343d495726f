"""Which way a configured device is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.playback.alsa import AlsaSink
from device.playback.aplay import AplaySink
from device.playback.pulse import PulseSink

if TYPE_CHECKING:
    from device.playback.sink import Sink

PULSE, APLAY = "pulse:", "aplay:"
"""Before the name of a sound server's sink, and before that of an ALSA device that is to be reached by `aplay`."""


def sink_for(device: str) -> Sink:
    """The sink of a name out of the settings: an ALSA device unless it says otherwise."""
    if device.startswith(PULSE):
        return PulseSink(device.removeprefix(PULSE))
    if device.startswith(APLAY):
        return AplaySink(device.removeprefix(APLAY))
    return AlsaSink(device)
