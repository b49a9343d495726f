"""The looks after the first: what they keep, and what they take away."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.letterbox import Tile
from device.vision.looks import Looks, _whole, confirmed
from device.vision.plan import Plan
from device.vision.retinaface import Faces, joined, strongest
from tests.locations import registry
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


def test_an_unsure_small_face_must_be_seen_by_the_finer_look_too() -> None:
    sure, seen_again, unseen, large = (0, 0, 20, 20), (100, 0, 20, 20), (200, 0, 20, 20), (300, 0, 250, 250)
    first = faces(sure, seen_again, unseen, large, scores=(0.9, 0.6, 0.6, 0.6))
    finer = faces((101, 1, 20, 20), scores=(0.7,))
    assert confirmed(first, finer, sure=0.8, largest=200).boxes.tolist() == [
        list(box) for box in (sure, seen_again, large)
    ]


def test_a_face_at_the_cut_edge_of_a_tile_is_left_to_its_neighbour() -> None:
    tile = Tile(rgb=np.zeros((100, 100, 3), np.uint8), left=50, top=0, cut=(True, False, False, False))
    found = faces((2, 50, 20, 20), (50, 1, 20, 20), (79, 79, 20, 20), scores=(0.9, 0.9, 0.9))
    assert _whole(found, tile).tolist() == [False, True, True]


def test_a_large_box_without_a_face_in_it_is_not_found_again() -> None:
    looks = Looks(model=registry().path("face-detector-int8"), plan=Plan())
    picture = seen(GROUP)[1].rgb
    on_face, on_suit = np.array(GROUP_FACES[1], np.float32), np.array((40, 300, 150, 150), np.float32)
    assert looks.found_again(picture, on_face)
    assert not looks.found_again(picture, on_suit)


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
