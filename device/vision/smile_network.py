"""Smiling or not, from the face itself: the published expression network of face-api with one question left.

It speaks of the mouth, never of a feeling: docs/adr/0020 says what was cut away, and why. Input: an upright face of
112 x 112, RGB minus the mean of its training pictures. One look depends on where exactly the face was cut out, so the
answer is the mean of four: narrow and wide, each as it is and mirrored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.vision.runtime import Network
from device.vision.square import around_points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import FaceMesh, Pixels, Rgb

SIDE = 112
MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)
MARGINS = (1.0, 1.15)
"""Sides of the squares, in sides of the face's mesh."""

FIRST = 2
CLEAR = 0.97
"""The probability from which a look is clear, and how many clear ones are enough."""

OUTPUT = "probabilities"
SMILING = 0
"""The output's first number; the second is that of no smile."""


class SmileNetwork:
    """The smile network. For one thread at a time."""

    def __init__(self, *, model: Path, threads: int = 1) -> None:
        self._network = Network(model, threads=threads)

    def probability(self, pixels: Pixels, mesh: FaceMesh) -> float:
        """How likely the face of this mesh smiles, 0 to 1."""
        return float(np.mean([self.look(crop) for crop in crops(pixels, mesh)]))

    def quick_probability(self, pixels: Pixels, mesh: FaceMesh) -> float:
        """The same, from the first two looks alone where both are clear: so it was on 92 of 147 faces."""
        looks: list[float] = []
        for crop in crops(pixels, mesh):
            looks.append(self.look(crop))
            if len(looks) == FIRST and (min(looks) >= CLEAR or max(looks) <= 1 - CLEAR):
                break
        return float(np.mean(looks))

    def look(self, crop: Rgb) -> float:
        """The same from one crop, `SIDE` x `SIDE`."""
        self._network.run(crop[None].astype(np.float32) - MEAN_RGB)
        values, _, _ = self._network.raw(OUTPUT)
        return float(values.ravel()[SMILING])


def crops(pixels: Pixels, mesh: FaceMesh) -> Iterator[Rgb]:
    """The face, upright, in the four ways in which it is looked at."""
    points = mesh.points * pixels.scale
    for margin in MARGINS:
        crop = around_points(points, margin=margin).cut(pixels.rgb, SIDE)
        yield crop
        yield np.ascontiguousarray(crop[:, ::-1])
