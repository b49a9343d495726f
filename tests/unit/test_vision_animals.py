"""Faces on animals: which are refused, and which are not even doubted."""

from __future__ import annotations

import numpy as np
import pytest

from device.core.types import Box, Detection, Pixels, Thing
from device.vision.animals import AnimalCheck

PICTURE = Pixels(rgb=np.zeros((8, 8, 3), np.uint8), scale=1)
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
    def __init__(self, *seen: Thing) -> None:
        self._seen = seen

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        assert pixels is PICTURE
        return self._seen


def animals(*scores: float, seen: tuple[Thing, ...]) -> list[str | None]:
    found = AnimalCheck(faces=Faces(*scores), things=lambda: Things(*seen)).detect(PICTURE)
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
    def needless() -> Things:
        raise AssertionError

    found = AnimalCheck(faces=Faces(*scores), things=needless).detect(PICTURE)
    assert [each.score for each in found] == list(scores)
