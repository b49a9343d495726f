"""Hostile texts through clean-up and phonemes: no crash, no silence for real words, bounded work."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piper.phonemize_espeak import EspeakPhonemizer

from device.voice.clean import LONGEST, clean, pieces
from tests.hostile import around, hostile

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PHONEMES_A_CHARACTER = 40
"""A digit may stand for a thousand words in other languages; "7" is seven letters, "0.5" more."""

LANGUAGES = st.sampled_from([("en", "en-us"), ("de", "de"), ("fr", "fr"), ("es", "es"), ("it", "it")])
WORDS = st.sampled_from(
    ["house", "water", "picture", "smiling", "people", "garden", "morning", "window", "yellow", "seven"]
)

PHONEMIZER = EspeakPhonemizer()


def phonemes(piece: str, *, speaking: str = "en-us") -> list[str]:
    return [phoneme for sentence in PHONEMIZER.phonemize(speaking, piece) for phoneme in sentence]


@given(hostile(), LANGUAGES)
@settings(max_examples=7000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_becomes_a_bounded_number_of_phonemes(text: str, spoken: tuple[str, str]) -> None:
    language, speaking = spoken
    found = pieces(text, language=language)
    # Each piece that is cut short stands beside another one with which it would be too long.
    assert len(found) <= 1 + len(clean(text, language=language)) // 2
    for piece in found:
        assert (
            len(phonemes(piece, speaking=speaking))
            <= PHONEMES_A_CHARACTER * len(piece)
            <= PHONEMES_A_CHARACTER * LONGEST
        )


@given(WORDS.flatmap(lambda word: st.tuples(st.just(word), around(word))))
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_real_word_is_never_silent(example: tuple[str, str]) -> None:
    word, text = example
    found = [piece for piece in pieces(text) if word in piece.split() or word in clean(text)]
    assert found
    alone = "".join(each for each in phonemes(word) if each not in "ˈˌ")
    said = "".join(each for piece in found for each in phonemes(piece) if each not in "ˈˌ")
    assert alone[:-1] in said
