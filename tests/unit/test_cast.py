"""Whose voice a person gets comes from their place and the photo itself."""

from __future__ import annotations

import pytest

from device.narration.cast import Cast
from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts
from tests.scenes import scene_of

COLOURS = ("amber", "coral", "slate", "teal", "umber")


def test_people_in_one_photo_sound_different_as_long_as_there_are_voices() -> None:
    for seed in range(20):
        given = Cast(personas=COLOURS).of(5, seed=seed)
        assert sorted(name or "" for name in given) == list(COLOURS)


def test_the_same_photo_gets_the_same_voices_whatever_order_the_personas_are_listed_in() -> None:
    for seed in range(20):
        assert Cast(personas=COLOURS).of(4, seed=seed) == Cast(personas=COLOURS[::-1]).of(4, seed=seed)


def test_other_photos_get_other_voices() -> None:
    assert len({Cast(personas=COLOURS).of(1, seed=seed) for seed in range(60)}) == len(COLOURS)


def test_a_curator_gives_voices_from_left_to_right_and_they_begin_again_where_there_are_too_few() -> None:
    assert Cast(personas=COLOURS, chosen=("teal", "amber")).of(3, seed=7) == ("teal", "amber", "teal")


def test_without_personas_everybody_has_the_voice_as_it_is() -> None:
    assert Cast().of(2, seed=1) == (None, None)


@pytest.mark.parametrize("smiling", [True, False])
def test_how_a_face_looks_changes_no_voice_and_no_mood(smiling: bool) -> None:  # noqa: FBT001 - a parameter
    narrator = TemplateNarrator(texts=Texts("en"), cast=Cast(personas=COLOURS))
    scenes = (
        scene_of({"place": "left", "smiling": smiling, "facing": facing}, {"place": "right", "distance": "near"})
        for facing in ("front", "left")
    )
    told = [
        {(each.speaker, each.persona, each.mood) for each in narrator.narrate(scene, speaking="person", seed=3)}
        for scene in scenes
    ]
    names = Cast(personas=COLOURS).of(2, seed=3)
    assert told[0] == told[1] == {(index, names[index], "neutral") for index in (0, 1)}


def test_the_narrator_is_nobody_of_the_cast() -> None:
    narrator = TemplateNarrator(texts=Texts("en"), cast=Cast(personas=COLOURS))
    told = narrator.narrate(scene_of({"place": "left"}), speaking="narrator", seed=3)
    assert {each.persona for each in told} == {None}
