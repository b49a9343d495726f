"""The shipped networks beside what the published ones said of the demo's photos (scripts/benches/kept_originals.py)."""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.app.shipped import PHOTOS
from device.vision.coco import COCO
from device.vision.letterbox import resized
from device.vision.runtime import Network
from device.vision.smile_network import SmileNetwork, crops
from device.vision.things import GRIDS, SIDE
from tests.locations import registry
from tests.sight import detector, mesher, seen

NAMES = sorted(path.name for path in PHOTOS.glob("*.jpg"))


@cache
def originals() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((Path(__file__).parents[1] / "originals.json").read_text(encoding="utf-8"))
    return kept


def joined(network: Network, kind: str, width: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    parts = []
    for level in range(len(GRIDS)):
        raw, scale, zero_point = network.raw(f"{kind}{level}")
        parts.append((raw.reshape(-1, width).astype(np.float64) - zero_point) * scale)
    return np.concatenate(parts)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_published_network_saw_best_the_shipped_one_sees_as_well(name: str) -> None:
    network = Network(registry().path("thing-detector-int8"))
    picture = resized(seen(PHOTOS / name)[1].rgb, SIDE, SIDE)
    network.run((picture[None] ^ 128).view(np.int8))
    scores, offsets = 1 / (1 + np.exp(-joined(network, "cls", len(COCO)))), joined(network, "box", 4)
    told = [each for each in originals()["things"] if each["photo"] == name]
    assert len(told) == 5
    for each in told:
        assert scores[each["anchor"], COCO.index(each["label"])] == pytest.approx(each["score"], abs=0.15)
        assert offsets[each["anchor"]] == pytest.approx(each["offsets"], abs=1.0)


def test_a_face_smiles_as_much_as_seven_classes_found_it_happy() -> None:
    network = SmileNetwork(model=registry().path("smile-fp16"))
    for name, told in groupby(originals()["happy"], itemgetter("photo")):
        pixels = seen(PHOTOS / name)[1]
        faces = detector().detect(pixels)
        for face, each in zip(faces, told, strict=True):
            looks = [network.look(crop) for crop in crops(pixels, mesher().mesh(pixels, face))]
            assert np.mean(looks) == pytest.approx(np.mean(each["happy"]), abs=0.1)
