"""What makes another speaker of the same voice after the engine: formants, ratio and brightness.

Everything is done stretch by stretch, and gives the same samples however the sound is cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.voice.formant import HOP_SECONDS, FormantWarp
from device.voice.resample import resampler
from device.voice.shelf import shelf
from device.voice.stages import Stages

if TYPE_CHECKING:
    from device.voice.engine import Manner
    from device.voice.stages import Stage


def withheld_seconds(manner: Manner) -> float:
    """Seconds of sound that come out later than they went in, at most."""
    return 2 * HOP_SECONDS / manner.ratio if manner.formant != 1 else 0.0


class Shaper(Stages):
    """Shapes one sentence as `manner` says: `formant`, `ratio` and `shelf_db`. For one thread.

    What went in at a place comes out at that place / `ratio`; the whole has that share of the samples, rounded. What is
    neutral in the manner is not done at all: the voice as it is comes back untouched, at once.

    Look-ahead: a formant other than 1 waits for 29 ms of sound before the first samples and for at most that later on;
    a ratio other than 1 for 12 samples, or `ratio` times as many (at most 0.9 ms at 22.05 kHz).
    """

    def __init__(self, manner: Manner, *, sample_rate: int) -> None:
        stages: list[Stage] = []
        if manner.formant != 1:
            # Before the resampling: there the pitch is lowest where a ratio is high, and the envelope best known.
            stages.append(FormantWarp(manner.formant, sample_rate=sample_rate))
        if manner.ratio != 1:
            stages.append(resampler(manner.ratio))
        if manner.shelf_db != 0:
            stages.append(shelf(manner.shelf_db, sample_rate=sample_rate))
        super().__init__(*stages)
