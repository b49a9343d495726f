"""Valid photos of every format that is read, in the kinds in which they come; each shows a face, and is small."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pillow_heif
from PIL import Image

from device.app.shipped import PHOTOS

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Where each pass of an interlaced PNG begins, across and down, and its steps: PNG specification, 8.2."""

pillow_heif.register_heif_opener()


@cache
def originals() -> Mapping[str, bytes]:
    """By name; what stands before the first dash is the format."""
    with Image.open(PHOTOS / "hopper_navy_cap.jpg") as photo:
        face = photo.convert("RGB").resize((112, 130))
    deep = Image.fromarray(np.asarray(face.convert("L"), np.uint16) * 257)
    clear = face.copy()
    clear.putalpha(face.convert("L"))
    made = {
        **_jpegs(face),
        **_pngs(face, clear, deep),
        **_webps(face, clear),
        **_heifs(face, clear),
        **_tiffs(face, clear, deep),
        **_bmps(face, clear),
        **_gifs(face),
    }
    return {name: made[name] for name in sorted(made)}


def _jpegs(face: Image.Image) -> dict[str, bytes]:
    with Image.open(PHOTOS / "apollo11_crew.jpg") as photo:
        group = photo.convert("RGB").resize((320, 256))
    return {
        "jpeg-plain": _saved(face, "JPEG", quality=85),
        "jpeg-progressive": _saved(face, "JPEG", progressive=True),
        "jpeg-grey": _saved(face.convert("L"), "JPEG"),
        "jpeg-cmyk": _saved(face.convert("CMYK"), "JPEG"),
        "jpeg-restarts": _saved(face, "JPEG", restart_marker_blocks=3),
        "jpeg-fine": _saved(face, "JPEG", subsampling=0, optimize=True),
        "jpeg-exif": _saved(face, "JPEG", exif=_exif(), comment=b"a comment", icc_profile=b"profile" * 40),
        "jpeg-group": _saved(group, "JPEG", exif=_exif(orientation=1)),
    }


def _pngs(face: Image.Image, clear: Image.Image, deep: Image.Image) -> dict[str, bytes]:
    return {
        "png-plain": _saved(face, "PNG", exif=_exif()),
        "png-clear": _saved(clear, "PNG"),
        "png-palette": _saved(face.quantize(200), "PNG", transparency=3),
        "png-few": _saved(face.quantize(4), "PNG", bits=2),
        "png-bits": _saved(face.convert("1"), "PNG"),
        "png-deep": _saved(deep, "PNG"),
        "png-grey": _saved(face.convert("LA"), "PNG", icc_profile=b"profile" * 40),
        "png-moving": _saved(face, "PNG", save_all=True, append_images=[face.rotate(9)], duration=99),
        "png-interlaced": _interlaced(np.asarray(face)),
    }


def _webps(face: Image.Image, clear: Image.Image) -> dict[str, bytes]:
    return {
        "webp-plain": _saved(face, "WEBP"),
        "webp-clear": _saved(clear, "WEBP"),
        "webp-lossless": _saved(face, "WEBP", lossless=True),
        "webp-exif": _saved(face, "WEBP", exif=_exif(), icc_profile=b"profile" * 40, xmp=b"<x/>"),
        "webp-moving": _saved(face, "WEBP", save_all=True, append_images=[face.rotate(9)], duration=99),
    }


def _heifs(face: Image.Image, clear: Image.Image) -> dict[str, bytes]:
    return {
        "heif-plain": _saved(face, "HEIF", exif=_exif(orientation=1)),
        "heif-clear": _saved(clear, "HEIF"),
        "heif-grey": _saved(face.convert("L"), "HEIF"),
        "heif-several": _saved(face, "HEIF", save_all=True, append_images=[face.rotate(9)]),
    }


def _tiffs(face: Image.Image, clear: Image.Image, deep: Image.Image) -> dict[str, bytes]:
    float_face = face.convert("F")
    return {
        "tiff-raw": _saved(face, "TIFF", exif=_exif()),
        "tiff-lzw": _saved(face, "TIFF", compression="tiff_lzw"),
        "tiff-deflate": _saved(clear, "TIFF", compression="tiff_adobe_deflate"),
        "tiff-packbits": _saved(face.convert("L"), "TIFF", compression="packbits"),
        "tiff-jpeg": _saved(face, "TIFF", compression="jpeg"),
        "tiff-fax": _saved(face.convert("1"), "TIFF", compression="group4"),
        "tiff-deep": _saved(deep, "TIFF"),
        "tiff-float": _saved(float_face, "TIFF"),
        "tiff-cmyk": _saved(face.convert("CMYK"), "TIFF"),
        "tiff-palette": _saved(face.quantize(99), "TIFF"),
        "tiff-pages": _saved(face, "TIFF", save_all=True, append_images=[face.rotate(9)]),
        "tiff-large": _saved(face, "TIFF", big_tiff=True),
    }


def _bmps(face: Image.Image, clear: Image.Image) -> dict[str, bytes]:
    rows = np.asarray(face.convert("L"))[::-1]
    runs = b"".join(b"".join(bytes((1, value)) for value in row) + b"\0\0" for row in rows) + b"\0\1"
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    header = struct.pack("<IiiHHIIiiII", 40, face.width, face.height, 1, 8, 1, len(runs), 2835, 2835, 256, 0)
    offset = 14 + len(header) + len(palette)
    return {
        "bmp-plain": _saved(face, "BMP"),
        "bmp-clear": _saved(clear, "BMP"),
        "bmp-grey": _saved(face.convert("L"), "BMP"),
        "bmp-bits": _saved(face.convert("1"), "BMP"),
        "bmp-runs": struct.pack("<2sIHHI", b"BM", offset + len(runs), 0, 0, offset) + header + palette + runs,
    }


def _gifs(face: Image.Image) -> dict[str, bytes]:
    return {
        "gif-plain": _saved(face, "GIF"),
        "gif-straight": _saved(face, "GIF", interlace=0, transparency=3, comment=b"a comment"),
        "gif-moving": _saved(face, "GIF", save_all=True, append_images=[face.rotate(9)], duration=99),
    }


def _saved(picture: Image.Image, form: str, **ways: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **ways)
    return file.getvalue()


def _exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "a picture"
    exif.get_ifd(0x8769)[0x9003] = "2001:02:03 04:05:06"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def _interlaced(rgb: np.ndarray[Any, Any]) -> bytes:
    rows = bytearray()
    for left, top, across, down in _ADAM7:
        for row in rgb[top::down, left::across]:
            rows += b"\0" + row.tobytes()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", rgb.shape[1], rgb.shape[0], 8, 2, 0, 0, 1))]
    chunks += [(b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")]
    written = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
