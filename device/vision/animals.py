"""A face on an animal or a toy is no person: it is refused, and keeps the animal as the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device.vision.coco import ANIMALS, PERSON, TOYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import FaceDetector, ThingDetector
    from device.core.types import Box, Detection, Pixels, Thing

SURE = 0.995
"""The score from which a face is not doubted. Of 211 true ones that were measured 147 reached it; of 25 on animals none
scored more than 0.993."""

SEEN = 0.5
"""The score from which an animal or a toy is one."""

COVERED = 0.6
"""The share of a face that must lie within the box of an animal, or of a person, for it to be theirs."""


class AnimalCheck:
    """A face detector that doubts another one. For one thread at a time.

    Args:
        faces: Finds the faces.
        things: Gives the network that knows animals; asked for when there is a face to be doubted.
    """

    def __init__(self, *, faces: FaceDetector, things: Callable[[], ThingDetector]) -> None:
        self._faces = faces
        self._things = things

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces from left to right, those on animals among them."""
        found = self._faces.detect(pixels)
        if all(each.score >= SURE for each in found):
            return found
        things = self._things().things(pixels)
        return tuple(each if each.score >= SURE else replace(each, animal=_animal(each, things)) for each in found)


def _animal(face: Detection, things: tuple[Thing, ...]) -> Thing | None:
    """The animal whose face it is; a person seen there with more certainty is believed first."""
    here = [thing for thing in things if _share(face.box, thing.box) >= COVERED]
    animals = [thing for thing in here if thing.label in ANIMALS | TOYS and thing.score >= SEEN]
    person = max((thing.score for thing in here if thing.label == PERSON), default=0.0)
    best = max(animals, key=lambda animal: animal.score, default=None)
    return best if best and best.score > person else None


def _share(face: Box, other: Box) -> float:
    """How much of the face lies within the other box, 0 to 1."""
    across = min(face.x + face.width, other.x + other.width) - max(face.x, other.x)
    down = min(face.y + face.height, other.y + other.height) - max(face.y, other.y)
    return max(0.0, across) * max(0.0, down) / (face.width * face.height)
