"""A face's own axes: how far across and down from the middle of its mouth, however the head is tilted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.living.landmarks import CHIN_TIP, FOREHEAD, LEFT_CORNER, LEFT_EYE, RIGHT_CORNER, RIGHT_EYE

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.living.motion import Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axes:
    """Where a face is in a picture, in its pixels.

    Attributes:
        mouth: The middle of the mouth.
        middle: The middle of the face.
        across: The direction of the eyes, to the viewer's right; of length 1.
        down: At a right angle to it; of length 1.
        height: From forehead to chin.
        mouth_width: From corner to corner.
    """

    mouth: Array
    middle: Array
    across: Array
    down: Array
    height: float
    mouth_width: float

    def local(self, points: npt.NDArray[np.floating[Any]]) -> Array:
        """Points of the picture (... x 2) as pixels across and down from the middle of the mouth."""
        away = points - self.mouth
        return np.stack([away @ self.across, away @ self.down], axis=-1)

    def place(self, across: Array, down: Array) -> Array:
        """The reverse: ... x 2."""
        return np.asarray(self.mouth + across[..., None] * self.across + down[..., None] * self.down)


def axes_of(points: Array) -> Axes:
    """Of a face by the points of its mesh (468 x 2)."""
    across = points[RIGHT_EYE] - points[LEFT_EYE]
    across = across / np.hypot(*across)
    return Axes(
        mouth=(points[LEFT_CORNER] + points[RIGHT_CORNER]) / 2,
        middle=(points[FOREHEAD] + points[CHIN_TIP]) / 2,
        across=across,
        down=np.array([-across[1], across[0]]),
        height=float(np.hypot(*(points[CHIN_TIP] - points[FOREHEAD]))),
        mouth_width=float(np.hypot(*(points[RIGHT_CORNER] - points[LEFT_CORNER]))),
    )
