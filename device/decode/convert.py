"""Any mode of a decoded picture to upright 8-bit RGB, in as few copies as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""

_REDUCIBLE = frozenset({"L", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"})
_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
_WHITE = 255


def to_rgb(picture: Image.Image, *, orientation: int, long_side: int | None) -> Rgb:
    """Upright RGB, made smaller by a whole factor where its long side stays at least `long_side`.

    Transparent parts show white, as on paper. 16-bit and float pictures are scaled to 8 bits over their whole range.
    """
    if picture.mode in _DEEP:
        picture = Image.fromarray(_eight_bits(np.asarray(picture)))
    elif picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode not in _REDUCIBLE:
        picture = picture.convert("RGBA" if _has_alpha(picture) else "RGB")
    factor = 1 if long_side is None else max(picture.size) // long_side
    if factor > 1:
        picture = picture.reduce(factor)
    if _has_alpha(picture):
        picture = _on_white(picture)
    turn = _TURNS.get(orientation)
    if turn is not None:
        picture = picture.transpose(turn)
    return np.array(picture.convert("RGB"))


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info


def _on_white(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, (_WHITE, _WHITE, _WHITE))
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _eight_bits(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if values.dtype == np.uint16:
        return (values.astype(np.uint16, copy=False) >> 8).astype(np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if np.issubdtype(values.dtype, np.integer) and low >= 0 and high <= _WHITE:
        return numbers.astype(np.uint8)
    return ((numbers - low) * (_WHITE / max(high - low, 1e-9))).astype(np.uint8)
