"""Never louder than a ceiling, between the samples either: the gain goes down before the peak comes.

A card turns samples into a curve that may rise above all of them. So peaks are looked for on four times as many samples
(ITU-R BS.1770-4, annex 2), and the limiter changes a gain, slowly against the sound; to bend the samples one by one, as
a soft knee does, adds what was not there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.voice.resample import OVERSAMPLER_REACH, oversampler

if TYPE_CHECKING:
    from device.voice.engine import Samples

CEILING = 0.84
"""Of full scale: -1.5 dB. What is louder between the points that are looked at stays under -1 dBTP."""

BLOCK_SECONDS = 0.0015
"""The gain moves in lines of this length; it is down at the begin of the block in which a peak is."""

RELEASE_SECONDS = 0.04
"""In which two thirds of what was taken off come back."""

_FINER = 4


def look_ahead_seconds(sample_rate: int) -> float:
    """Seconds of sound that come out later than they went in, at most."""
    return 2 * BLOCK_SECONDS + OVERSAMPLER_REACH / sample_rate


class Limiter:
    """Limits one sentence to `CEILING`; what stays below is left as it is. For one thread.

    Blocks lie on a grid from the first sample on, so that chunks of any length give the same samples.
    """

    def __init__(self, *, sample_rate: int) -> None:
        self._block = round(BLOCK_SECONDS * sample_rate)
        self._return = math.exp(-BLOCK_SECONDS / RELEASE_SECONDS)
        self._ramp = (np.arange(self._block) / self._block).astype(np.float32)
        self._oversampler = oversampler(_FINER)
        self._kept = np.zeros(0, np.float32)  # what went in and did not come out yet
        self._between = np.zeros(0, np.float32)  # the same at the finer rate, of blocks that were not looked at yet
        self._allowed = np.ones(1, np.float32)  # gains of the last block that came out, and of those looked at since
        self._gain = 1.0  # where the last block began
        self._owed = 0

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too."""
        self._owed += len(samples)
        return self._run(samples)

    def finish(self) -> Samples:
        """The rest: as many samples have come out then as went in."""
        return self._run(np.zeros(3 * self._block + OVERSAMPLER_REACH, np.float32))

    def _run(self, samples: Samples) -> Samples:
        self._kept = np.concatenate([self._kept, samples])
        self._look(samples)
        count = len(self._allowed) - 2  # the block behind is known too, and so where the gain has to be at its begin
        if count <= 0:
            return samples[:0]
        edges = self._edges(np.minimum(self._allowed[:-1], self._allowed[1:]))
        lines = edges[:-1, None] + np.diff(edges)[:, None] * self._ramp
        end = count * self._block
        result = (self._kept[:end] * lines.reshape(-1))[: self._owed]
        self._kept = self._kept[end:]
        self._allowed = self._allowed[count:]
        self._owed -= len(result)
        return result

    def _look(self, samples: Samples) -> None:
        """At the peaks of the blocks that are whole now."""
        self._between = np.concatenate([self._between, np.abs(self._oversampler.push(samples))])
        size = _FINER * self._block
        count = len(self._between) // size
        peaks = self._between[: count * size].reshape(count, size).max(axis=1, initial=CEILING)
        self._between = self._between[count * size :]
        self._allowed = np.concatenate([self._allowed, np.float32(CEILING) / peaks])

    def _edges(self, allowed: Samples) -> Samples:
        """The gains at the begins of the blocks that are ready, and at the end of the last."""
        if self._gain == 1 and allowed.min() == 1:
            return np.ones_like(allowed)
        edges = []
        gain = self._gain
        for each in allowed.tolist():
            gain = min(each, 1 - (1 - gain) * self._return)
            edges.append(gain)
        self._gain = edges[-2]
        return np.array(edges, np.float32)
