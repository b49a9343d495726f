"""A JPEG goes to its array directly: the pixels are Pillow's, and so is the last word on what is damaged."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from device.core.errors import BadPhotoError
from device.decode import arrays
from device.decode.decoder import Limits, PhotoDecoder

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Rgb

SIZE = (1601, 1203)
"""Odd, so that the last block of each scale is a part of one."""


def encoded(**options: object) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (SIZE[1] // 8, SIZE[0] // 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize(SIZE).save(file, "JPEG", **options)
    return file.getvalue()


def decoded(path: Path, data: bytes, *, long_side: int | None = None) -> Rgb:
    path.write_bytes(data)
    decoder = PhotoDecoder(limits=Limits())
    return decoder.pixels(decoder.inspect(path), long_side=long_side).rgb


def by_pillow(data: bytes, *, divisor: int) -> Rgb:
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft(None, (SIZE[0] // divisor, SIZE[1] // divisor))
        return np.asarray(picture)


@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 1}, {"subsampling": 2}, {"progressive": True}])
@pytest.mark.parametrize(("long_side", "divisor"), [(None, 1), (801, 1), (800, 2), (400, 4), (200, 8)])
def test_the_pixels_are_those_of_pillow_at_every_size(
    tmp_path: Path, options: dict[str, object], long_side: int | None, divisor: int
) -> None:
    data = encoded(**options)
    made = decoded(tmp_path / "photo", data, long_side=long_side)
    assert np.array_equal(made, by_pillow(data, divisor=divisor))


def test_the_fast_way_is_taken_and_gives_up_on_anything_odd() -> None:
    data = encoded()
    assert arrays.jpeg(data, SIZE, factor=4) is not None
    assert arrays.jpeg(data[: len(data) // 2], SIZE, factor=4) is None
    assert arrays.jpeg(data, (SIZE[0] * 2, SIZE[1]), factor=4) is None


def test_rubbish_between_the_parts_of_a_file_does_not_cost_the_photo(tmp_path: Path) -> None:
    data = encoded()
    odd = data[:-2] + b"\0\0\0\0" + data[-2:]
    assert arrays.jpeg(odd, SIZE, factor=1) is None
    assert np.array_equal(decoded(tmp_path / "photo", odd), decoded(tmp_path / "photo", data))


def test_a_jpeg_that_was_cut_is_refused(tmp_path: Path) -> None:
    data = encoded()
    with pytest.raises(BadPhotoError, match="damaged or cut short"):
        decoded(tmp_path / "photo", data[: len(data) // 2])


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_what_is_not_in_three_colours_is_left_to_pillow(tmp_path: Path, mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (64, 48)).save(file, "JPEG")
    assert decoded(tmp_path / "photo", file.getvalue()).shape == (48, 64, 3)
