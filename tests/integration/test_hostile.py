"""Every hostile file is accepted or refused as its manifest says, in bounded time, and refused in one line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from device.core.errors import BadPhotoError
from device.decode.decoder import Limits, PhotoDecoder
from tests.conftest import shared_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared


def manifest() -> list[tuple[str, str]]:
    file = shared_folder() / "hostile" / "manifest.csv"
    if not file.is_file():
        return [("", "")]
    with file.open(newline="", encoding="utf-8") as rows:
        return [(row["file"], row["expected"]) for row in csv.DictReader(rows)]


@pytest.mark.timeout(2)
@pytest.mark.parametrize(("name", "expected"), manifest())
def test_a_hostile_file_is_answered_as_its_manifest_says(shared: Path, name: str, expected: str) -> None:
    decoder = PhotoDecoder(limits=Limits())
    path = shared / "hostile" / name
    refusal = ""
    try:
        pixels = decoder.pixels(decoder.inspect(path), long_side=960)
    except BadPhotoError as error:
        refusal = str(error)
    if expected != "either":
        assert bool(refusal) == (expected == "reject"), refusal
    if refusal:
        assert refusal.startswith(f"{path} ")
        assert "\n" not in refusal
    else:
        assert pixels.rgb.dtype == "uint8"
        assert pixels.rgb.shape[2] == 3


@pytest.mark.parametrize("name", ["exif_gps.jpg", "exif_injection_text.jpg"])
def test_nothing_of_exif_but_orientation_and_date_is_kept(shared: Path, name: str) -> None:
    photo = PhotoDecoder(limits=Limits()).inspect(shared / "hostile" / name)
    assert photo.orientation == 1
    assert photo.taken_at is None


def test_a_16_bit_face_is_not_clipped_to_white(shared: Path) -> None:
    decoder = PhotoDecoder(limits=Limits())
    rgb = decoder.pixels(decoder.inspect(shared / "hostile" / "face_16bit.png")).rgb
    assert 20 < rgb.mean() < 235
    assert (rgb == 255).mean() < 0.2
