"""How large a film a device can make in good time: by what one second of it was measured to cost."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """A film: pixels of its long side, and pictures a second."""

    long_side: int
    rate: int

    def share_of(self, other: Size) -> float:
        """How much work a second of it is, in those of another: warping and encoding go by the pixels."""
        return (self.long_side / other.long_side) ** 2 * self.rate / other.rate


BEST = Size(1280, 25)
TRIAL = Size(640, 25)
"""What is measured."""

SIZES = (BEST, Size(960, 25), TRIAL, Size(640, 12), Size(480, 12))
"""From the best on."""

IN_GOOD_TIME = 1.0
"""Seconds of work for a second of film, up to which a larger one is made."""

TOO_LONG = 2.0
"""The same, from which no film is made: a page shows the moving face without one."""

INSTEAD = "a page moves without one: voxframe explain PHOTO --speaking person --sound"
"""What to do where there is no film."""


def affordable(cost: float) -> Size | None:
    """The best film that is made in good time, else the least that does not take too long; None where each does.

    Args:
        cost: Seconds of work for a second of film of the size of `TRIAL`.
    """
    for size in SIZES:
        if cost * size.share_of(TRIAL) <= IN_GOOD_TIME:
            return size
    least = SIZES[-1]
    return least if cost * least.share_of(TRIAL) <= TOO_LONG else None
