"""Any mode of a decoded picture to upright 8-bit RGB, in as few copies as can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from device.decode.arrays import ArrayPicture

if TYPE_CHECKING:
    from device.core.types import Rgb

SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""

_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
_WHITE = 255
_BAND_ROWS = 64
"""Rows of the result that are converted at a time: a whole copy of a large picture would not fit a small device."""


def to_rgb(picture: Image.Image | ArrayPicture, *, orientation: int, long_side: int | None) -> Rgb:
    """Upright RGB, made smaller by a whole factor where its long side stays at least `long_side`.

    Transparent parts show white, as on paper. 16-bit and float pictures are scaled to 8 bits over their whole range.
    """
    factor = 1 if long_side is None else max(1, max(picture.size) // long_side)
    width, height = (-(-side // factor) for side in picture.size)
    done = picture.rgb if isinstance(picture, ArrayPicture) and factor == 1 else None
    if done is not None and orientation == 1:
        return done
    upright = np.empty((width, height, 3) if orientation in SIDEWAYS else (height, width, 3), np.uint8)
    stored = _as_stored(upright, orientation)
    if done is not None:
        stored[:] = done
        return upright
    scale = _scale_to_bytes(picture) if isinstance(picture, Image.Image) and picture.mode in _DEEP else None
    for top in range(0, height, _BAND_ROWS):
        area = (0, top * factor, picture.width, min(picture.height, (top + _BAND_ROWS) * factor))
        stored[top : top + _BAND_ROWS] = np.asarray(_band(picture.crop(area), factor, scale))
    return upright


def _as_stored(upright: Rgb, orientation: int) -> Rgb:
    """A view of the upright picture with its rows in the order of the file: what is put there is turned at once."""
    views = {
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }
    return views.get(orientation, upright)


def _band(band: Image.Image, factor: int, scale: tuple[float, float] | None) -> Image.Image:
    """A few rows as RGB, `factor` times smaller."""
    if scale is not None:
        low, step = scale
        values = np.nan_to_num(np.asarray(band, np.float32), nan=low, posinf=low, neginf=low)
        band = Image.fromarray(np.clip((values - low) * step, 0, _WHITE).astype(np.uint8))
    elif _has_alpha(band):
        band = band.convert("RGBA")
        paper = Image.new("RGB", band.size, (_WHITE, _WHITE, _WHITE))
        paper.paste(band, mask=band.getchannel("A"))
        band = paper
    band = band.convert("RGB")
    return band.reduce(factor) if factor > 1 else band


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info


def _scale_to_bytes(picture: Image.Image) -> tuple[float, float]:
    """What is subtracted, and what the rest is multiplied with, so that a deep picture fills 0 to 255."""
    if picture.mode.startswith("I;16"):
        return 0.0, 1 / 256
    low, high = (float(each) for each in np.array(picture.getextrema()).ravel())
    low, high = (each if math.isfinite(each) else 0.0 for each in (low, high))
    if picture.mode == "I" and low >= 0 and high <= _WHITE:
        return 0.0, 1.0
    return low, _WHITE / max(high - low, 1e-9)
