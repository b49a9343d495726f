"""The earliest start that a sentence could have had, known afterwards from what its calls cost.

A call of n frames costs a + b n. The first one also does what comes before the frames, phonemes and encoder, and fills
the stream: it computes in part the frames that the stream looks ahead. The last one gives those at once, and costs by
as much less. Chunk k is there at

    C(k) = before + fill + a k + b A(k)      with A(k) the frames of chunks 1 to k (and without fill after the last)

and what was there before it is over at S + h A(k-1), for a start at S and h seconds a frame. No gap is: C(k) is not
later, for every k. For a given S that is

    A(k) <= (S + h A(k-1) - before - fill - a k) / b

whose right side grows with A(k-1). So whoever takes the largest chunk each time has, after every number of calls, at
least as many frames as any other sequence without a gap, and with them the most room for the call after it, the last
one too: greed finds a sequence for S if there is one. What is possible for S is possible for any later start, so the
earliest is found by halving. To wait in front while chunks are ready is allowed: S is not bound to C(1).

Time is a fluid here: the processor's share flows evenly. In truth a group gets it in slices, and may begin with a
fresh one, so that a start can even be earlier than this by less than a period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


_PRECISION = 1e-4
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an engine was asked for at once; the first of a sentence has the phonemes and the encoder in it too.

    Attributes:
        frames: How many came out.
        wall: Seconds it took.
        cpu: Of them, what the processor worked for it.
    """

    frames: int
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds, on the clock of the wall.

    Attributes:
        before: Phonemes and encoder.
        fill: What the first call does for frames that the last one gives.
        call: a.
        frame: b.
    """

    before: float
    fill: float
    call: float
    frame: float

    @classmethod
    def of(cls, calls: Sequence[Call]) -> Costs:
        """From the calls of one sentence, which must be of several sizes.

        They are fitted by the processor's time, which is free of waiting, and then stretched by what all of them
        waited: a single call of a group with a quota waits whole periods, or none.
        """
        first, *middle, last = calls
        slope, offset = np.polyfit([each.frames for each in middle], [each.cpu for each in middle], 1)
        # Noise may find that a call costs less than nothing.
        call = max(0.0, float(offset))
        frame = float(slope) if offset > 0 else sum(e.cpu for e in middle) / sum(e.frames for e in middle)
        fill = max(0.0, call + frame * last.frames - last.cpu)
        before = max(0.0, first.cpu - call - frame * first.frames - fill)
        stretch = sum(each.wall for each in calls) / sum(each.cpu for each in calls)
        return cls(before=before, fill=fill, call=call, frame=frame).times(stretch)

    def times(self, pace: float) -> Costs:
        """The same on a machine that needs so many times as long."""
        return Costs(before=self.before * pace, fill=self.fill * pace, call=self.call * pace, frame=self.frame * pace)

    def whole(self, *, calls: int, frames: int) -> float:
        """Seconds for a sentence that is made by so many calls."""
        return self.before + self.call * calls + self.frame * frames


def earliest_start(costs: Costs, *, frames: int, look_ahead: int, frame_seconds: float) -> float:
    """Seconds from the request to the first sound that no silence follows."""
    early, late = 0.0, costs.whole(calls=1, frames=frames)
    while late - early > _PRECISION:
        middle = (early + late) / 2
        if _goes(middle, costs, frames, look_ahead, frame_seconds):
            late = middle
        else:
            early = middle
    return late


def _goes(start: float, costs: Costs, frames: int, look_ahead: int, frame_seconds: float) -> bool:
    if costs.whole(calls=1, frames=frames) <= start:
        return True
    # The last call gives what the stream looks ahead, and at least one frame more.
    most = frames - look_ahead - 1
    done, calls = 0, 0
    while True:
        calls += 1
        at_work = start + frame_seconds * done - costs.before - costs.call * calls
        if calls > 1 and costs.frame * frames <= at_work:
            return True
        reached = min(most, math.floor((at_work - costs.fill) / costs.frame))
        if reached <= done:
            return False
        done = reached
