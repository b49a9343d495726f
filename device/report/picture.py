"""Pictures for a person: boxes drawn on a photo, and photos as files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from device.core.types import Record, Rgb

SHOWN_SIDE = 1280
"""Pixels of the long side of a photo on a page."""

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_LINE_SHARE = 1 / 300
_TEXT_SHARE = 1 / 40
_TEXT_OF_FACE = 0.4
_SMALLEST_TEXT = 9


def annotate(rgb: Rgb, record: Record) -> Rgb:
    """A copy of the picture with a numbered box around each face of the record, and its place.

    The picture may be smaller than the photo of the record. White lines on black ones are seen on any photo.
    """
    picture = Image.fromarray(rgb)
    draw = ImageDraw.Draw(picture)
    # By the long sides: what was rounded up of a narrow one would move what lies far down it.
    scale = max(picture.size) / max(record["photo"]["width"], record["photo"]["height"])
    line = max(1, round(max(picture.size) * _LINE_SHARE))
    for number, face in enumerate(record["faces"], start=1):
        x, y, width, height = (side * scale for side in face["box"])
        for colour, thickness in ((_BLACK, line * 3), (_WHITE, line)):
            grown = thickness // 2
            draw.rectangle(
                (x - grown, y - grown, x + width + grown, y + height + grown), outline=colour, width=thickness
            )
        # In a crowd a label no larger than its face leaves the others' faces to be seen.
        letters = max(_SMALLEST_TEXT, min(max(picture.size) * _TEXT_SHARE, height * _TEXT_OF_FACE))
        font = ImageFont.load_default(letters)
        label = f"{number} {face['place']}"
        left, top, right, bottom = draw.textbbox((0, 0), label, font=font)
        across = min(max(0.0, x), max(0.0, picture.width - (right - left) - line * 4))
        down = y - (bottom - top) - line * 6
        down = y + height + line * 3 if down < 0 else down
        area = (across, down, across + right - left + line * 4, down + bottom - top + line * 4)
        draw.rectangle(area, fill=_BLACK)
        draw.text((across + line * 2 - left, down + line * 2 - top), label, fill=_WHITE, font=font)
    return np.array(picture)


def encode_png(rgb: Rgb) -> bytes:
    """The picture as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    return file.getvalue()


def encode_jpeg(rgb: Rgb, *, long_side: int) -> bytes:
    """The picture as a JPEG file, made smaller where it is longer than `long_side`."""
    picture = Image.fromarray(rgb)
    picture.thumbnail((long_side, long_side))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
