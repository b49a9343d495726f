"""Hostile texts all the way to sound: no crash, sound where there are words, and bounded work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from piper.phonemize_espeak import EspeakPhonemizer

from device.voice.clean import pieces
from tests import factories
from tests.hostile import hostile
from tests.locations import synthesiser

if TYPE_CHECKING:
    from device.core.ports import Synthesiser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SHORT, LONG = 120, 1500
"""Characters of a text that are spoken: a quarter of a minute, and minutes."""

IGNORED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

PHONEMIZER = EspeakPhonemizer()


@pytest.fixture(scope="module", name="synthesiser")
def piper() -> Synthesiser:
    return synthesiser()


@given(hostile())
@settings(max_examples=270, deadline=None, suppress_health_check=IGNORED)
def test_any_text_becomes_sound_where_it_has_words(synthesiser: Synthesiser, text: str) -> None:
    spoken_where_it_has_words(synthesiser, text[:SHORT])


@given(hostile())
@settings(max_examples=30, deadline=None, suppress_health_check=IGNORED)
def test_a_long_text_becomes_sound_where_it_has_words(synthesiser: Synthesiser, text: str) -> None:
    spoken_where_it_has_words(synthesiser, text[:LONG])


def spoken_where_it_has_words(synthesiser: Synthesiser, text: str) -> None:
    seconds = sum(chunk.seconds for chunk in synthesiser.synthesise([factories.utterance(text)]))
    spoken = pieces(text)
    assert seconds <= 2 * sum(len(piece) for piece in spoken)
    heard = any(phoneme for piece in spoken for phoneme in PHONEMIZER.phonemize("en-us", piece))
    assert (seconds > 0) == heard
