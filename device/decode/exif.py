"""The two things that are read of a photo's EXIF: which way is up, and when it was taken. All else stays unread."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import TYPE_CHECKING

from PIL.Image import Image

if TYPE_CHECKING:
    from PIL.Image import Exif

_ORIENTATION = 0x0112
_EXIF_FOLDER = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_CHUNKS_OF_EXIF = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
_UPRIGHT = 1
_LAST_ORIENTATION = 8


def read_exif(picture: Image, data: bytes) -> tuple[int, datetime | None]:
    """Orientation (1 to 8; 1 where it is missing or senseless) and date; rubbish counts as missing.

    Args:
        picture: Opened, not decoded.
        data: The bytes of its file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Pillow decodes the whole of a PNG to see whether there is EXIF behind its picture.
            exif = Image.getexif(picture) if _ends_with_its_picture(picture, data) else picture.getexif()
        except Exception:  # noqa: BLE001 - the parser raises what it likes on rubbish, and rubbish is no EXIF
            return _UPRIGHT, None
        return _orientation(exif), _taken_at(exif)


def _ends_with_its_picture(picture: Image, data: bytes) -> bool:
    """Whether it is a PNG that holds no EXIF behind its picture, nor a text that may be some."""
    if picture.format != "PNG":
        return False
    last = data.rfind(b"IDAT")
    return not any(data.find(chunk, last) >= 0 for chunk in _CHUNKS_OF_EXIF)


def _orientation(exif: Exif) -> int:
    value = exif.get(_ORIENTATION)
    return value if isinstance(value, int) and _UPRIGHT <= value <= _LAST_ORIENTATION else _UPRIGHT


def _taken_at(exif: Exif) -> datetime | None:
    try:
        written = exif.get_ifd(_EXIF_FOLDER).get(_DATE_TIME_ORIGINAL)
        # A camera names no time zone.
        return datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except Exception:  # noqa: BLE001 - as above
        return None
