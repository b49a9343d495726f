"""A light on whom the narrator speaks of: everything else in the photo is a little darker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.living.inside import smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Box, Rgb

DARK = 0.55
"""What is left of the light beside whom it is on."""

_REACH = 0.75  # halves of a face's box and as much around it: hair and shoulders belong to a person
_SOFT = 0.9


class Spotlight:
    """Over one photo.

    Args:
        photo: The picture.
        faces: The boxes of its faces, in its pixels.
    """

    def __init__(self, photo: Rgb, faces: Sequence[Box]) -> None:
        self._photo = photo
        self._faces = faces
        self._lit: tuple[tuple[int, ...], Rgb] | None = None

    def on(self, lit: tuple[int, ...], strength: float) -> Rgb:
        """The picture with these faces lit, from not at all (0) to wholly (1)."""
        # One is kept: a sentence is many pictures long, and another one has other faces.
        if self._lit is None or self._lit[0] != lit:
            self._lit = lit, self._dimmed(lit)
        dimmed = self._lit[1]
        return np.asarray(cv2.addWeighted(self._photo, 1 - strength, dimmed, strength, 0), np.uint8)

    def _dimmed(self, lit: tuple[int, ...]) -> Rgb:
        high, wide = self._photo.shape[:2]
        light = np.zeros((high, wide), np.float32)
        across, down = np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32)[:, None]
        for box in (self._faces[number] for number in lit):
            x, y = box.centre
            far = np.hypot((across - x) / max(box.width, 1), (down - y) / max(box.height, 1))
            light = np.maximum(light, smooth((_REACH + _SOFT - far) / _SOFT).astype(np.float32))
        share = DARK + (1 - DARK) * light
        return np.asarray(self._photo * share[..., None] + 0.5, np.uint8)
