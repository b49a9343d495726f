"""The default sentences are understood: a recogniser that has never heard the voice writes down what was said."""

from __future__ import annotations

import itertools
import math
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jiwer
import numpy as np
import pytest
import soxr
from pocketsphinx import Decoder

from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts
from tests import factories
from tests.command import records, voxframe
from tests.labels import labelled_photos
from tests.locations import synthesiser
from tests.scenes import scene_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Pcm

pytestmark = pytest.mark.slow

HEARING_RATE = 16000
DISCOUNT = 0.5
MOST_WRONG = 0.08
"""Word error rate that is allowed."""


def words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def bigrams(sentences: Sequence[str]) -> str:
    """An ARPA model of word pairs with absolute discounting (Ney, Essen and Kneser, 1994)."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        tokens = ["<s>", *sentence.split(), "</s>"]
        singles.update(tokens)
        pairs.update(itertools.pairwise(tokens))
    followers = Counter(first for first, _ in pairs)
    total = singles.total()
    lines = ["\\data\\", f"ngram 1={len(singles)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word, count in singles.items():
        likely = -99 if word == "<s>" else math.log10(count / total)
        rest = math.log10(DISCOUNT * followers[word] / count) if followers[word] else 0
        lines.append(f"{likely:.4f} {word} {rest:.4f}")
    lines += ["", "\\2-grams:"]
    lines += [
        f"{math.log10((count - DISCOUNT) / singles[first]):.4f} {first} {second}"
        for (first, second), count in pairs.items()
    ]
    return "\n".join([*lines, "", "\\end\\", ""])


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
        words(sentence.text)
        for scene in scenes
        for speaking in ("narrator", "person")
        for seed in range(3)
        for sentence in narrator.narrate(scene, speaking=speaking, seed=seed)
    ]


@pytest.fixture(scope="module")
def recogniser() -> Decoder:
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "templates.arpa"
        model.write_text(bigrams(template_sentences()))
        return Decoder(lm=str(model), loglevel="FATAL")


@pytest.fixture(scope="module")
def spoken() -> list[tuple[str, Pcm, int]]:
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


def _spoken(sentences: Sequence[str]) -> list[tuple[str, Pcm, int]]:
    voice = synthesiser()
    return [
        (
            sentence,
            np.concatenate([chunk.pcm for chunk in voice.synthesise([factories.utterance(sentence)])]),
            voice.sample_rate,
        )
        for sentence in sentences
    ]


def heard(recogniser: Decoder, pcm: Pcm, rate: int) -> str:
    sound = soxr.resample(pcm.astype(np.float32), rate, HEARING_RATE)
    sound = np.concatenate([np.zeros(4000), sound, np.zeros(6000)]).astype(np.int16)
    recogniser.start_utt()
    recogniser.process_raw(sound.tobytes(), full_utt=True)
    recogniser.end_utt()
    found = recogniser.hyp()
    return re.sub(r"\(\d+\)", "", found.hypstr) if found else ""


def error_rate(recogniser: Decoder, spoken: list[tuple[str, Pcm, int]]) -> float:
    said = [words(text) for text, _, _ in spoken]
    understood = [heard(recogniser, pcm, rate) for _, pcm, rate in spoken]
    for one, other in zip(said, understood, strict=True):
        if one != other:
            print(f"said: {one}\nheard: {other}")
    rate = float(jiwer.wer(said, understood))
    print(f"word error rate {rate:.3f} over {len(said)} sentences")
    return rate


def test_every_word_of_the_templates_is_one_that_the_recogniser_knows(recogniser: Decoder) -> None:
    vocabulary = {word for sentence in template_sentences() for word in sentence.split()}
    assert {word for word in vocabulary if recogniser.lookup_word(word) is None} == set()


def test_sentences_of_all_templates_are_understood(recogniser: Decoder, spoken: list[tuple[str, Pcm, int]]) -> None:
    assert len(spoken) > 40
    assert error_rate(recogniser, spoken) <= MOST_WRONG


@pytest.mark.shared
def test_the_sentences_over_the_shared_photos_are_understood(recogniser: Decoder, shared: Path) -> None:
    done = voxframe("describe", "--json", *(photo.path for photo in labelled_photos(shared)))
    sentences = [sentence["text"] for record in records(done) for sentence in record["narration"]]
    assert error_rate(recogniser, _spoken(sentences)) <= MOST_WRONG


def test_damaged_speech_is_noticed(recogniser: Decoder, spoken: list[tuple[str, Pcm, int]]) -> None:
    random = np.random.default_rng(0)
    damaged = [
        (text, (pcm * (random.random(len(pcm) // 1500 + 1) < 0.6).repeat(1500)[: len(pcm)]).astype(np.int16), rate)
        for text, pcm, rate in spoken[:20]
    ]
    assert error_rate(recogniser, damaged) > MOST_WRONG * 2
