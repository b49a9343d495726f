"""What every narrator promises, and how the sentences of this one read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.core.types import Body, Box
from device.narration.cast import Cast
from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts, languages
from tests.factories import claim
from tests.scenes import glance_at, scene_of, scenes

if TYPE_CHECKING:
    from device.core.ports import Narrator
    from device.core.types import Claim, Scene, Speaking, Utterance

LEFT: dict[str, str | bool] = {"place": "left", "facing": "right", "smiling": True}
RIGHT: dict[str, str | bool] = {"place": "right", "distance": "near", "facing": "front"}


@pytest.fixture(params=languages())
def narrator(request: pytest.FixtureRequest) -> Narrator:
    return TemplateNarrator(texts=Texts(request.param))


def told(narrator: Narrator, scene: Scene, speaking: Speaking = "narrator", seed: int = 0) -> list[Utterance]:
    return list(narrator.narrate(scene, speaking=speaking, seed=seed))


@pytest.mark.parametrize("speaking", ["narrator", "person"])
def test_no_face_is_said_too_and_by_the_narrator(narrator: Narrator, speaking: Speaking) -> None:
    (sentence,) = told(narrator, scene_of(), speaking)
    assert sentence.speaker == "narrator"
    assert "no face" in sentence.text


def test_the_same_seed_gives_the_same_words_and_seeds_differ(narrator: Narrator) -> None:
    scene = scene_of(LEFT, RIGHT)
    assert told(narrator, scene, seed=7) == told(narrator, scene, seed=7)
    openings = {told(narrator, scene, seed=seed)[0].text for seed in range(40)}
    assert len(openings) >= 3


def test_the_opening_is_short_for_somebody_waits_for_it(narrator: Narrator) -> None:
    for seed in range(20):
        assert len(told(narrator, scene_of(*[LEFT] * 25), seed=seed)[0].text.split()) <= 8


@given(scenes(), st.sampled_from(["narrator", "person"]), st.integers(0, 2**32))
@pytest.mark.parametrize("language", languages())
def test_the_opening_is_known_at_a_glance(language: str, scene: Scene, speaking: Speaking, seed: int) -> None:
    narrator = TemplateNarrator(texts=Texts(language), cast=Cast(personas=("ann", "bob", "cleo")))
    opening, *_ = told(narrator, scene, speaking, seed)
    glanced, *_ = told(narrator, glance_at(scene), speaking, seed)
    assert glanced == opening


def test_each_sentence_names_the_claims_it_rests_on(narrator: Narrator) -> None:
    sentences = told(narrator, scene_of(LEFT, RIGHT))
    assert [(claim.about, claim.name) for claim in sentences[0].because] == [("photo", "faces")]
    everything = {(claim.about, claim.name) for sentence in sentences for claim in sentence.because}
    assert ("face 0", "smiling") in everything
    assert ("face 1", "distance") in everything


def test_people_speak_in_turn_and_open_with_what_is_imagined(narrator: Narrator) -> None:
    for seed in range(20):
        sentences = told(narrator, scene_of(LEFT, RIGHT), "person", seed)
        assert "imagine" in sentences[0].text.lower()
        assert [sentence.speaker for sentence in sentences] == sorted(sentence.speaker for sentence in sentences)
        assert {sentence.speaker for sentence in sentences} == {0, 1}


def test_of_many_people_only_a_few_speak(narrator: Narrator) -> None:
    sentences = told(narrator, scene_of(*[LEFT] * 9), "person")
    assert len({sentence.speaker for sentence in sentences}) == 3
    assert "nine" in sentences[0].text


def test_of_many_people_the_narrator_counts(narrator: Narrator) -> None:
    text = " ".join(sentence.text for sentence in told(narrator, scene_of(*[LEFT] * 4, *[RIGHT] * 5)))
    assert "four" in text.lower()
    assert "five" in text.lower()
    assert len(text) < 260


STANDING = claim("body 0", "posture", "standing")
SOMEBODY = Body(box=Box(x=80, y=80, width=120, height=380), score=0.9, face=0, posture="standing")


def with_body(scene: Scene, *claims: Claim, bodies: tuple[Body, ...] = (SOMEBODY,)) -> Scene:
    return replace(scene, claims=(*scene.claims, *claims), bodies=bodies)


def test_of_somebody_alone_it_is_told_that_they_stand(narrator: Narrator) -> None:
    scene = with_body(scene_of(LEFT), STANDING)
    for last in (told(narrator, scene, "narrator")[-1], told(narrator, scene, "person")[-1]):
        assert last.because == (STANDING,)
        assert "stand" in last.text
    assert (told(narrator, scene)[-1].speaker, last.speaker) == ("narrator", 0)


@pytest.mark.parametrize("speaking", ["narrator", "person"])
def test_of_nobody_else_a_posture_is_told(narrator: Narrator, speaking: Speaking) -> None:
    held = replace(STANDING, said=False)
    faceless = replace(SOMEBODY, face=None)
    for scene in (
        with_body(scene_of(LEFT), held),
        with_body(scene_of(LEFT), STANDING, bodies=(faceless, faceless)),
        with_body(scene_of(), STANDING, bodies=(faceless,)),
    ):
        assert not [each for each in told(narrator, scene, speaking) if "stand" in each.text]


def test_english_reads_as_it_should() -> None:
    narrator = TemplateNarrator(texts=Texts("en"))
    assert [sentence.text for sentence in told(narrator, scene_of(LEFT, RIGHT), seed=2)] == [
        "There are two faces in this photo.",
        "One is on the left and one is on the right.",
        "You see the one on the left turned to the right and smiling.",
        "Look at the one on the right: close to the camera and facing you.",
    ]
    assert [sentence.text for sentence in told(narrator, scene_of(RIGHT), "person", seed=2)] == [
        "Imagine, for a moment, that I could speak.",
        "You find me on the right.",
        "You see me close to the camera and facing you.",
    ]
