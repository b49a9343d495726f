"""Several pictures in one quick look: each gets its own faces, where they are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.vision.letterbox import resized
from device.vision.looks import Looks
from device.vision.plan import Plan
from tests.labels import overlap
from tests.locations import registry
from tests.sight import GROUP, GROUP_FACES, PORTRAIT, seen

if TYPE_CHECKING:
    import numpy.typing as npt

    from tests.labels import Rectangle

SMALLER = 0.5


def rectangle(box: npt.NDArray[np.float32]) -> Rectangle:
    x, y, width, height = map(float, box)
    return x, y, width, height


def test_each_picture_gets_its_own_faces_where_they_are_in_it() -> None:
    group, portrait = seen(GROUP)[1].rgb, seen(PORTRAIT)[1].rgb
    small = resized(group, int(group.shape[1] * SMALLER), int(group.shape[0] * SMALLER))
    blank = np.full((200, 320, 3), 90, np.uint8)
    looks = Looks(model=registry().path("face-detector-int8"), plan=Plan())
    pictures = [resized(portrait, 160, 188), blank, small]
    one, none, three = looks.glimpses(pictures, threshold=0.5)
    assert [len(each.scores) for each in (one, none, three)] == [1, 0, 3]
    left, top, width, height = one.boxes[0]
    assert 0 < left < left + width < 160
    assert 0 < top < top + height < 188
    for face in GROUP_FACES:
        x, y, width, height = (side * SMALLER for side in face)
        assert max(overlap((x, y, width, height), rectangle(box)) for box in three.boxes) > 0.4


@pytest.mark.parametrize("place", range(4))
def test_it_does_not_matter_in_which_quarter_a_picture_lies(place: int) -> None:
    picture = resized(seen(PORTRAIT)[1].rgb, 240, 281)
    blank = np.zeros((320, 320, 3), np.uint8)
    looks = Looks(model=registry().path("face-detector-int8"), plan=Plan())
    pictures = [blank] * 4
    pictures[place] = picture
    found = looks.glimpses(pictures, threshold=0.5)
    assert [len(each.scores) for each in found] == [int(each == place) for each in range(4)]
    (alone,) = looks.glimpses([picture], threshold=0.5)
    assert overlap(rectangle(found[place].boxes[0]), rectangle(alone.boxes[0])) > 0.85
