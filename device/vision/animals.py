"""A face on an animal or a toy is no person: it is refused, and keeps the animal as the reason."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from device.vision.coco import ANIMALS, PERSON, TOYS

if TYPE_CHECKING:
    from device.core.ports import FaceDetector, ThingDetector
    from device.core.types import Box, Detection, Pixels, Thing

SURE = 0.998
"""The score from which a face is not doubted. Of 211 true ones that were measured 92 reached it; of 25 on animals none
scored more than 0.993."""

SEEN = 0.5
"""The score from which an animal or a toy is one."""

CLOSE = 1.5
"""The side of the cut-out that is looked at too, in sides of the face. Of 62 unsure faces of people, pasted before
animals, 31 were refused without this look and one with it; of 21 on animals 20 still are."""

COVERED = 0.6
"""The share of a face that must lie within the box of an animal, or of a person, for it to be theirs."""


class AnimalCheck:
    """A face detector that doubts another one. For one thread at a time.

    Args:
        faces: Finds the faces.
        things: Knows animals; asked when there is a face to be doubted.
    """

    def __init__(self, *, faces: FaceDetector, things: ThingDetector) -> None:
        self._faces = faces
        self._things = things

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces from left to right, those on animals among them."""
        found = self._faces.detect(pixels)
        if all(each.score >= SURE for each in found):
            return found
        things = self._things.things(pixels)
        return tuple(
            each if each.score >= SURE else replace(each, animal=self._animal(pixels, each, things)) for each in found
        )

    def _animal(self, pixels: Pixels, face: Detection, things: tuple[Thing, ...]) -> Thing | None:
        """The animal whose face it is, both in the photo and close at hand: somebody may stand before a pet."""
        animal = _animal_at(face.box, things)
        if animal is None:
            return None
        close, box = _close(pixels, face.box)
        return animal if _animal_at(box, self._things.things(close)) else None


def _animal_at(face: Box, things: tuple[Thing, ...]) -> Thing | None:
    """The animal whose face it may be; a person seen there with more certainty is believed first."""
    here = [thing for thing in things if face.area_shared_with(thing.box) / face.area >= COVERED]
    animals = [thing for thing in here if thing.label in ANIMALS | TOYS and thing.score >= SEEN]
    person = max((thing.score for thing in here if thing.label == PERSON), default=0.0)
    best = max(animals, key=lambda animal: animal.score, default=None)
    return best if best and best.score > person else None


def _close(pixels: Pixels, face: Box) -> tuple[Pixels, Box]:
    """A cut-out around the face, and where the face is in it."""
    height, width = pixels.rgb.shape[:2]
    reach = CLOSE * max(face.width, face.height) / 2 * pixels.scale
    across, down = (middle * pixels.scale for middle in face.centre)
    left, top = max(0, int(across - reach)), max(0, int(down - reach))
    right, bottom = min(width, math.ceil(across + reach)), min(height, math.ceil(down + reach))
    cut = replace(pixels, rgb=pixels.rgb[top : max(bottom, top + 1), left : max(right, left + 1)])
    return cut, replace(face, x=face.x - left / pixels.scale, y=face.y - top / pixels.scale)
