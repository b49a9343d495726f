"""Measure, with photos, what the int8 network needs to know: `python -m models.recipe.calibrate WHEEL PHOTO...`.

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

from models.recipe.calibration import Calibration
from models.recipe.equalise import equalised, scales
from models.recipe.make import CALIBRATION
from models.recipe.network import INPUT, Network
from models.recipe.ranges import LEVELS, NOTHING, quantity
from models.recipe.retinaface import build
from models.recipe.tflite import LEAK, Quantity, write
from models.recipe.weights import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SAMPLES = 4000
"""Values of a tensor that are kept from each picture."""

CLASS_RANGE = 8.0
"""Logits beyond it are as sure as can be."""

_HIGH_SHARES = (1, 0.9, 0.8, 0.7, 0.6, 0.5)
_LOW_SHARES = (1, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12)
_LARGEST_CORRECTION = 20
"""Steps of a tensor's scale by which its bias is corrected at the most."""

_CORRECTED_WITH = (0, 1, 3)
"""Of the five versions of each photo, those that bias correction uses."""

Pictures = list[np.ndarray]
Values = dict[str, np.ndarray]


def main(wheel: Path, photos: Sequence[Path]) -> None:
    """Measure and write the calibration."""
    pictures = [version for photo in photos for version in _versions(_rgb(photo))]
    network = build(read(wheel))
    scale_of = scales(network, _largest(network, pictures))
    network = equalised(network, scale_of)
    quantities = _quantities(network, pictures)
    few = [picture for index, picture in enumerate(pictures) if index % 5 in _CORRECTED_WITH]
    biases = _corrections(network, quantities, few)
    Calibration(scales=scale_of, quantities=quantities, biases=biases).save(CALIBRATION)
    print(f"{CALIBRATION}: {len(quantities)} tensors, measured on {len(photos)} photos")


def _rgb(photo: Path) -> np.ndarray:
    with Image.open(photo) as picture:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


def _versions(picture: np.ndarray) -> Iterator[np.ndarray]:
    """The photo as it is at two sizes, mirrored, dark, and grey: each a letterboxed batch of one."""
    grey = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    dark = (picture * 0.35).astype(np.uint8)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    for version, side in ((picture, 640), (picture, 320), (mirrored, 480), (dark, 480), (grey, 400)):
        scale = min(side / max(version.shape[:2]), 4.0)
        height, width = (max(1, round(length * scale)) for length in version.shape[:2])
        batch = np.zeros((1, -(-height // 32) * 32, -(-width // 32) * 32, 3), np.uint8)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        batch[0, :height, :width] = cv2.resize(version, (width, height), interpolation=way)
        yield batch


def _run(
    network: Network,
    names: Sequence[str],
    pictures: Pictures,
    see: Callable[[str, np.ndarray], None],
    quantities: Mapping[str, Quantity] | None = None,
) -> None:
    """Run the network on each picture and show what these tensors hold."""
    part = network.up_to(set(names))
    interpreter = Interpreter(model_content=write(part, quantities), num_threads=2)
    source = interpreter.get_input_details()[0]["index"]
    outputs = [(each["name"], each["index"]) for each in interpreter.get_output_details()]
    for picture in sorted(pictures, key=lambda each: each.shape):
        interpreter.resize_tensor_input(source, picture.shape)
        interpreter.allocate_tensors()
        values = picture.astype(np.float32) - 128 if quantities is None else (picture ^ 128).view(np.int8)
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        for name, index in outputs:
            see(name, interpreter.get_tensor(index))


def _measured(network: Network) -> list[str]:
    """The tensors with a range of their own; a doubled one has that of its source."""
    return [step.output for step in network.steps if step.kind != "double"]


def _leaked(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, values * LEAK)


def _largest(network: Network, pictures: Pictures) -> Values:
    """The largest value of each channel, after the leaky ReLU where one follows."""
    channels, before = network.channels(), network.before_leaky()
    largest = {name: np.zeros(channels[name]) for name in _measured(network)}

    def see(name: str, values: np.ndarray) -> None:
        values = np.abs(_leaked(values) if name in before else values).reshape(-1, channels[name])
        largest[name] = np.maximum(largest[name], values.max(axis=0))

    _run(network, _measured(network), pictures, see)
    return largest


def _quantities(network: Network, pictures: Pictures) -> dict[str, Quantity]:
    """Scale and zero point of each tensor: the range with the smallest error, outliers cut where that pays."""
    random = np.random.default_rng(0)
    seen: dict[str, list[np.ndarray]] = {name: [] for name in _measured(network)}
    extent = dict.fromkeys(seen, (0.0, 0.0))

    def see(name: str, values: np.ndarray) -> None:
        flat = values.ravel()
        low, high = extent[name]
        extent[name] = (min(low, float(flat.min())), max(high, float(flat.max())))
        seen[name].append(flat[random.integers(0, len(flat), min(len(flat), SAMPLES))])

    _run(network, list(seen), pictures, see)
    before = network.before_leaky()
    found = {INPUT: Quantity(1.0, 0)}
    for name, samples in seen.items():
        if name.startswith("cls"):
            found[name] = quantity(-CLASS_RANGE, CLASS_RANGE)
        elif name.startswith(("box", "lm")):
            found[name] = quantity(*extent[name])
        else:
            found[name] = quantity(*_best_range(np.concatenate(samples), *extent[name], leaks=name in before))
    for step in network.steps:
        if step.kind == "concat":
            found |= dict.fromkeys(step.inputs, found[step.output])
        elif step.kind == "leaky":
            scale, zero = found[step.inputs[0]]
            found[step.output] = quantity((-128 - zero) * scale * LEAK, (127 - zero) * scale)
    return found


def _best_range(samples: np.ndarray, low: float, high: float, *, leaks: bool) -> tuple[float, float]:
    """Of several cuts of the range the one with the smallest error after the leaky ReLU.

    The error is the mean square and a little of the root of the mean fourth power, so that outliers count.
    """
    after = _leaked if leaks else (lambda values: values)
    reference = after(samples)
    best = (np.inf, low, high)
    for high_share in _HIGH_SHARES:
        for low_share in _LOW_SHARES if low < -NOTHING else (1,):
            bottom, top = low * low_share, high * high_share
            step = (top - bottom) / LEVELS
            rounded = np.clip(np.round((samples - bottom) / step), 0, LEVELS) * step + bottom
            error = np.abs(after(rounded) - reference)
            best = min(best, ((error**2).mean() + (error**4).mean() ** 0.5 * 0.1, bottom, top))
    return best[1], best[2]


def _corrections(network: Network, quantities: Mapping[str, Quantity], pictures: Pictures) -> Values:
    """What to add to each bias, so that the mean of each int8 channel is that of the float one.

    One convolution after another, each with those before it corrected: all at once loses half of the faces.
    """
    names = [step.output for step in network.steps if step.kernel is not None and not step.output.startswith("lm")]
    expected = _means(network, names, pictures, None, quantities)
    added: Values = {}
    for name in names:
        corrected = network.with_biases(added)
        mean = _means(corrected, [name], pictures, quantities, quantities)[name]
        limit = _LARGEST_CORRECTION * quantities[name].scale
        added[name] = np.clip(expected[name] - mean, -limit, limit)
    return added


def _means(
    network: Network,
    names: Sequence[str],
    pictures: Pictures,
    run_with: Mapping[str, Quantity] | None,
    quantities: Mapping[str, Quantity],
) -> Values:
    """The mean of each channel over all pictures, within the range that int8 can hold, after the leaky ReLU."""
    channels, before = network.channels(), network.before_leaky()
    sums = {name: np.zeros(channels[name]) for name in names}
    counts = dict.fromkeys(names, 0)

    def see(name: str, values: np.ndarray) -> None:
        scale, zero = quantities[name]
        if run_with is None:
            values = np.clip(values, (-128 - zero) * scale, (127 - zero) * scale)
        else:
            values = (values.astype(np.float32) - zero) * scale
        values = (_leaked(values) if name in before else values).reshape(-1, channels[name])
        sums[name] += values.sum(axis=0, dtype=np.float64)
        counts[name] += len(values)

    _run(network, names, pictures, see, run_with)
    return {name: sums[name] / counts[name] for name in names}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the calibration of the face detector.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    main(options.wheel, options.photos)
