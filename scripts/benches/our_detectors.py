"""Our detector by the looks that it takes, from the lightest to the most thorough."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from device.vision.animals import AnimalCheck
from device.vision.detector import RetinaFaceDetector
from device.vision.plan import Plan
from device.vision.things import SsdThings
from tests.locations import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.core.ports import FaceDetector
    from device.core.types import Pixels
    from tests.labels import Rectangle

ALL, ALONE = "voxframe, all", "640, finer"
"""What the daemon has; and the detector alone, without turned looks and without the animal check."""

PLANS: Mapping[str, Plan] = {
    "320": Plan(side=320, finer=False, turned=False),
    "480": Plan(side=480, finer=False, turned=False),
    "640": Plan(finer=False, turned=False),
    "960": Plan(side=960, finer=False, turned=False),
    ALONE: Plan(turned=False),
    "640, finer, turned": Plan(),
    ALL: Plan(),
}


def our_detector(name: str, *, threads: int) -> FaceDetector:
    """A new one; what it loads is loaded, but for the network that is rarely asked."""
    faces = RetinaFaceDetector(model=registry().path("face-detector-int8"), plan=PLANS[name], threads=threads)
    if name != ALL:
        return faces
    things = cache(partial(SsdThings, model=registry().path("thing-detector-int8"), threads=threads))
    return AnimalCheck(faces=faces, things=things)


def boxes_of_people(detector: FaceDetector, pixels: Pixels) -> list[Rectangle]:
    """Left, top, width and height of each face that is held to be a person's, in pixels of the photo."""
    found = [each.box for each in detector.detect(pixels) if each.animal is None]
    return [(box.x, box.y, box.width, box.height) for box in found]
