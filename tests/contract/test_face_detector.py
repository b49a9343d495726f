"""What every face detector promises; the quantised network and the exact one keep it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import Pixels
from device.vision.turned import TURNS, turned
from tests.labels import overlap
from tests.sight import GROUP, GROUP_FACES, PORTRAIT, agreement, detector, enlarged, full_size, seen, sides

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import FaceDetector
    from device.core.types import Box


@pytest.fixture(params=["int8", "float"])
def eyes(request: pytest.FixtureRequest) -> FaceDetector:
    return detector(request.param)


def test_the_faces_are_found_from_left_to_right(eyes: FaceDetector) -> None:
    found = eyes.detect(seen(GROUP)[1])
    assert [overlap(label, sides(each.box)) > 0.4 for label, each in zip(GROUP_FACES, found, strict=True)] == [True] * 3
    assert all(0.5 <= each.score <= 1 for each in found)


def test_the_five_points_are_those_of_the_face_as_the_viewer_sees_it(eyes: FaceDetector) -> None:
    (face,) = eyes.detect(seen(PORTRAIT)[1])
    left_eye, right_eye, nose, left_mouth, right_mouth = face.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    for x, y in face.points:
        assert face.box.x < x < face.box.x + face.box.width
        assert face.box.y < y < face.box.y + face.box.height


def test_boxes_and_points_are_in_pixels_of_the_photo_however_it_was_decoded(eyes: FaceDetector) -> None:
    whole = seen(PORTRAIT)[1]
    half = Pixels(rgb=enlarged(whole.rgb, 0.5), scale=0.5)
    (one,), (other,) = eyes.detect(whole), eyes.detect(half)
    assert overlap(sides(one.box), sides(other.box)) > 0.8
    assert np.abs(np.array(one.points) - np.array(other.points)).max() < 0.1 * one.box.width


@pytest.mark.parametrize(
    "change", [lambda rgb: rgb // 4, lambda rgb: rgb.mean(axis=2, keepdims=True).repeat(3, 2).astype(np.uint8)]
)
def test_a_dark_or_a_grey_photo_shows_the_same_faces(eyes: FaceDetector, change: object) -> None:
    rgb = seen(GROUP)[1].rgb
    assert callable(change)
    assert agreement(eyes.detect(full_size(rgb)), eyes.detect(full_size(change(rgb)))) > 0.6


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("path", [PORTRAIT, GROUP])
def test_a_photo_on_its_side_or_upside_down_shows_the_same_faces_where_they_are(
    eyes: FaceDetector, path: Path, turn: int
) -> None:
    rgb = seen(path)[1].rgb
    height, width = rgb.shape[:2]
    upright = eyes.detect(full_size(rgb))
    lying = eyes.detect(full_size(turned(rgb, turn)))
    assert len(lying) == len(upright)
    for face in upright:
        middle = _turned(face.box.centre, turn, width=width, height=height)
        (same,) = [each for each in lying if _holds(each.box, middle)]
        expected = [_turned(point, turn, width=width, height=height) for point in face.points]
        assert np.abs(np.array(same.points) - np.array(expected)).max() < 0.15 * max(face.box.width, face.box.height)


def _turned(point: tuple[float, float], turn: int, *, width: int, height: int) -> tuple[float, float]:
    """Where a point of a picture of this size is, once the picture was turned clockwise."""
    x, y = point
    return {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[turn]


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.x < point[0] < box.x + box.width and box.y < point[1] < box.y + box.height


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (2, 3), (33, 31), (640, 641), (1280, 3)])
@pytest.mark.parametrize("kind", ["black", "white", "noise"])
def test_a_picture_without_a_face_has_none_whatever_its_shape(
    eyes: FaceDetector, size: tuple[int, int], kind: str
) -> None:
    rgb = np.full((*size, 3), 255 if kind == "white" else 0, np.uint8)
    if kind == "noise":
        rgb = np.random.default_rng(1).integers(0, 256, rgb.shape, np.uint8)
    assert eyes.detect(full_size(rgb)) == ()


def test_what_was_seen_before_changes_nothing(eyes: FaceDetector) -> None:
    group, portrait = seen(GROUP)[1], seen(PORTRAIT)[1]
    first = eyes.detect(group)
    eyes.detect(portrait)
    eyes.detect(full_size(portrait.rgb[:90, :60]))
    assert eyes.detect(group) == first
