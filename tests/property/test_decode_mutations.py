"""Whatever is done to a valid photo, it is a picture or a BadPhotoError, never another error and never a warning."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from device.core.errors import BadPhotoError
from device.decode.decoder import Limits, PhotoDecoder


def _valid() -> dict[str, bytes]:
    picture = Image.fromarray(np.arange(48 * 40 * 3, dtype=np.uint16).reshape(40, 48, 3).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2001:02:03 04:05:06"
    files = {}
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF"):
        file = io.BytesIO()
        picture.save(file, form, **({"exif": exif} if form in {"JPEG", "PNG", "WEBP", "TIFF"} else {}))
        files[form] = file.getvalue()
    return files


VALID = _valid()


@settings(max_examples=400, deadline=None)
@given(
    form=st.sampled_from(sorted(VALID)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=5),
    keep=st.floats(0.05, 1),
)
def test_a_mutated_photo_is_a_picture_or_a_clear_refusal(
    form: str, edits: list[tuple[float, bytes, int]], keep: float
) -> None:
    data = bytearray(VALID[form])
    for place, new, drop in edits:
        at = int(place * len(data))
        data[at : at + drop] = new
    decoder = PhotoDecoder(limits=Limits(megapixels=4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        path.write_bytes(data[: max(1, int(len(data) * keep))])
        try:
            pixels = decoder.pixels(decoder.inspect(path), long_side=32)
        except BadPhotoError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert pixels.rgb.size > 0
