"""The real eyes, and what they look at: photos in the public domain that come with voxframe."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.app.shipped import PHOTOS
from device.core.errors import MissingModelError
from device.core.types import Box, Pixels
from device.decode.decoder import Limits, PhotoDecoder
from device.vision.detector import RetinaFaceDetector
from device.vision.iris import IrisNetwork
from device.vision.mesh import FaceMesher
from device.vision.mouth_sight import MouthSight
from device.vision.movenet import MoveNet
from device.vision.smile_network import SmileNetwork
from device.vision.things import SsdThings
from tests.labels import overlap
from tests.locations import registry

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Detection, Photo, Rgb

PORTRAIT = PHOTOS / "hopper_navy_cap.jpg"
GROUP = PHOTOS / "apollo11_crew.jpg"
GROUP_FACES = ((126, 179, 47, 47), (264, 89, 52, 52), (414, 185, 50, 50))
"""Left, top, width and height of the three, as labelled by hand."""


@cache
def detector(precision: str = "int8") -> RetinaFaceDetector:
    return RetinaFaceDetector(model=registry().path(f"face-detector-{precision}"))


@cache
def thing_detector() -> SsdThings:
    return SsdThings(model=registry().path("thing-detector-int8"))


@cache
def pose_network() -> MoveNet:
    return MoveNet(model=registry().path("pose-fp16"))


@cache
def mesher() -> FaceMesher:
    """The mesh; the test is skipped where it was not fetched."""
    try:
        return FaceMesher(model=registry().path("face-mesh"))
    except MissingModelError as error:
        pytest.skip(str(error))


@cache
def iris() -> IrisNetwork:
    """The lids; the test is skipped where they were not fetched."""
    try:
        return IrisNetwork(model=registry().path("iris"))
    except MissingModelError as error:
        pytest.skip(str(error))


@cache
def smile_network() -> SmileNetwork:
    return SmileNetwork(model=registry().path("smile-fp16"))


@cache
def mouth_sight() -> MouthSight:
    return MouthSight(model=registry().path("mouth-seen"))


@cache
def seen(path: Path) -> tuple[Photo, Pixels]:
    """A photo at its full size."""
    decoder = PhotoDecoder(limits=Limits())
    photo = decoder.inspect(path)
    return photo, decoder.pixels(photo)


def full_size(rgb: Rgb) -> Pixels:
    return Pixels(rgb=np.ascontiguousarray(rgb), scale=1)


def enlarged(rgb: Rgb, factor: float) -> Rgb:
    return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def sides(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def agreement(one: tuple[Detection, ...], other: tuple[Detection, ...]) -> float:
    """How much the boxes of two looks overlap, one by one; 0 where their number differs."""
    if len(one) != len(other):
        return 0
    return min((overlap(sides(a.box), sides(b.box)) for a, b in zip(one, other, strict=True)), default=1)
