"""What every detector of things promises; the quantised network and a scripted stand-in keep it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import Box, Pixels, Thing
from device.vision.coco import COCO
from tests.labels import overlap
from tests.sight import GROUP, GROUP_FACES, PORTRAIT, enlarged, full_size, seen, sides, thing_detector
from tests.things import ScriptedThings

if TYPE_CHECKING:
    from device.core.ports import ThingDetector

SCRIPT = (
    (PORTRAIT, Thing(box=Box(x=2, y=3, width=508, height=590), label="person", score=0.9)),
    (PORTRAIT, Thing(box=Box(x=180, y=420, width=60, height=120), label="tie", score=0.6)),
    (GROUP, Thing(box=Box(x=60, y=150, width=180, height=300), label="person", score=0.8)),
    (GROUP, Thing(box=Box(x=200, y=60, width=180, height=380), label="person", score=0.7)),
    (GROUP, Thing(box=Box(x=340, y=150, width=180, height=300), label="person", score=0.9)),
)


@pytest.fixture(params=["int8", "scripted"])
def eyes(request: pytest.FixtureRequest) -> ThingDetector:
    if request.param == "int8":
        return thing_detector()
    script = ScriptedThings()
    for path, thing in SCRIPT:
        script.shows(seen(path)[1], thing)
    return script


def people(eyes: ThingDetector, pixels: Pixels, least: float = 0.5) -> list[Box]:
    return [each.box for each in eyes.things(pixels) if each.label == "person" and each.score >= least]


def test_a_person_is_found_around_each_face(eyes: ThingDetector) -> None:
    found = people(eyes, seen(GROUP)[1])
    for x, y, width, height in GROUP_FACES:
        middle = x + width / 2, y + height / 2
        assert any(box.x < middle[0] < box.x + box.width and box.y < middle[1] < box.y + box.height for box in found)


def test_names_are_those_of_coco_and_the_surest_come_first(eyes: ThingDetector) -> None:
    for path in (GROUP, PORTRAIT):
        found = eyes.things(seen(path)[1])
        assert found
        assert {each.label for each in found} <= set(COCO)
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


def test_boxes_lie_in_the_photo_however_it_was_decoded(eyes: ThingDetector) -> None:
    whole = seen(PORTRAIT)[1]
    height, width = whole.rgb.shape[:2]
    half = Pixels(rgb=enlarged(whole.rgb, 0.5), scale=0.5)
    for pixels in (whole, half):
        for each in eyes.things(pixels):
            assert min(each.box.x, each.box.y) >= 0
            assert each.box.x + each.box.width <= width + 1
            assert each.box.y + each.box.height <= height + 1
    one, other = people(eyes, whole)[0], people(eyes, half)[0]
    assert overlap(sides(one), sides(other)) > 0.8


def test_of_one_kind_no_two_boxes_are_the_same_thing(eyes: ThingDetector) -> None:
    for path in (GROUP, PORTRAIT):
        found = eyes.things(seen(path)[1])
        for index, one in enumerate(found):
            for other in found[:index]:
                assert one.label != other.label or overlap(sides(one.box), sides(other.box)) < 0.65


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (2, 3), (301, 299), (1280, 3)])
@pytest.mark.parametrize("level", [0, 255])
def test_in_a_plain_picture_there_is_nothing_whatever_its_shape(
    eyes: ThingDetector, size: tuple[int, int], level: int
) -> None:
    rgb = np.full((*size, 3), level, np.uint8)
    assert [each for each in eyes.things(full_size(rgb)) if each.score >= 0.5] == []


def test_what_was_seen_before_changes_nothing(eyes: ThingDetector) -> None:
    group, portrait = seen(GROUP)[1], seen(PORTRAIT)[1]
    first = eyes.things(group)
    eyes.things(portrait)
    eyes.things(full_size(portrait.rgb[:90, :60]))
    assert eyes.things(group) == first
