"""Even loudness without clipping: a fixed gain, and a limiter that bends only what would be too loud.

A gain for each sentence would make loudness jump by up to 5.7 LU between sentences; a fixed one keeps them as a speaker
would. Every sample is treated by itself, so that chunks of any length give the same samples as the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Pcm

GAIN = 1.8
"""Brings the default voice to about -19 dBFS RMS while it speaks."""

KNEE = 0.7
"""From this share of full scale on, samples are bent."""

CEILING = 0.89
"""What no sample passes: -1 dBFS."""

EDGE_SECONDS = 0.003
"""How long a sentence is faded in and out, so that a cut in silence does not click."""

_FULL_SCALE = 32767


def levelled(samples: npt.NDArray[np.float32], *, gain: float = GAIN) -> Pcm:
    """Samples of -1 to 1 (louder ones too) as 16 bits, at most `CEILING` loud; linear below `KNEE`."""
    louder = samples.astype(np.float32) * np.float32(gain)
    size = np.abs(louder)
    bent = size > KNEE
    room = CEILING - KNEE
    louder[bent] = np.copysign(KNEE + room * np.tanh((size[bent] - KNEE) / room), louder[bent])
    return np.round(louder * _FULL_SCALE).astype(np.int16)


class Edges:
    """Fades one sentence in and out, chunk by chunk; its last `EDGE_SECONDS` are held until it ends."""

    def __init__(self, *, sample_rate: int) -> None:
        length = max(1, round(EDGE_SECONDS * sample_rate))
        self._ramp = np.linspace(0, 1, length, dtype=np.float32)
        self._held = np.zeros(0, np.int16)
        self._gone = 0

    def push(self, pcm: Pcm) -> Pcm:
        """What is ready once this went in too."""
        sound = np.concatenate([self._held, pcm])
        ready = max(0, len(sound) - len(self._ramp))
        self._held, sound = sound[ready:], sound[:ready]
        rise = self._ramp[self._gone : self._gone + ready]
        sound[: len(rise)] = np.round(sound[: len(rise)] * rise)
        self._gone += ready
        return sound

    def finish(self) -> Pcm:
        """The rest."""
        fall = self._ramp[::-1][-len(self._held) :] if len(self._held) else self._ramp[:0]
        return np.round(self._held * fall).astype(np.int16)
