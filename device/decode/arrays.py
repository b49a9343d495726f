"""Decoders that give an array, for formats in which Pillow would hold several copies of a large picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt


_GREY = 2
"""Dimensions of an array without colours."""


_REDUCED = {2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8}


class ArrayPicture:
    """An array of grey, RGB or RGBA bytes, with as much of Pillow's picture as `to_rgb` asks for.

    Where blue comes first, the order is changed in each part that is cut out, not in a copy of the whole.
    """

    def __init__(self, array: npt.NDArray[np.uint8], *, blue_first: bool = False) -> None:
        self._array = array
        self._blue_first = blue_first
        self.mode = "L" if array.ndim == _GREY else {3: "RGB", 4: "RGBA"}[array.shape[2]]
        self.height, self.width = array.shape[:2]
        self.size = (self.width, self.height)
        self.info: dict[str, object] = {}

    def crop(self, area: tuple[int, int, int, int]) -> Image.Image:
        """A part of it: left, top, right, bottom."""
        left, top, right, bottom = area
        part = self._array[top:bottom, left:right]
        if self._blue_first:
            part = part[:, :, [2, 1, 0, 3] if self.mode == "RGBA" else [2, 1, 0]]
        return Image.fromarray(np.ascontiguousarray(part))


def still_webp(data: bytes, *, has_alpha: bool, factor: int) -> ArrayPicture:
    """A WebP that is not animated, by OpenCV, which is as strict as it should be with this format.

    Where it may be up to `factor` times smaller and has no transparency, it is decoded at a half, a quarter or an
    eighth of its size, in half of the memory.

    Raises:
        ValueError: It is damaged.
    """
    smaller = max((each for each in _REDUCED if each <= factor), default=1)
    way = cv2.IMREAD_UNCHANGED if has_alpha or smaller == 1 else _REDUCED[smaller] | cv2.IMREAD_IGNORE_ORIENTATION
    array = cv2.imdecode(np.frombuffer(data, np.uint8), way)
    if array is None:
        raise ValueError("the WebP decoder refuses it")
    return ArrayPicture(np.asarray(array, np.uint8), blue_first=True)
