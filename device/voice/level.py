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

SILENCE = 33
"""The largest 16-bit sample that counts as silence: -60 dBFS."""

LEAD_SECONDS = 0.04

_FULL_SCALE = 32767


def levelled(samples: npt.NDArray[np.float32], *, gain: float = GAIN) -> Pcm:
    """Samples of -1 to 1 (louder ones too) as 16 bits, at most `CEILING` loud; linear below `KNEE`."""
    louder = samples.astype(np.float32) * np.float32(gain)
    size = np.abs(louder)
    room = CEILING - KNEE
    bent = KNEE + room * np.tanh((size - KNEE) / room)
    limited = np.where(size > KNEE, np.copysign(bent, louder), louder)
    return np.round(limited * _FULL_SCALE).astype(np.int16)


def begun(pcm: Pcm, *, sample_rate: int) -> Pcm:
    """The same without most of the silence in front.

    A voice with noise in its durations now and then waits 0.4 s before the first sound, in place of 0.04. Everything
    from `LEAD_SECONDS` before the first sample above `SILENCE` on is kept, so that no soft beginning is cut.
    """
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > SILENCE)
    if len(loud) == 0:
        return pcm
    return pcm[max(0, loud[0] - round(LEAD_SECONDS * sample_rate)) :]


def faded(pcm: Pcm, *, sample_rate: int, seconds: float = 0.003) -> Pcm:
    """The same with its ends faded in and out, so that a cut in silence does not click."""
    length = min(round(seconds * sample_rate), len(pcm) // 2)
    if length == 0:
        return pcm
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    result = pcm.copy()
    result[:length] = np.round(pcm[:length] * ramp)
    result[-length:] = np.round(pcm[-length:] * ramp[::-1])
    return result
