"""Our detector by the looks that it takes, from the lightest to the most thorough."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from device.vision import plans
from device.vision.animals import AnimalCheck
from device.vision.detector import RetinaFaceDetector
from device.vision.once_seen import OnceSeen
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
    **plans.PLANS,
    "960": Plan(side=960, finer=False, mirrored=False, turned=False),
    ALL: plans.PLANS[plans.THOROUGH],
}


def our_detector(name: str, *, threads: int) -> FaceDetector:
    """A new one; the network of things is loaded while it is asked, as in the daemon."""
    faces = RetinaFaceDetector(model=registry().path("face-detector-int8"), plan=PLANS[name], threads=threads)
    if name != ALL:
        return faces
    things = partial(SsdThings, model=registry().path("thing-detector-int8"), threads=threads)
    return AnimalCheck(faces=faces, things=OnceSeen(things))


def boxes_of_people(detector: FaceDetector, pixels: Pixels) -> list[Rectangle]:
    """Left, top, width and height of each face that is held to be a person's, in pixels of the photo."""
    found = [each.box for each in detector.detect(pixels) if each.animal is None]
    return [(box.x, box.y, box.width, box.height) for box in found]
