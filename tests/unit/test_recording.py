"""What a device without a voice says is there, in the words of the texts, small, and says that it is synthetic."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from device.core.types import Regret
from device.pipeline.regrets import message_of
from device.playback.mark import COMMENT
from device.playback.recording import RATE, folder, recording
from device.text.provenance import MADE_BY_A_MODEL
from device.text.texts import Texts, languages
from tests.hearing import heard, integrated_loudness, recogniser, true_peak, words

MOST_BYTES = 400_000
NAMES = [message_of(each) for each in get_args(Regret)]


def test_each_is_understood() -> None:
    texts = Texts("en")
    ears = recogniser(texts.text(name) for name in NAMES)
    for name in NAMES:
        (chunk,) = recording(name, language="en")
        assert chunk.sample_rate == RATE
        assert heard(ears, chunk.pcm, RATE) == words(texts.text(name))


def test_each_is_as_loud_as_the_voice() -> None:
    for name in NAMES:
        (chunk,) = recording(name, language="en")
        assert integrated_loudness(chunk.pcm, RATE) == pytest.approx(-18, abs=2)
        assert true_peak(chunk.pcm, RATE) < -1


@pytest.mark.parametrize("language", ["en-GB", "fi"])
def test_what_is_not_recorded_in_a_language_is_heard_in_english(language: str) -> None:
    (there,) = recording(NAMES[0], language="en")
    (found,) = recording(NAMES[0], language=language)
    assert np.array_equal(found.pcm, there.pcm)


def test_a_sentence_that_nobody_recorded_is_an_error() -> None:
    with pytest.raises(KeyError):
        recording("farewell", language="en")


def test_each_says_that_it_is_synthetic_and_all_of_them_are_small() -> None:
    files = sorted(Path(str(folder())).rglob("*.wav"))
    assert {file.stem for file in files} == set(NAMES)
    for file in files:
        data = file.read_bytes()
        assert COMMENT.encode() in data
        assert MADE_BY_A_MODEL.encode() in data
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


@pytest.mark.parametrize("language", languages())
def test_each_language_has_the_sentences(language: str) -> None:
    for name in NAMES:
        assert Texts(language).text(name)
