"""468 points on a face, by MediaPipe's face landmark network.

The network: Kartynnik et al., Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs, 2019
(arXiv 1907.06724). Input: an upright face, 192 x 192, filling two thirds of the square, RGB from 0 to 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import FaceMesh
from device.vision.runtime import Network
from device.vision.square import Square, around_points

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


class FaceMesher:
    """The mesh network. For one thread at a time."""

    def __init__(self, *, model: Path, threads: int = 1) -> None:
        self._network = Network(model, threads=threads)

    def mesh(self, pixels: Pixels, detection: Detection) -> FaceMesh:
        """The points of the face that was detected."""
        square = _around(detection, pixels.scale)
        points, score = self._look(pixels.rgb, square)
        for _ in range(PASSES - 1):
            points, score = self._look(pixels.rgb, around_points(points, margin=MARGIN))
        return FaceMesh(points=(points / pixels.scale).astype(np.float32), score=score)

    def mirrored(self, pixels: Pixels, mesh: FaceMesh) -> FaceMesh:
        """The points as they are found in the mirror, in the picture; each has the name of its other side's."""
        points = mesh.points.astype(np.float64) * pixels.scale
        points, score = self._look(pixels.rgb, around_points(points, margin=MARGIN), is_mirrored=True)
        return FaceMesh(points=(points / pixels.scale).astype(np.float32), score=score)

    def _look(
        self, picture: Rgb, square: Square, *, is_mirrored: bool = False
    ) -> tuple[npt.NDArray[np.float64], float]:
        matrix = square.to_picture(SIDE)
        cut = square.cut(picture, SIDE)
        self._network.run((cut[:, ::-1] if is_mirrored else cut)[None].astype(np.float32) / 255)
        values = [self._network.raw(name)[0].ravel() for name in self._network.outputs]
        flat = next(each for each in values if each.size == POINTS * 3).reshape(POINTS, 3).astype(np.float64)
        if is_mirrored:
            flat[:, 0] = SIDE - 1 - flat[:, 0]
        logit = float(next(each for each in values if each.size == 1)[0])
        across = flat[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        depth = flat[:, 2:] * (square.side / SIDE)
        return np.concatenate([across, depth], axis=1), 1 / (1 + math.exp(-logit))


def _around(detection: Detection, scale: float) -> Square:
    left_eye, right_eye = detection.points[:2]
    angle = math.atan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0])
    box = detection.box
    side = MARGIN * max(box.width, box.height) * scale
    return Square(middle=np.array(box.centre) * scale, side=side, angle=angle)
