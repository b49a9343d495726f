"""The mirrored picture is asked too where a face is in doubt: both directions have their say."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from device.vision.looks import UNDOUBTED, Looks
from device.vision.overlap import agreed, overlaps
from device.vision.plan import Plan
from device.vision.retinaface import Faces
from device.vision.turned import mirrored, mirrored_back
from tests.locations import registry
from tests.sight import PORTRAIT, seen

HERE, THERE = (10, 10, 20, 20), (100, 10, 20, 20)


def faces(*found: tuple[tuple[float, float, float, float], float]) -> Faces:
    boxes = np.array([box for box, _ in found], np.float32).reshape(-1, 4)
    points = np.repeat(boxes[:, None, :2], 5, axis=1)
    return Faces(boxes=boxes, scores=np.array([score for _, score in found], np.float32), points=points)


def test_boxes_overlap_by_what_they_share_of_what_they_cover_together() -> None:
    some = np.array([HERE, (15, 10, 20, 20)], np.float32)
    others = np.array([HERE, THERE, (10, 10, 10, 20)], np.float32)
    assert overlaps(some, others) == pytest.approx(np.array([[1, 0, 0.5], [0.6, 0, 5 / 25]]))


@pytest.mark.parametrize(
    ("one", "other", "scores"),
    [
        (faces((HERE, 0.8)), faces((HERE, 0.4)), [0.6]),
        (faces((HERE, 0.8)), faces((THERE, 0.6)), [0.4, 0.3]),
        (faces((HERE, 0.8)), faces(), [0.4]),
        (faces(), faces((THERE, 0.6)), [0.3]),
        (faces(), faces(), []),
    ],
)
def test_each_face_gets_the_mean_of_both_looks_and_half_where_one_misses_it(
    one: Faces, other: Faces, scores: list[float]
) -> None:
    assert agreed(one, other).scores.tolist() == pytest.approx(scores)


def test_what_is_found_in_a_mirrored_picture_lies_where_it_is_in_the_picture_itself() -> None:
    picture = np.zeros((50, 80, 3), np.uint8)
    picture[12:20, 60:73] = 255
    columns = np.nonzero(mirrored(picture)[..., 0])[1]
    found = faces(((float(columns.min()), 12, 13, 8), 1.0))
    found.points[0, :, 0] = [1, 2, 3, 4, 5]
    back = mirrored_back(found, width=80)
    assert back.boxes.tolist() == [[60, 12, 13, 8]]
    # The left eye is the other one now, and so is the corner of the mouth.
    assert back.points[0, :, 0].tolist() == [78, 79, 77, 75, 76]


def test_a_doubted_face_does_not_come_and_go_with_the_side_from_which_it_is_seen() -> None:
    """A face is blurred and fades into grey; somewhere on the way it is in doubt."""
    portrait = seen(PORTRAIT)[1].rgb
    grey = np.full_like(portrait, 128)
    looks = Looks(model=registry().path("face-detector-int8"), plan=Plan())
    scores: list[float] = []
    for fading, blur in product((0.65, 0.7, 0.75, 0.8), (7, 8, 9, 10, 11)):
        blurred = cv2.GaussianBlur(portrait, (0, 0), blur)
        picture = np.asarray(cv2.addWeighted(blurred, 1 - fading, grey, fading, 0), np.uint8)
        here, there = looks.faces(picture), looks.faces(mirrored(picture))
        assert len(here.scores) == len(there.scores), (fading, blur)
        scores += here.scores.tolist()
    assert sum(score < UNDOUBTED for score in scores) >= 2
