"""Photos to pixels: the header first, the limits next, and only then the picture."""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from PIL import Image

from device.core.errors import BadPhotoError
from device.core.types import Photo, Pixels
from device.decode.arrays import ArrayPicture, jpeg, still_webp
from device.decode.convert import SIDEWAYS, to_rgb
from device.decode.exif import read_exif
from device.decode.file import read_photo
from device.decode.format import HEAD_BYTES, format_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The limits below decide, from the header; Pillow's own would only warn, or refuse what is allowed here.
Image.MAX_IMAGE_PIXELS = None


HEIF_MODULE = "device.decode.heif"

TURNED_BY_DECODER = frozenset({"heif", "tiff"})
"""Formats whose decoders give an upright picture, and its upright size, by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest photo that is decoded: millions of pixels, and millions of bytes."""

    megapixels: float = 50.0
    megabytes: float = 30.0


class PhotoDecoder:
    """JPEG, PNG, WebP, HEIC, TIFF, BMP and GIF (the first picture of each); nothing else is ever opened.

    Remembers the bytes between `inspect` and `pixels`, and the last picture. For one thread.
    """

    def __init__(self, *, limits: Limits) -> None:
        self._limits = limits
        self._bytes: tuple[str, bytes] | None = None
        self._kept: tuple[str, Pixels] | None = None

    def let_go(self) -> None:
        """Forget the last photo."""
        self._bytes = self._kept = None

    def inspect(self, path: Path) -> Photo:
        """Read the header, apply the limits, hash the bytes; nothing is decoded.

        Raises:
            BadPhotoError: It cannot be read, and says why.
        """
        data = self._read(path)
        kind = format_of(data[:HEAD_BYTES])
        if kind is None:
            raise BadPhotoError("unsupported", f"{path} is no photo that can be read; save it as JPEG or PNG")
        with _opened(path, kind, data) as picture:
            width, height = picture.size
            self._check_size(path, width, height)
            orientation, taken_at = read_exif(picture, data)
        if kind in TURNED_BY_DECODER:
            orientation = 1
        if orientation in SIDEWAYS:
            width, height = height, width
        sha256 = hashlib.sha256(data).hexdigest()
        self._bytes = (sha256, data)
        return Photo(
            path=path,
            format=kind,
            width=width,
            height=height,
            orientation=orientation,
            size_bytes=len(data),
            sha256=sha256,
            taken_at=taken_at,
        )

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        """The upright picture, at least `long_side` pixels long where the photo has them; full size for None.

        Raises:
            BadPhotoError: It is damaged, or is no longer the file that was inspected.
        """
        if self._kept and self._kept[0] == photo.sha256 and _suffices(self._kept[1], long_side):
            return self._kept[1]
        self._kept = None
        data = self._bytes_of(photo)
        with _opened(photo.path, photo.format, data) as picture:
            decoded = _decoded(picture, photo.format, data, long_side)
            rgb = to_rgb(decoded, orientation=photo.orientation, long_side=long_side)
        pixels = Pixels(rgb=rgb, scale=max(rgb.shape[:2]) / max(photo.width, photo.height))
        self._bytes = None
        self._kept = (photo.sha256, pixels)
        return pixels

    def _read(self, path: Path) -> bytes:
        return read_photo(path, most_bytes=round(self._limits.megabytes * 1e6))

    def _bytes_of(self, photo: Photo) -> bytes:
        if self._bytes and self._bytes[0] == photo.sha256:
            return self._bytes[1]
        data = self._read(photo.path)
        if hashlib.sha256(data).hexdigest() != photo.sha256:
            raise BadPhotoError("broken", f"{photo.path} changed while it was being read; try again")
        return data

    def _check_size(self, path: Path, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise BadPhotoError("broken", f"{path} is damaged: its header says {width} x {height} pixels")
        if width * height > self._limits.megapixels * 1e6:
            raise BadPhotoError(
                "too_large",
                f"{path} has {width} x {height} pixels, the limit is {self._limits.megapixels:g} megapixels; "
                "make it smaller or raise [limits] megapixels",
            )


@contextmanager
def _opened(path: Path, kind: str, data: bytes) -> Iterator[Image.Image]:
    """The picture, opened by the one plugin of its format; all trouble inside becomes a BadPhotoError."""
    if kind == "heif":
        import_module(HEIF_MODULE)  # registers itself with Pillow
    try:
        # Pillow warns of rubbish beside the picture, which is of no concern here.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=(kind.upper(),)) as picture:
            yield picture
    except BadPhotoError:
        raise
    except MemoryError:
        raise BadPhotoError("too_large", f"{path} needs more memory than there is; make it smaller") from None
    except Exception as error:  # a decoder raises what it likes on a damaged file
        raise BadPhotoError("broken", f"{path} is damaged or cut short; copy it again or save it anew") from error


def _heif(data: bytes) -> ArrayPicture:
    picture: ArrayPicture = import_module(HEIF_MODULE).heif(data)
    return picture


def _decoded(picture: Image.Image, kind: str, data: bytes, long_side: int | None) -> Image.Image | ArrayPicture:
    if kind == "heif":
        return _heif(data)
    factor = 1 if long_side is None else max(picture.size) // long_side
    if kind == "webp" and not getattr(picture, "is_animated", False):
        return still_webp(data, picture.size, has_alpha=picture.mode != "RGB", factor=factor)
    if kind == "jpeg" and picture.mode == "RGB" and (array := jpeg(data, picture.size, factor=factor)):
        return array
    if long_side is not None:
        # Only JPEG heeds it: a half, a quarter or an eighth of the size at a fraction of the time.
        picture.draft(None, _at_least(picture.size, long_side))
    picture.load()
    return picture


def _at_least(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    scale = long_side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _suffices(pixels: Pixels, long_side: int | None) -> bool:
    if pixels.scale == 1:
        return True
    return long_side is not None and max(pixels.rgb.shape[:2]) >= long_side
