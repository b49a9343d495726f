"""Measure, with photos, the ranges of the things network: `python -m models.recipe.calibrate_things PACKAGE PHOTO...`.

Needed only when the network or the method changes; `make` works from what is measured here.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pillow_heif
from ai_edge_litert.interpreter import Interpreter
from PIL import Image, ImageOps

from models.recipe import ssdlite
from models.recipe.calibration import Calibration
from models.recipe.make import THINGS_CALIBRATION
from models.recipe.network import INPUT
from models.recipe.ranges import quantity
from models.recipe.tensorflow_js import read
from models.recipe.tflite import Quantity, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.recipe.network import Network

CLASS_RANGE = 8.0
"""Logits beyond it are as sure as can be."""


def main(package: Path, photos: Sequence[Path]) -> None:
    """Measure and write the calibration."""
    network = ssdlite.build(read(package, ssdlite.MEMBER))
    pictures = [version for photo in photos for version in _versions(_rgb(photo))]
    quantities = _quantities(network, pictures)
    Calibration(scales={}, quantities=quantities, biases={}).save(THINGS_CALIBRATION)
    print(f"{THINGS_CALIBRATION}: {len(quantities)} tensors, measured on {len(photos)} photos")


def _rgb(photo: Path) -> np.ndarray:
    with Image.open(photo) as picture:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


def _versions(picture: np.ndarray) -> Iterator[np.ndarray]:
    """The photo as it is, mirrored, two overlapping parts, dark, and grey: each stretched to the network's square."""
    height, width = picture.shape[:2]
    grey = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    dark = (picture * 0.35).astype(np.uint8)
    near, far = picture[: height * 2 // 3, : width * 2 // 3], picture[height // 3 :, width // 3 :]
    for version in (picture, picture[:, ::-1], near, far, dark, grey):
        side = (ssdlite.SIDE, ssdlite.SIDE)
        yield cv2.resize(np.ascontiguousarray(version), side, interpolation=cv2.INTER_AREA)[None]


def _quantities(network: Network, pictures: Sequence[np.ndarray]) -> dict[str, Quantity]:
    """Scale and zero point of each tensor, from the smallest and the largest value that it was seen to have."""
    everything = network.up_to({step.output for step in network.steps})
    interpreter = Interpreter(model_content=write(everything), num_threads=2)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    outputs = [(each["name"], each["index"]) for each in interpreter.get_output_details()]
    extent = dict.fromkeys((name for name, _ in outputs), (0.0, 0.0))
    for picture in pictures:
        interpreter.set_tensor(source, picture.astype(np.float32) - np.float32(ssdlite.MIDDLE))
        interpreter.invoke()
        for name, index in outputs:
            values = interpreter.get_tensor(index)
            low, high = extent[name]
            extent[name] = (min(low, float(values.min())), max(high, float(values.max())))
    found = {INPUT: Quantity(1.0, 0)}
    for name, (low, high) in extent.items():
        wide = name in network.outputs and name.startswith("cls")
        found[name] = quantity(-CLASS_RANGE, CLASS_RANGE) if wide else quantity(low, high)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the calibration of the things network.")
    parser.add_argument("package", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    main(options.package, options.photos)
