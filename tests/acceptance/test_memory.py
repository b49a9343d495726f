"""A photo of the largest size that is allowed, and the networks that look, stay within what a small device has."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from device.app.memory_parts import LIMIT_MEGABYTES
from device.app.shipped import PHOTOS
from device.app.tuner import sheet
from tests.command import VOXFRAME
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MOST_KILOBYTES = 400_000
RUN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""
"""A small process between: the peak of a child counts what its parent held when it was started."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PNG with alpha", "PNG of 16 bits", "WEBP"])
def test_fifty_megapixels_take_less_than_400_megabytes(tmp_path: Path, kind: str) -> None:
    grey = np.linspace(0, 255, 8160).astype(np.uint8)[None].repeat(6120, 0)
    if kind == "PNG of 16 bits":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        picture = Image.merge("RGB", [Image.fromarray(grey)] * 3)
    if kind == "PNG with alpha":
        picture.putalpha(128)
    path = tmp_path / "large"
    picture.save(path, kind.split(maxsplit=1)[0], **({"compress_level": 1} if "PNG" in kind else {}))
    done = subprocess.run(
        [sys.executable, "-c", RUN, VOXFRAME, "describe", "--json", path], capture_output=True, check=True
    )
    assert b'"faces": []' in done.stdout
    assert int(done.stderr) < MOST_KILOBYTES


LOOK = """
import sys
from pathlib import Path
from device.app.memory_parts import Held
from device.app.resting import RestingEyes
from device.decode.decoder import Limits, PhotoDecoder
from device.vision.analyse import MeshAnalyser
from device.vision.detector import RetinaFaceDetector
from device.vision.mesh import FaceMesher
from device.vision.smile_network import SmileNetwork
from device.app.settings import Settings
from device.app.wiring import Wiring
registry = Wiring(Settings()).registry
faces, mesh, smile = (registry().path(name) for name in ("face-detector-int8", "face-mesh", "smile-fp16"))
smiles = []

def load():
    smiles.append(SmileNetwork(model=smile))
    return smiles[-1]

eyes = RestingEyes(lambda: (RetinaFaceDetector(model=faces), MeshAnalyser(mesher=FaceMesher(model=mesh), smile=load)))
decoder, found = PhotoDecoder(limits=Limits()), 0
for path in map(Path, sys.argv[1:]):
    photo = decoder.inspect(path)
    pixels = decoder.pixels(photo, long_side=960)
    detections = eyes.detect(pixels)
    found += len(eyes.analyse(photo, pixels, detections).faces)
    most = max(Held.now().resident, locals().get("most", 0))
assert smiles
print(found, most)
"""


def test_a_process_that_looked_at_photos_of_every_shape_stays_below_130_megabytes(tmp_path: Path) -> None:
    photos = sorted(PHOTOS.glob("*.jpg"))
    crowd = Image.fromarray(sheet([np.asarray(Image.open(photo).convert("RGB")) for photo in photos]))
    for name, picture in {
        "crowd": crowd,
        "lying": crowd.rotate(90),
        "portrait": crowd.crop((0, 0, 480, 960)),
        "small": Image.open(photos[0]).resize((150, 118)),
    }.items():
        photos.append(tmp_path / f"{name}.png")
        picture.save(photos[-1])
    command = [sys.executable, "-c", LOOK, *map(str, photos), *map(str, photos)]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    found, most = done.stdout.split()
    assert int(found) > 80
    assert float(most) < LIMIT_MEGABYTES
