"""How far the eyes are open, from the lids as MediaPipe's iris network draws them.

The network: Ablavatski et al., Real-time Pupil Tracking from Monocular Video for Digital Puppetry, 2020
(arXiv 2006.11341). Input: one eye, 64 x 64, its corners level, RGB from 0 to 1; it knows the eye on the viewer's left,
so the other is shown to it mirrored. Of its answer only the line of the lids is read: the iris itself is never used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device.vision.runtime import Network
from device.vision.square import Square

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import FaceMesh, Pixels, Rgb

SIDE = 64
MARGIN = 2.3
"""The side of the square, in distances between the corners of the eye."""

LEFT_CORNERS, RIGHT_CORNERS = (33, 133), (362, 263)
"""Points of the mesh: the corners of the eye on the viewer's left and of the other, from left to right."""

OUTPUT = "output_eyes_contours_and_brows"
CONTOUR = 71
"""Points of the lids, the brow and what lies around them, in three dimensions; the lids come first."""

LOWER, UPPER = slice(1, 8), slice(9, 16)
"""The points of the lids between the corners, which are 0 and 8, in the same order along the eye."""

MIDDLE = slice(2, 5)
"""Of the seven on a lid, those over the middle of the eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How far apart the lids of each eye are, in widths of that eye; left is the viewer's."""

    left: float
    right: float


class IrisNetwork:
    """The iris network. For one thread at a time."""

    def __init__(self, *, model: Path, threads: int = 1) -> None:
        self._network = Network(model, threads=threads)

    def opening(self, pixels: Pixels, mesh: FaceMesh) -> Opening:
        """How far both eyes of the face are open."""
        points = mesh.points[:, :2].astype(np.float64) * pixels.scale
        left = around_eye(points[list(LEFT_CORNERS)]).cut(pixels.rgb, SIDE)
        right = mirrored(around_eye(points[list(RIGHT_CORNERS)]), pixels.rgb)
        return Opening(left=self._opening(left), right=self._opening(right))

    def _opening(self, eye: Rgb) -> float:
        self._network.run(eye[None].astype(np.float32) / 255)
        return ratio(self._network.raw(OUTPUT)[0].reshape(CONTOUR, 3))


def around_eye(corners: npt.NDArray[np.float64]) -> Square:
    """The square to cut for the eye between two corners (2 x 2, left to right)."""
    across = corners[1] - corners[0]
    return Square(
        middle=corners.mean(axis=0),
        side=max(1.0, MARGIN * float(np.hypot(*across))),
        angle=math.atan2(across[1], across[0]),
    )


def mirrored(square: Square, picture: Rgb) -> Rgb:
    """The square, cut and mirrored about its own middle."""
    # The middle is pixel 32 of 64, which mirroring alone would put on pixel 31: the lids move visibly by that.
    step = square.side / SIDE * np.array([math.cos(square.angle), math.sin(square.angle)])
    return np.ascontiguousarray(replace(square, middle=square.middle + step).cut(picture, SIDE)[:, ::-1])


def ratio(contour: npt.NDArray[np.float32]) -> float:
    """The distance between the lids over the middle of the eye, in widths of the eye, of a contour (71 x 3)."""
    flat = contour[:, :2].astype(np.float64)
    apart = np.linalg.norm(flat[UPPER] - flat[LOWER], axis=1)[MIDDLE].mean()
    return float(apart / max(np.linalg.norm(flat[8] - flat[0]), 1e-6))
