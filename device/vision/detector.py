"""Faces in a photo, also where the photo or a head in it lies on its side or upside down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Box, Detection
from device.vision.letterbox import resized, scale_to
from device.vision.looks import THRESHOLD, Looks, confirmed
from device.vision.plan import GLIMPSE, Plan
from device.vision.retinaface import joined, strongest
from device.vision.turned import TURNS, lean, turned, turned_back

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Pixels, Rgb
    from device.vision.retinaface import Faces

UPRIGHT = 0.9
"""The score that an upright face has; where none has it, the photo may be turned."""

LEANING = 50.0
"""Degrees from which a head lies; it is seen better when the photo is turned."""

GLIMPSED = 0.8
"""The score from which a face counts in a quick look at the turned photo."""

LYING = 0.6
"""The score from which it counts in the thorough look; a face below `UPRIGHT` in the first must be seen there too."""


class RetinaFaceDetector:
    """The face detector of the pipeline. For one thread."""

    def __init__(self, *, model: Path, plan: Plan | None = None, threads: int = 1) -> None:
        self._plan = plan or Plan()
        self._looks = Looks(model=model, plan=self._plan, threads=threads)

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces, from left to right."""
        picture = pixels.rgb
        faces = self._looks.faces(picture)
        turn = self._turn(picture) if self._plan.turned and _may_be_turned(faces) else None
        if turn is not None:
            height, width = picture.shape[:2]
            lying = turned_back(self._looks.faces(turned(picture, turn)), turn, height=height, width=width)
            lying = lying.only(lying.scores >= LYING)
            faces = strongest(joined([confirmed(faces, lying, sure=UPRIGHT), lying]), threshold=THRESHOLD)
        return _detections(faces.scaled(1 / pixels.scale))

    def _turn(self, picture: Rgb) -> int | None:
        """The turn in which a quick look sees the most faces; None where it sees none in any."""
        scale = scale_to(picture, side=max(GLIMPSE), most=1.0)
        small = resized(picture, *(max(1, round(length * scale)) for length in picture.shape[1::-1]))
        glimpses = self._looks.glimpses([turned(small, turn) for turn in TURNS], threshold=GLIMPSED)
        seen = {turn: faces.scores.sum() for turn, faces in zip(TURNS, glimpses, strict=True)}
        best = max(seen, key=seen.__getitem__)
        return best if seen[best] else None


def _may_be_turned(faces: Faces) -> bool:
    return not (faces.scores >= UPRIGHT).any() or any(abs(lean(points)) >= LEANING for points in faces.points)


def _detections(faces: Faces) -> tuple[Detection, ...]:
    order = np.argsort(faces.boxes[:, 0] + faces.boxes[:, 2] / 2, kind="stable")
    return tuple(
        Detection(
            box=Box(x=float(x), y=float(y), width=float(width), height=float(height)),
            score=float(score),
            points=tuple((float(across), float(down)) for across, down in points),
        )
        for (x, y, width, height), score, points in zip(
            faces.boxes[order], faces.scores[order], faces.points[order], strict=True
        )
    )
