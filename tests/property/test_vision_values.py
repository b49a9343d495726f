"""Tiles, places and distances, whatever the sizes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from device.core.types import Box, Detection, FaceMesh, HeadPose, Pixels, Scene
from device.vision.analyse import MeshAnalyser
from device.vision.head import facing_of, nearest_facing
from device.vision.letterbox import resized, tiles
from device.vision.mesh import FaceMesher
from device.vision.smile import smile_probability, smiling
from tests import factories

MIRRORED = {"left": "right", "centre": "centre", "right": "left", "front": "front", "up": "up", "down": "down"}
SIDES = st.integers(1, 1000)


class Unsure(FaceMesher):
    """A mesh network that sees a face nowhere."""

    def __init__(self) -> None:
        pass

    def mesh(self, pixels: Pixels, detection: Detection) -> FaceMesh:  # noqa: ARG002 - it does not look
        return FaceMesh(points=np.random.default_rng(0).random((468, 3)).astype(np.float32), score=0.0)


def analysed(box: Box, *, width: int, height: int) -> Scene:
    detection = Detection(box=box, score=0.9, points=((0.0, 0.0),) * 5)
    pixels = Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1)
    return MeshAnalyser(mesher=Unsure()).analyse(factories.photo(width=width, height=height), pixels, (detection,))


@given(height=SIDES, width=SIDES)
def test_tiles_cover_the_picture_and_neighbours_share_what_was_asked_for(height: int, width: int) -> None:
    found = list(tiles(np.zeros((height, width, 3), np.uint8), canvases=((240, 320), (320, 320)), overlap=100))
    ((high, wide),) = {tile.rgb.shape[:2] for tile in found}
    for starts, size, length in (
        (sorted({tile.top for tile in found}), high, height),
        (sorted({tile.left for tile in found}), wide, width),
    ):
        assert starts[0] == 0
        assert starts[-1] + size >= length
        assert all(one + size - other >= 100 for one, other in pairwise(starts))


@given(height=SIDES, width=SIDES, high=st.integers(1, 300), wide=st.integers(1, 300))
def test_a_plain_picture_keeps_its_colour_at_any_size(height: int, width: int, high: int, wide: int) -> None:
    picture = np.full((height, width, 3), 77, np.uint8)
    scaled = resized(picture, wide, high)
    assert scaled.shape == (high, wide, 3)
    assert (scaled == 77).all()


@given(width=SIDES, height=SIDES, x=st.floats(-0.2, 1), side=st.integers(1, 500), scale=st.sampled_from([1, 2, 4]))
def test_a_mirrored_photo_mirrors_places_and_a_larger_one_keeps_them(
    width: int, height: int, x: float, side: int, scale: int
) -> None:
    left = x * width
    across = (left + side / 2) / width
    assume(min(abs(across - 1 / 3), abs(across - 2 / 3)) > 1e-6)
    (face,) = analysed(Box(x=left, y=0, width=side, height=side), width=width, height=height).faces
    (mirrored,) = analysed(Box(x=width - left - side, y=0, width=side, height=side), width=width, height=height).faces
    larger_box = Box(x=left * scale, y=0, width=side * scale, height=side * scale)
    (larger,) = analysed(larger_box, width=width * scale, height=height * scale).faces
    assert mirrored.place == MIRRORED[face.place]
    assert (larger.place, larger.distance) == (face.place, face.distance)


@given(side=st.floats(1, 400), more=st.floats(0, 400))
def test_a_larger_face_is_never_farther_away(side: float, more: float) -> None:
    order = ["far", "middle", "near"]
    small, large = (
        analysed(Box(x=0, y=0, width=size / 2, height=size), width=900, height=700).faces[0].distance
        for size in (side, side + more)
    )
    assert order.index(large) >= order.index(small)


@given(yaw=st.floats(-90, 90), pitch=st.floats(-90, 90))
def test_a_mirrored_head_faces_the_mirrored_way(yaw: float, pitch: float) -> None:
    pose, mirrored = HeadPose(yaw=yaw, pitch=pitch, roll=0), HeadPose(yaw=-yaw, pitch=pitch, roll=0)
    facing, other = facing_of(pose), facing_of(mirrored)
    assert other == (facing and MIRRORED[facing])
    assert facing is None or nearest_facing(pose) == facing


@given(lift=st.floats(-1e6, 1e6), more=st.floats(0, 1e6))
def test_a_smile_is_a_probability_that_rises_with_the_lift(lift: float, more: float) -> None:
    assert 0 <= smile_probability(lift) <= smile_probability(lift + more) <= 1


@given(probability=st.floats(0, 1), more=st.floats(0, 1), lift=st.floats(-1e6, 1e6), higher=st.floats(0, 1e6))
def test_a_likelier_smile_or_higher_corners_never_speak_against_it(
    probability: float, more: float, lift: float, higher: float
) -> None:
    order = [False, None, True]
    less = order.index(smiling(probability, lift))
    assert order.index(smiling(min(1, probability + more), lift + higher)) >= less
