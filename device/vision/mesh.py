"""468 points on a face, by MediaPipe's face landmark network.

The network: Kartynnik et al., Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs, 2019
(arXiv 1907.06724). Input: an upright face, 192 x 192, filling two thirds of the square, RGB from 0 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.core.types import FaceMesh
from device.vision.runtime import Network

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Detection, Pixels, Rgb

POINTS = 468
SIDE = 192
MARGIN = 1.5
"""The side of the square, in sides of the face."""

PASSES = 2
"""The second pass is cut out by the points of the first, which lie better than the detector's box."""

LEFT_EYE, RIGHT_EYE = 33, 263
"""The outer corners of the eyes, the viewer's left first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Square:
    """Where to cut: the middle, the side, and by how much the face is turned clockwise (radians)."""

    middle: npt.NDArray[np.float64]
    side: float
    angle: float

    def to_picture(self) -> npt.NDArray[np.float64]:
        """The 2 x 3 matrix from pixels of the square to those of the picture."""
        scale = self.side / SIDE
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        turn = np.array([[cosine, -sine], [sine, cosine]])
        return np.concatenate([turn, (self.middle - turn @ np.array([SIDE / 2, SIDE / 2]))[:, None]], axis=1)


class FaceMesher:
    """The mesh network. For one thread at a time."""

    def __init__(self, *, model: Path, threads: int = 1) -> None:
        self._network = Network(model, threads=threads)

    def mesh(self, pixels: Pixels, detection: Detection) -> FaceMesh:
        """The points of the face that was detected."""
        square = _around(detection, pixels.scale)
        points, score = self._look(pixels.rgb, square)
        for _ in range(PASSES - 1):
            points, score = self._look(pixels.rgb, _around_points(points))
        return FaceMesh(points=(points / pixels.scale).astype(np.float32), score=score)

    def _look(self, picture: Rgb, square: _Square) -> tuple[npt.NDArray[np.float64], float]:
        matrix = square.to_picture()
        crop = cv2.warpAffine(
            picture,
            matrix,
            (SIDE, SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        self._network.run(crop[None].astype(np.float32) / 255)
        values = [self._network.raw(name)[0].ravel() for name in self._network.outputs]
        flat = next(each for each in values if each.size == POINTS * 3).reshape(POINTS, 3).astype(np.float64)
        logit = float(next(each for each in values if each.size == 1)[0])
        across = flat[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        depth = flat[:, 2:] * (square.side / SIDE)
        return np.concatenate([across, depth], axis=1), 1 / (1 + math.exp(-logit))


def _around(detection: Detection, scale: float) -> _Square:
    left_eye, right_eye = detection.points[:2]
    angle = math.atan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0])
    box = detection.box
    side = MARGIN * max(box.width, box.height) * scale
    return _Square(middle=np.array(box.centre) * scale, side=side, angle=angle)


def _around_points(points: npt.NDArray[np.float64]) -> _Square:
    flat = points[:, :2]
    across = flat[RIGHT_EYE] - flat[LEFT_EYE]
    angle = math.atan2(across[1], across[0])
    cosine, sine = math.cos(angle), math.sin(angle)
    upright = np.array([[cosine, sine], [-sine, cosine]])
    turned = flat @ upright.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return _Square(middle=upright.T @ ((low + high) / 2), side=MARGIN * float((high - low).max()), angle=angle)
