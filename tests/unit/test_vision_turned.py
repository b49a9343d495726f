"""Pictures that lie on their side: where things are in them, and back."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.retinaface import Faces
from device.vision.turned import TURNS, lean, turned, turned_back

UPRIGHT = ((10, 10), (30, 10), (20, 20), (12, 30), (28, 30))


@pytest.mark.parametrize("turn", TURNS)
def test_what_is_found_in_a_turned_picture_lies_where_it_is_in_the_picture_itself(turn: int) -> None:
    picture = np.zeros((50, 80, 3), np.uint8)
    picture[12:20, 60:73] = 255
    rows, columns = np.nonzero(turned(picture, turn)[..., 0])
    left, top = columns.min(), rows.min()
    width, height = columns.max() + 1 - left, rows.max() + 1 - top
    corner = np.full((1, 5, 2), (left, top), np.float32)
    found = Faces(
        boxes=np.array([(left, top, width, height)], np.float32), scores=np.ones(1, np.float32), points=corner
    )
    back = turned_back(found, turn, height=50, width=80)
    assert back.boxes.tolist() == [[60, 12, 13, 8]]
    x, y = back.points[0, 0]
    assert x in (60, 73)
    assert y in (12, 20)


@pytest.mark.parametrize(("turn", "degrees"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_a_head_leans_as_far_as_the_picture_was_turned_back(turn: int, degrees: float) -> None:
    points = np.array([UPRIGHT], np.float32)
    faces = Faces(boxes=np.array([(0, 0, 40, 40)], np.float32), scores=np.ones(1, np.float32), points=points)
    lying = turned_back(faces, turn, height=40, width=40) if turn else faces
    assert lean(lying.points[0]) % 360 == pytest.approx(degrees, abs=1)
