"""Teach one question to what is left of the expression network: `python -m models.recipe.distil PACKAGE PHOTO...`.

A softmax over two classes cannot say what one over seven says: the share of the other six is no linear function of what
comes before. So the last layer is fitted anew (Hinton et al., Distilling the Knowledge in a Neural Network, 2015, arXiv
1503.02531): on faces cut from photos and distorted, it shall give the probability that the published seven classes give
for "happy". No label is used, nor anything else that the six say. Needed only when the method changes; `make` works
from what is stored here.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from device.decode.decoder import Limits, PhotoDecoder
from device.models.folder import models_folder
from device.models.manifest import load_manifest
from device.models.registry import Registry
from device.vision.detector import RetinaFaceDetector
from device.vision.mesh import FaceMesher
from device.vision.square import Square, around_points
from models.recipe import expression
from models.recipe.make import SMILE
from models.recipe.tensorflow_js import read
from models.recipe.tflite import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SMALLEST_FACE = 24
"""Pixels of the larger side from which a face is used."""

VERSIONS = 60
"""Distorted versions of each face."""

MIRRORED, CHANGED, COVERED = 0.5, 0.3, 0.2
"""How often a version is mirrored; grey, blurred or bent, each; and covered in part."""

FOLDS = 7
STRENGTHS = (1.0, 0.1, 0.03, 0.01, 0.003, 0.001)
STRENGTH = 0.01
"""How strongly the new layer is held to the column for "happy": of `STRENGTHS` the best on faces that were left out."""

_MOST_STEPS = 100
_SETTLED = 1e-9

Layer = tuple[np.ndarray, float]


def main(package: Path, photos: Sequence[Path]) -> None:
    """Fit, print how well, and store the layer."""
    published = read(package, expression.MEMBER)
    look = _Teacher(published)
    features, happy, faces = [], [], []
    for number, versions in enumerate(_faces(photos)):
        for version in versions:
            seen, probability = look(version)
            features.append(seen)
            happy.append(probability)
            faces.append(number)
    seen, taught, face = np.array(features), np.array(happy), np.array(faces)
    kernel, bias = expression.last_layer(published)
    start = kernel[:, expression.HAPPY], float(bias[expression.HAPPY])
    for strength in STRENGTHS:
        print(f"strength {strength}: {_left_out(seen, taught, face, start, strength):.4f} on faces left out")
    weights, offset = _fitted(seen, taught, start, STRENGTH)
    np.savez(SMILE, weights=weights, offset=offset)
    print(f"{SMILE}: from {len(taught)} versions of {face.max() + 1} faces")


class _Teacher:
    """The published network: what goes into its last layer, and how probable it finds "happy"."""

    def __init__(self, published: dict[str, np.ndarray]) -> None:
        network = replace(expression.build(published), outputs=(expression.FEATURES, expression.PROBABILITIES))
        self._interpreter = Interpreter(model_content=write(network))
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {each["name"]: each["index"] for each in self._interpreter.get_output_details()}

    def __call__(self, crop: np.ndarray) -> tuple[np.ndarray, float]:
        self._interpreter.set_tensor(self._input, crop[None] - np.float32(expression.MEAN_RGB))
        self._interpreter.invoke()
        features, probabilities = (
            self._interpreter.get_tensor(self._outputs[name]).ravel().astype(np.float64)
            for name in (expression.FEATURES, expression.PROBABILITIES)
        )
        return features, float(probabilities[expression.HAPPY])


def _faces(photos: Sequence[Path]) -> Iterator[list[np.ndarray]]:
    """Of each face in the photos the distorted versions."""
    registry = Registry(manifest=load_manifest(), folder=models_folder(os.environ))
    decoder = PhotoDecoder(limits=Limits())
    detector = RetinaFaceDetector(model=registry.path("face-detector-int8"))
    mesher = FaceMesher(model=registry.path("face-mesh"))
    random = np.random.default_rng(0)
    for photo in photos:
        pixels = decoder.pixels(decoder.inspect(photo))
        for face in detector.detect(pixels):
            if max(face.box.width, face.box.height) * pixels.scale >= SMALLEST_FACE:
                points = mesher.mesh(pixels, face).points * pixels.scale
                yield [_version(pixels.rgb, points, random) for _ in range(VERSIONS)]


def _version(picture: np.ndarray, points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The face cut out inexactly, perhaps mirrored, in other light, grey, blurred, bent, or in part covered."""
    square = around_points(points, margin=random.uniform(0.85, 1.35))
    moved = square.middle + random.normal(0, 0.06, 2) * square.side
    square = Square(middle=moved, side=square.side, angle=square.angle + random.normal(0, 0.15))
    crop = square.cut(picture, expression.SIDE).astype(np.float32)
    if random.random() < MIRRORED:
        crop = np.ascontiguousarray(crop[:, ::-1])
    crop = crop * random.uniform(0.5, 1.4) + random.uniform(-20, 20)
    if random.random() < CHANGED:
        crop = np.repeat(crop.mean(axis=2, keepdims=True), 3, axis=2)
    if random.random() < CHANGED:
        crop = cv2.GaussianBlur(crop, (0, 0), random.uniform(0.5, 3))
    if random.random() < CHANGED:
        crop = _bent(crop, random)
    if random.random() < COVERED:
        left, top = random.integers(0, 80, 2)
        crop[top : top + random.integers(15, 50), left : left + random.integers(15, 60)] = random.uniform(0, 255, 3)
    return np.clip(crop, 0, 255).astype(np.float32)


def _bent(crop: np.ndarray, random: np.random.Generator) -> np.ndarray:
    side = expression.SIDE
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).astype(np.float32)
    bend = cv2.resize(random.normal(0, 6, (4, 4, 2)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    return cv2.remap(crop.astype(np.float32), grid + bend, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _left_out(seen: np.ndarray, taught: np.ndarray, face: np.ndarray, start: Layer, strength: float) -> float:
    """The cross entropy on faces that the fit did not see."""
    found = []
    for fold in range(FOLDS):
        out = face % FOLDS == fold
        weights, offset = _fitted(seen[~out], taught[~out], start, strength)
        found.append(_cross_entropy(seen[out] @ weights + offset, taught[out]).mean())
    return float(np.mean(found))


def _fitted(seen: np.ndarray, taught: np.ndarray, start: Layer, strength: float) -> Layer:
    """Logistic regression on probabilities, held to where it starts; Newton's method with halved steps."""
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + 0.01
    inputs = np.concatenate([(seen - middle) / spread, np.ones((len(seen), 1))], axis=1)
    before = seen @ start[0] + start[1]
    hold = np.full(inputs.shape[1], strength)
    hold[-1] = 0
    change = np.zeros(inputs.shape[1])

    def loss(at: np.ndarray) -> float:
        return float(_cross_entropy(before + inputs @ at, taught).mean() + (hold * at * at).sum() / 2)

    for _ in range(_MOST_STEPS):
        probability = 1 / (1 + np.exp(-(before + inputs @ change)))
        slope = inputs.T @ (probability - taught) / len(taught) + hold * change
        weight = np.maximum(probability * (1 - probability), 1e-6)
        curve = inputs.T @ (inputs * weight[:, None]) / len(taught) + np.diag(hold + 1e-9)
        step, now = np.linalg.solve(curve, slope), loss(change)
        length = 1.0
        while length > _SETTLED and loss(change - length * step) > now:
            length /= 2
        change = change - length * step
        if now - loss(change) < _SETTLED:
            break
    added = change[:-1] / spread
    return start[0] + added, start[1] + float(change[-1] - added @ middle)


def _cross_entropy(logits: np.ndarray, taught: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, logits) - taught * logits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit the last layer of the smile network.")
    parser.add_argument("package", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    main(options.package, sorted(options.photos))
