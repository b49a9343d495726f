"""Faces on animals: which are refused, and which are not even doubted."""

from __future__ import annotations

import numpy as np
import pytest

from device.core.types import Box, Detection, Pixels, Thing
from device.vision.animals import AnimalCheck

PICTURE = Pixels(rgb=np.zeros((40, 80, 3), np.uint8), scale=0.5)
HERE, AROUND, BESIDE = (
    Box(x=10, y=10, width=20, height=20),
    Box(x=0, y=0, width=60, height=60),
    Box(x=22, y=0, width=60, height=60),
)


def thing(label: str, score: float, box: Box = AROUND) -> Thing:
    return Thing(box=box, label=label, score=score)


class Faces:
    def __init__(self, *scores: float) -> None:
        self._scores = scores

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        assert pixels is PICTURE
        return tuple(Detection(box=HERE, score=score, points=()) for score in self._scores)


class Things:
    """Sees some things in the photo, and others in what is cut out of it."""

    def __init__(self, seen: tuple[Thing, ...], close: tuple[Thing, ...]) -> None:
        self._seen, self._close = seen, close
        self.cuts: list[Pixels] = []

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        if pixels is PICTURE:
            return self._seen
        self.cuts.append(pixels)
        return self._close


def animals(*scores: float, seen: tuple[Thing, ...], close: tuple[Thing, ...] | None = None) -> list[str | None]:
    things = Things(seen, seen if close is None else close)
    found = AnimalCheck(faces=Faces(*scores), things=things).detect(PICTURE)
    return [each.animal.label if each.animal else None for each in found]


@pytest.mark.parametrize("label", ["dog", "cat", "bear", "teddy bear"])
def test_a_face_on_an_animal_or_a_toy_is_refused_with_its_name(label: str) -> None:
    assert animals(0.95, seen=(thing(label, 0.7),)) == [label]


@pytest.mark.parametrize(
    "seen",
    [
        (),
        (thing("chair", 0.9),),
        (thing("dog", 0.45),),
        (thing("dog", 0.9, BESIDE),),
        (thing("dog", 0.7), thing("person", 0.8)),
    ],
    ids=["nothing", "a chair", "hardly an animal", "an animal beside it", "a person rather than an animal"],
)
def test_a_face_stays_where_there_is(seen: tuple[Thing, ...]) -> None:
    assert animals(0.95, seen=seen) == [None]


def test_a_person_who_is_seen_elsewhere_or_with_less_certainty_saves_no_animal() -> None:
    assert animals(0.95, seen=(thing("dog", 0.7), thing("person", 0.6), thing("person", 0.9, BESIDE))) == ["dog"]


def test_a_face_that_is_sure_is_not_doubted_beside_one_that_is_not() -> None:
    assert animals(0.999, 0.9, seen=(thing("elephant", 0.9),)) == [None, "elephant"]


@pytest.mark.parametrize("scores", [(), (0.999,)])
def test_the_network_of_things_is_not_asked_for_where_nothing_is_in_doubt(scores: tuple[float, ...]) -> None:
    class Needless(Things):
        def things(self, pixels: Pixels) -> tuple[Thing, ...]:
            raise AssertionError(pixels)

    found = AnimalCheck(faces=Faces(*scores), things=Needless((), ())).detect(PICTURE)
    assert [each.score for each in found] == list(scores)


def test_a_person_before_a_pet_keeps_the_face_for_close_at_hand_no_animal_is_seen() -> None:
    dog = (thing("dog", 0.9),)
    assert animals(0.9, seen=dog, close=()) == [None]
    assert animals(0.9, seen=dog, close=(thing("dog", 0.6), thing("person", 0.7))) == [None]
    assert animals(0.9, seen=dog, close=(thing("cat", 0.6),)) == ["dog"]


def test_the_cut_out_is_around_the_face_and_its_pixels_are_those_of_the_photo() -> None:
    things = Things((thing("dog", 0.9),), ())
    AnimalCheck(faces=Faces(0.9), things=things).detect(PICTURE)
    (cut,) = things.cuts
    assert cut.scale == PICTURE.scale
    # The face is 10 pixels wide here, from 5 to 15, and 1.5 times of it are cut out.
    assert cut.rgb.shape == (16, 16, 3)
