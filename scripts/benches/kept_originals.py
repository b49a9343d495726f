"""What the published networks say of the demo's photos, kept for tests that must run without JavaScript.

usage: python -m scripts.benches.kept_originals     (writes tests/originals.json)
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from device.app.shipped import PHOTOS
from device.vision.coco import COCO
from device.vision.letterbox import resized
from device.vision.smile_network import crops
from device.vision.things import SIDE
from models.recipe import expression, ssdlite
from scripts.benches.originals import CLASSES, Originals
from scripts.benches.peer_process import AbsentError
from tests.sight import detector, mesher, seen

if TYPE_CHECKING:
    from device.core.types import Rgb

KEPT = Path("tests/originals.json")
STRONGEST = 5
"""Scores that are kept of each photo."""


def main() -> None:
    """Run the published networks and write down what they say."""
    photos = sorted(PHOTOS.glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            originals = Originals(Path(folder))
        except AbsentError as error:
            sys.exit(f"Absent: {error}")
        kept = {"things": _things(originals, photos), "happy": _happy(originals, photos)}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _things(originals: Originals, photos: list[Path]) -> list[dict[str, Any]]:
    """Of each photo the largest scores: at which anchor, of which class, with which box offsets."""
    offsets, logits = originals.things([resized(seen(photo)[1].rgb, SIDE, SIDE) for photo in photos])
    named = [number for number in range(CLASSES) if number not in ssdlite.UNUSED]
    found = []
    for photo, boxes, values in zip(photos, offsets, logits[:, :, named], strict=True):
        for place in np.argsort(values, axis=None)[: -STRONGEST - 1 : -1]:
            anchor, label = np.unravel_index(place, values.shape)
            found.append(
                {
                    "photo": photo.name,
                    "anchor": int(anchor),
                    "label": COCO[label],
                    "score": round(float(1 / (1 + np.exp(-values[anchor, label]))), 6),
                    "offsets": [round(float(each), 5) for each in boxes[anchor]],
                }
            )
    return found


def _happy(originals: Originals, photos: list[Path]) -> list[dict[str, Any]]:
    """Of each face the probability that the seven classes give for "happy", for each of its crops."""
    found: list[dict[str, Any]] = []
    looks: list[Rgb] = []
    for photo in photos:
        pixels = seen(photo)[1]
        for face in detector().detect(pixels):
            each = list(crops(pixels, mesher().mesh(pixels, face)))
            found.append({"photo": photo.name, "crops": len(each)})
            looks += each
    happy = iter(originals.expressions(looks)[:, expression.HAPPY])
    return [
        {"photo": face["photo"], "happy": [round(float(next(happy)), 6) for _ in range(face["crops"])]}
        for face in found
    ]


if __name__ == "__main__":
    main()
