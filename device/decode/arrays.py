"""Decoders that give an array, for formats in which Pillow would hold several copies of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import simplejpeg
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb


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

    @property
    def rgb(self) -> Rgb | None:
        """The array itself, where it is RGB as it stands."""
        return self._array if self.mode == "RGB" and not self._blue_first else None

    def crop(self, area: tuple[int, int, int, int]) -> Image.Image:
        """A part of it: left, top, right, bottom."""
        left, top, right, bottom = area
        part = self._array[top:bottom, left:right]
        if self._blue_first:
            part = part[:, :, [2, 1, 0, 3] if self.mode == "RGBA" else [2, 1, 0]]
        return Image.fromarray(np.ascontiguousarray(part))


def still_webp(data: bytes, size: tuple[int, int], *, has_alpha: bool, factor: int) -> ArrayPicture:
    """A WebP that is not animated, `size` wide and high, by OpenCV, which is as strict as this format asks for.

    Where it may be up to `factor` times smaller and has no transparency, it is decoded at a half, a quarter or an
    eighth of its size, in half of the memory.

    Raises:
        ValueError: It is damaged.
    """
    # OpenCV leaves nothing of a side that is shorter than what it is made smaller by.
    smaller = _smaller(min(factor, *size))
    way = cv2.IMREAD_UNCHANGED if has_alpha or smaller == 1 else _REDUCED[smaller] | cv2.IMREAD_IGNORE_ORIENTATION
    array = cv2.imdecode(np.frombuffer(data, np.uint8), way)
    if array is None:
        raise ValueError("the WebP decoder refuses it")
    return ArrayPicture(np.asarray(array, np.uint8), blue_first=True)


def jpeg(data: bytes, size: tuple[int, int], *, factor: int) -> ArrayPicture | None:
    """A JPEG in colours, `size` wide and high and made up to `factor` times smaller, or None where anything is odd.

    The pixels are those of Pillow, which uses libjpeg-turbo too, without the copies through a picture of its own.
    simplejpeg objects to more: to any rubbish between the parts of a file, which some cameras write. There Pillow
    decides.
    """
    width, height = (-(-side // _smaller(factor)) for side in size)
    try:
        array = simplejpeg.decode_jpeg(data, min_height=height, min_width=width)
    except ValueError:
        return None
    return ArrayPicture(array) if array.shape == (height, width, 3) else None


def _smaller(factor: int) -> int:
    """The largest of the sizes that a decoder offers, 1, 1/2, 1/4 and 1/8, that is no smaller than this."""
    return max((each for each in _REDUCED if each <= factor), default=1)
