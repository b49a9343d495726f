"""A picture as a film stores it: brightness for each pixel, colour for each four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

# What OpenCV has from 0 to 255 a film has from 16 to 240.
_NARROWER = np.clip(np.round(128 + (np.arange(256) - 128.0) * 224 / 255), 16, 240).astype(np.uint8)


def planes_of(picture: Rgb) -> npt.NDArray[np.uint8]:
    """YUV 4:2:0 of BT.601, 16 to 235, of a picture with even sides: 1.5 height x width, brightness above colours.

    OpenCV alone would take the colour of one pixel in four; here it is their mean, which flickers less.
    """
    high, wide = picture.shape[:2]
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
    halved = cv2.resize(picture, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
    _, red, blue = cv2.split(cv2.cvtColor(halved, cv2.COLOR_RGB2YCrCb))
    for plane, colour in zip(planes[high:].reshape(2, high // 2, wide // 2), (blue, red), strict=True):
        cv2.LUT(colour, _NARROWER, plane)
    return planes


def even(picture: Rgb) -> Rgb:
    """With its last column and row once more where its sides are odd, so that nothing of it is lost."""
    high, wide = picture.shape[:2]
    if high % 2 == 0 and wide % 2 == 0:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, high % 2, 0, wide % 2, cv2.BORDER_REPLICATE), np.uint8)
