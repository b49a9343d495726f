"""A picture as a film stores it: brightness for each pixel, colour for each four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

# Blueness and redness of ITU-R BT.601 in 8 bits, 16 to 240, from red, green, blue and one.
_COLOUR = np.array([[-37.797, -74.203, 112.0, 128 * 255], [112.0, -93.786, -18.214, 128 * 255]], np.float32) / 255


def planes_of(picture: Rgb) -> npt.NDArray[np.uint8]:
    """YUV 4:2:0 of BT.601, 16 to 235, of a picture with even sides: 1.5 height x width, brightness above colours.

    OpenCV alone would take the colour of one pixel in four; here it is their mean, which flickers less.
    """
    high, wide = picture.shape[:2]
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
    halved = cv2.resize(picture, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    colours = planes[high:].reshape(2, high // 2, wide // 2)
    cv2.split(cv2.transform(halved, _COLOUR), [colours[0], colours[1]])
    return planes


def even(picture: Rgb) -> Rgb:
    """With its last column and row once more where its sides are odd, so that nothing of it is lost."""
    high, wide = picture.shape[:2]
    if high % 2 == 0 and wide % 2 == 0:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, high % 2, 0, wide % 2, cv2.BORDER_REPLICATE), np.uint8)
