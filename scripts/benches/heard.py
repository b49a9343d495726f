"""What one sentence took: when the first of it was there, when it was heard, and what all of it cost.

Runs in the environments of the peers too: on NumPy alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.pipeline.speak import AUDIBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.types import Pcm


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Milliseconds from the moment the sentence was asked for, by the clock of `listen`.

    Attributes:
        first: To the first chunk.
        audible: To the first sample above -40 dBFS, as one hears it who plays each chunk once it is there: silence
            counts for as long as it sounds.
        total: To the end of the sentence.
        sound: How long the sentence sounds.
    """

    first: float
    audible: float
    total: float
    sound: float


def listen(chunks: Iterator[Pcm], *, rate: int, clock: Callable[[], float], began: float | None = None) -> Took:
    """Take all chunks of a sentence from something that has not begun with it.

    Args:
        chunks: Samples of 16 bits, as they come.
        rate: Samples a second.
        clock: Seconds, of work or of the day.
        began: What the clock showed when the sentence was asked for, where that was not right now.

    Raises:
        ValueError: Nothing was said.
    """
    if began is None:
        began = clock()
    arrived = [(clock() - began, pcm) for pcm in chunks]
    total = clock() - began
    if not arrived:
        raise ValueError("not a single sample was made of the sentence")
    return Took(
        first=arrived[0][0] * 1000,
        audible=_audible(arrived, rate) * 1000,
        total=total * 1000,
        sound=sum(len(pcm) for _, pcm in arrived) / rate * 1000,
    )


def _audible(arrived: list[tuple[float, Pcm]], rate: int) -> float:
    """A chunk is heard once it is there and what came before it is over."""
    over = 0.0
    for at, pcm in arrived:
        heard = max(at, over)
        loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= AUDIBLE)
        if len(loud):
            return heard + float(loud[0]) / rate
        over = heard + len(pcm) / rate
    return float("nan")
