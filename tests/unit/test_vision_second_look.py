"""The looks after the first: what they keep, and what they take away."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.detector import RetinaFaceDetector
from device.vision.retinaface import Faces, joined, strongest
from tests.sight import GROUP, GROUP_FACES, PORTRAIT, detector, enlarged, full_size, seen, sides


def faces(*boxes: tuple[float, ...], scores: tuple[float, ...]) -> Faces:
    return Faces(
        boxes=np.array(boxes, np.float32),
        scores=np.array(scores, np.float32),
        points=np.zeros((len(boxes), 5, 2), np.float32),
    )


def test_of_two_boxes_on_one_face_the_stronger_stays() -> None:
    one, other = faces((0, 0, 10, 10), scores=(0.7,)), faces((1, 1, 10, 10), (50, 50, 10, 10), scores=(0.9, 0.6))
    kept = strongest(joined([one, other]), threshold=0.5)
    assert kept.boxes.tolist() == [[1, 1, 10, 10], [50, 50, 10, 10]]


def test_a_large_box_without_a_face_in_it_is_not_found_again() -> None:
    eyes = detector()
    assert isinstance(eyes, RetinaFaceDetector)
    picture = seen(GROUP)[1].rgb
    on_face, on_suit = np.array(GROUP_FACES[1], np.float32), np.array((40, 300, 150, 150), np.float32)
    assert eyes._found_again(picture, on_face)
    assert not eyes._found_again(picture, on_suit)


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_a_face_that_fills_the_photo_passes_the_second_look(factor: int) -> None:
    (face,) = detector().detect(seen(PORTRAIT)[1])
    x, y, width, height = (round(side) for side in sides(face.box))
    close = seen(PORTRAIT)[1].rgb[max(0, y - height // 5) : y + height * 6 // 5, x - width // 5 : x + width * 6 // 5]
    (again,) = detector().detect(full_size(enlarged(close, factor)))
    assert again.box.width / factor == pytest.approx(face.box.width, rel=0.2)


def test_small_faces_anywhere_in_a_wide_photo_are_found_once_by_the_finer_look() -> None:
    tile = enlarged(seen(GROUP)[1].rgb, 0.45)
    wall = np.tile(tile, (2, 3, 1))
    found = detector().detect(full_size(enlarged(wall, 1.2)))
    assert len(found) == 18
