"""A square cut out of a picture around a face, turned so that the face is upright."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

LEFT_EYE, RIGHT_EYE = 33, 263
"""Points of the mesh: the outer corners of the eyes, the viewer's left first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Square:
    """Where to cut: the middle, the side, and by how much the face is turned clockwise (radians)."""

    middle: npt.NDArray[np.float64]
    side: float
    angle: float

    def to_picture(self, pixels: int) -> npt.NDArray[np.float64]:
        """The 2 x 3 matrix from the pixels of the cut square, so many a side, to those of the picture."""
        scale = self.side / pixels
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        turn = np.array([[cosine, -sine], [sine, cosine]])
        return np.concatenate([turn, (self.middle - turn @ np.array([pixels / 2, pixels / 2]))[:, None]], axis=1)

    def cut(self, picture: Rgb, pixels: int) -> Rgb:
        """The square, so many pixels a side; beyond the picture its edge goes on."""
        crop = cv2.warpAffine(
            picture,
            self.to_picture(pixels),
            (pixels, pixels),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(crop, np.uint8)


def around_points(points: npt.NDArray[np.floating[Any]], *, margin: float) -> Square:
    """The square around the points of a mesh (468 x 2 or 3), `margin` times as large as the upright face."""
    flat = points[:, :2].astype(np.float64)
    across = flat[RIGHT_EYE] - flat[LEFT_EYE]
    angle = math.atan2(across[1], across[0])
    cosine, sine = math.cos(angle), math.sin(angle)
    upright = np.array([[cosine, sine], [-sine, cosine]])
    turned = flat @ upright.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return Square(middle=upright.T @ ((low + high) / 2), side=margin * float((high - low).max()), angle=angle)
