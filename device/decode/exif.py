"""The two things that are read of a photo's EXIF: which way is up, and when it was taken. All else stays unread."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_ORIENTATION = 0x0112
_EXIF_FOLDER = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_UPRIGHT = 1
_LAST_ORIENTATION = 8


def read_exif(picture: Image) -> tuple[int, datetime | None]:
    """Orientation (1 to 8; 1 where it is missing or senseless) and date; rubbish counts as missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exif = picture.getexif()
        except Exception:  # noqa: BLE001 - the parser raises what it likes on rubbish, and rubbish is no EXIF
            return _UPRIGHT, None
        return _orientation(exif), _taken_at(exif)


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
