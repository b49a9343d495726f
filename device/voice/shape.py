"""What makes another speaker of the same voice after the engine: formants, ratio, brightness and loudness.

Everything is done stretch by stretch, and gives the same samples however the sound is cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from device.voice.formant import HOP_SECONDS, FormantWarp
from device.voice.resample import resampler
from device.voice.shelf import shelf

if TYPE_CHECKING:
    from device.voice.engine import Manner, Samples


def withheld_seconds(manner: Manner) -> float:
    """Seconds of sound that come out later than they went in, at most."""
    return 2 * HOP_SECONDS / manner.ratio if manner.formant != 1 else 0.0


class _Stage(Protocol):
    def push(self, samples: Samples) -> Samples: ...

    def finish(self) -> Samples: ...


class Shaper:
    """Shapes one sentence as `manner` says: `formant`, `ratio`, `shelf_db` and `gain_db`. For one thread.

    What went in at a place comes out at that place / `ratio`; the whole has that share of the samples, rounded. What is
    neutral in the manner is not done at all: the voice as it is comes back untouched, at once.

    Look-ahead: a formant other than 1 waits for 29 ms of sound before the first samples and for at most that later on;
    a ratio other than 1 for 12 samples, or `ratio` times as many (at most 0.9 ms at 22.05 kHz).
    """

    def __init__(self, manner: Manner, *, sample_rate: int) -> None:
        stages: list[_Stage] = []
        if manner.formant != 1:
            # Before the resampling: there the pitch is lowest where a ratio is high, and the envelope best known.
            stages.append(FormantWarp(manner.formant, sample_rate=sample_rate))
        if manner.ratio != 1:
            stages.append(resampler(manner.ratio))
        if manner.shelf_db != 0:
            stages.append(shelf(manner.shelf_db, sample_rate=sample_rate))
        self._stages = tuple(stages)
        self._gain = None if manner.gain_db == 0 else np.float32(10 ** (manner.gain_db / 20))

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too; it may be nothing."""
        return self._louder(self._through(samples, self._stages))

    def finish(self) -> Samples:
        """The rest of the sentence. Nothing can be pushed after it."""
        rest = [self._through(stage.finish(), self._stages[place + 1 :]) for place, stage in enumerate(self._stages)]
        return self._louder(np.concatenate([np.zeros(0, np.float32), *rest]))

    @staticmethod
    def _through(samples: Samples, stages: tuple[_Stage, ...]) -> Samples:
        for stage in stages:
            samples = stage.push(samples)
        return samples

    def _louder(self, samples: Samples) -> Samples:
        return samples if self._gain is None else samples * self._gain
