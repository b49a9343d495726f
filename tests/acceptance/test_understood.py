"""The default sentences are understood: a recogniser that has never heard the voice writes down what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts
from device.voice.engine import NEUTRAL
from device.voice.sentence import sounded
from tests import factories
from tests.command import records, voxframe
from tests.hearing import MOST_WRONG, damaged, error_rate, recogniser, unknown_words
from tests.labels import labelled_photos
from tests.locations import synthesiser, whole_piper
from tests.scenes import scene_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pocketsphinx import Decoder

    from tests.hearing import Spoken

pytestmark = pytest.mark.slow


def template_sentences() -> list[str]:
    """Sentences of all templates: they teach the recogniser which words may follow one another."""
    narrator = TemplateNarrator(texts=Texts("en"))
    places = ("left", "centre", "right")
    faces = [
        {"place": place, "distance": distance, "facing": facing, "smiling": True}
        for place in places
        for distance in ("near", "middle", "far")
        for facing in ("front", "left", "right", "up", "down")
    ]
    scenes = [scene_of(), *(scene_of(face) for face in faces)]
    scenes += [scene_of(*faces[at : at + number]) for number in range(2, 31) for at in (0, 7, 14)]
    scenes += [scene_of(*({"place": place, "facing": "front"} for place in places[:number])) for number in (2, 3)]
    return [
        sentence.text
        for scene in scenes
        for speaking in ("narrator", "person")
        for seed in range(3)
        for sentence in narrator.narrate(scene, speaking=speaking, seed=seed)
    ]


@pytest.fixture(scope="module", name="recogniser")
def recogniser_of_templates() -> Decoder:
    return recogniser(template_sentences())


@pytest.fixture(scope="module")
def spoken() -> list[Spoken]:
    """Sentences that no two of are the same, with their sound."""
    narrator = TemplateNarrator(texts=Texts("en"))
    sentences = dict.fromkeys(
        sentence.text
        for seed in range(6)
        for scene in (
            scene_of(),
            scene_of({"place": "left", "distance": "near", "facing": "right", "smiling": True}),
            scene_of({"place": "left", "facing": "front"}, {"place": "right", "distance": "far", "facing": "down"}),
            scene_of(*[{"place": "centre", "facing": "front", "smiling": True}] * 9),
        )
        for speaking in ("narrator", "person")
        for sentence in narrator.narrate(scene, speaking=speaking, seed=seed)
    )
    return _spoken(list(sentences))


def _spoken(sentences: Sequence[str]) -> list[Spoken]:
    voice = synthesiser()
    return [
        (
            sentence,
            np.concatenate([chunk.pcm for chunk in voice.synthesise([factories.utterance(sentence)])]),
            voice.sample_rate,
        )
        for sentence in sentences
    ]


def test_every_word_of_the_templates_is_one_that_the_recogniser_knows(recogniser: Decoder) -> None:
    assert unknown_words(recogniser, template_sentences()) == set()


def test_sentences_of_all_templates_are_understood(recogniser: Decoder, spoken: list[Spoken]) -> None:
    assert len(spoken) > 40
    assert error_rate(recogniser, spoken) <= MOST_WRONG


def test_streamed_speech_is_understood_no_worse_than_whole_sentences(recogniser: Decoder, spoken: list[Spoken]) -> None:
    engine = whole_piper()
    whole = []
    for text, _, _ in spoken:
        sound = np.concatenate([each.pcm for each in sounded(engine, text, manner=NEUTRAL, seed=0)])
        whole.append((text, sound, engine.sample_rate))
    assert error_rate(recogniser, spoken) <= error_rate(recogniser, whole)


@pytest.mark.shared
def test_the_sentences_over_the_shared_photos_are_understood(recogniser: Decoder, shared: Path) -> None:
    done = voxframe("describe", "--json", *(photo.path for photo in labelled_photos(shared)))
    sentences = [sentence["text"] for record in records(done) for sentence in record["narration"]]
    assert error_rate(recogniser, _spoken(sentences)) <= MOST_WRONG


def test_damaged_speech_is_noticed(recogniser: Decoder, spoken: list[Spoken]) -> None:
    with_holes = [(text, damaged(pcm, seed=at), rate) for at, (text, pcm, rate) in enumerate(spoken[:20])]
    assert error_rate(recogniser, with_holes) > MOST_WRONG * 2
