"""A light on whom the narrator speaks of: everything else in the photo is a little darker."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from device.living.inside import smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Box, Rgb

Shade: TypeAlias = npt.NDArray[np.uint8]

DARK = 0.55
"""What is left of the light beside whom it is on."""

REACH = 0.75
"""Boxes of a face from its middle, up to which there is all of the light: hair and shoulders belong to a person."""

SOFT = 0.9
"""Boxes of a face in which it fades from there."""


class Spotlight:
    """Over pictures of one photo.

    Args:
        size: Their height and width.
        faces: The boxes of its faces, in its pixels.
    """

    def __init__(self, size: tuple[int, int], faces: Sequence[Box]) -> None:
        self._size = size
        self._faces = faces
        self._lit: tuple[tuple[int, ...], Shade] | None = None

    def on(self, picture: Rgb, lit: tuple[int, ...], strength: float) -> Rgb:
        """The picture with these faces lit, from not at all (0) to wholly (1)."""
        # One is kept: a sentence is many pictures long, and another one has other faces.
        if self._lit is None or self._lit[0] != lit:
            self._lit = lit, self._shade(lit)
        darker = cv2.multiply(picture, self._lit[1], scale=strength / 255)
        return np.asarray(cv2.subtract(picture, darker), np.uint8)

    def _shade(self, lit: tuple[int, ...]) -> Shade:
        """Height x width x 3: how much of the light is taken away, 255 for all of it."""
        high, wide = self._size
        light = np.zeros((high, wide), np.float32)
        across, down = np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32)[:, None]
        for box in (self._faces[number] for number in lit):
            x, y = box.centre
            far = np.hypot((across - x) / max(box.width, 1), (down - y) / max(box.height, 1))
            light = np.maximum(light, smooth((REACH + SOFT - far) / SOFT).astype(np.float32))
        shade = (255 * (1 - DARK) * (1 - light) + 0.5).astype(np.uint8)
        return np.asarray(cv2.merge([shade] * 3), np.uint8)
