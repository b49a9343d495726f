"""The library for HEIF is loaded with the first photo that needs it, and not before."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pillow_heif
from PIL import Image

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DECODE = """
import sys
from pathlib import Path
from device.decode.decoder import Limits, PhotoDecoder
for name in sys.argv[1:]:
    decoder = PhotoDecoder(limits=Limits())
    pixels = decoder.pixels(decoder.inspect(Path(name)))
    print(pixels.rgb.shape, "pillow_heif" in sys.modules)
"""


def test_a_heif_photo_brings_its_library_with_it_and_no_other_does(tmp_path: Path) -> None:
    picture = Image.new("RGB", (64, 48), "red")
    picture.save(tmp_path / "photo.jpg")
    pillow_heif.from_pillow(picture).save(tmp_path / "photo.heic")
    command = [sys.executable, "-c", DECODE, str(tmp_path / "photo.jpg"), str(tmp_path / "photo.heic")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["(48, 64, 3) False", "(48, 64, 3) True"]
