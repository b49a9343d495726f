"""Whatever is in a scene, only what may be said is said, in whole sentences that name their reasons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts
from tests.scenes import scenes

if TYPE_CHECKING:
    from device.core.types import Scene, Speaking

NARRATOR = TemplateNarrator(texts=Texts("en"))
SPEAKING = st.sampled_from(["narrator", "person"])
FORBIDDEN = re.compile(r"\b(man|woman|boy|girl|he|she|his|her|old|young|happy|sad|angry|child)\b", re.IGNORECASE)


@given(scenes(), SPEAKING, st.integers(0, 2**32))
def test_sentences_are_whole_and_name_their_reasons(scene: Scene, speaking: Speaking, seed: int) -> None:
    sentences = list(NARRATOR.narrate(scene, speaking=speaking, seed=seed))
    assert sentences
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z][^{}$\u2068\u2069]*[a-z0-9]\.", sentence.text)
        assert "  " not in sentence.text
        assert " ," not in sentence.text
        assert sentence.because


@given(scenes(), SPEAKING, st.integers(0, 2**32))
def test_nothing_that_is_held_back_is_said(scene: Scene, speaking: Speaking, seed: int) -> None:
    for sentence in NARRATOR.narrate(scene, speaking=speaking, seed=seed):
        assert all(claim.said for claim in sentence.because)
    text = " ".join(sentence.text for sentence in NARRATOR.narrate(scene, speaking=speaking, seed=seed))
    smiles = [claim for claim in scene.claims if claim.name == "smiling" and claim.said and claim.value]
    if not smiles:
        assert "smil" not in text
    assert "not smiling" not in text


@given(scenes(), SPEAKING, st.integers(0, 2**32))
def test_nobody_gets_a_sex_an_age_or_a_feeling(scene: Scene, speaking: Speaking, seed: int) -> None:
    for sentence in NARRATOR.narrate(scene, speaking=speaking, seed=seed):
        assert not FORBIDDEN.search(sentence.text)


@given(scenes(most_faces=4), st.integers(0, 2**32))
def test_directions_in_a_sentence_are_those_of_its_claims(scene: Scene, seed: int) -> None:
    for sentence in NARRATOR.narrate(scene, speaking="narrator", seed=seed):
        facing = {claim.value for claim in sentence.because if claim.name == "facing"}
        for direction in ("left", "right"):
            assert (f"turned to the {direction}" in sentence.text) == (direction in facing)


@given(scenes(), st.integers(0, 2**32))
def test_who_speaks_is_in_the_photo(scene: Scene, seed: int) -> None:
    for sentence in NARRATOR.narrate(scene, speaking="person", seed=seed):
        assert sentence.speaker == "narrator" if not scene.faces else sentence.speaker in range(len(scene.faces))
