"""Every persona in every mood is understood, sounds well, and moves as its numbers say."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from device.voice.limiter import CEILING
from device.voice.personas import NARRATOR, Personas
from tests import factories
from tests.dnsmos import Dnsmos
from tests.hearing import MOST_WRONG, damaged, error_rate, heard_pitch, loudness, recogniser, unknown_words
from tests.locations import synthesiser

if TYPE_CHECKING:
    from pocketsphinx import Decoder

    from device.core.types import Pcm
    from device.voice.engine import Manner
    from device.voice.synthesiser import EngineSynthesiser
    from tests.hearing import Spoken

pytestmark = pytest.mark.slow

SENTENCES = (
    "The ferry leaves the harbour at nine in the morning.",
    "On the left wall hangs a clock without hands.",
    "A narrow path runs between the houses down to the river.",
    "The old man in the garden reads a book about the sea.",
    "Two children carry a basket of apples up the hill.",
    "Nobody has opened this window since the winter.",
    "A grey cat sleeps on the chair beside the stove.",
    "The train from the north is late because of the snow.",
    "Behind the church there is a school with a yellow door.",
    "She keeps the letters of her brother in a wooden box.",
    "The woman by the window holds a glass of water.",
    "My neighbour plays the trumpet when nobody is at home.",
    "On the right side of the street stands a bakery.",
    "He carries a heavy bag and looks down at his shoes.",
    "The river is high this spring and the bridge is closed.",
    "An empty boat lies on the sand beside the harbour wall.",
    "We waited for the bus under the tree until it rained.",
    "The girl with the red scarf waves from the garden gate.",
    "Three chairs and a table stand in front of the house.",
    "Somebody has painted a yellow star on the school wall.",
    "A man and his dog walk along the beach in the evening.",
    "The light in the kitchen was on when we came home.",
    "There is a hole in the roof above the old stove.",
    "The doctor left her umbrella in the train this morning.",
)
"""Without commas, for those are pauses and no tempo."""

EACH = 8
"""Sentences of a cell; those of the next persona begin four later."""

ACCENTED = 0.25
"""What is loud, and so heard in a median, is mostly stressed: its accent is above the mean of 0 by such a share."""

HIGHEST = 4.5
"""Of a pitch and what is heard of its accent: from here on the default voice goes no higher."""

LEAST_GOOD = 3.4
"""DNSMOS P.808 that is asked for."""

FULL_SCALE = 32767
LOUDEST = round(CEILING * FULL_SCALE)

PERSONAS = Personas.load()
CELLS = [(persona, mood) for persona in PERSONAS.names for mood in PERSONAS.moods]
MOVING = [(persona, mood) for persona, mood in CELLS if mood != "neutral"]


class Measured(NamedTuple):
    """Of all sentences of a cell: median F0 in Hz, seconds without pauses, dB of full scale while it speaks."""

    pitch: float
    seconds: float
    loudness: float


@cache
def voice() -> EngineSynthesiser:
    return synthesiser(noise=True)  # as it is heard; its chance comes from the text


@cache
def spoken(persona: str, mood: str) -> tuple[Spoken, ...]:
    begin = 4 * PERSONAS.names.index(persona)
    texts = [SENTENCES[(begin + number) % len(SENTENCES)] for number in range(EACH)]
    return tuple((text, said(text, persona, mood), voice().sample_rate) for text in texts)


def said(text: str, persona: str, mood: str) -> Pcm:
    utterance = factories.utterance(text, persona=persona, mood=mood)
    return np.concatenate([chunk.pcm for chunk in voice().synthesise([utterance])])


@cache
def measured(persona: str, mood: str) -> Measured:
    rate = voice().sample_rate
    samples = (np.concatenate([pcm for _, pcm, _ in spoken(persona, mood)]) / FULL_SCALE).astype(np.float32)
    return Measured(heard_pitch(samples, rate), len(samples) / rate, loudness(samples, rate))


def manners(persona: str, mood: str) -> tuple[Manner, Manner]:
    """Its numbers in that mood, and in none."""
    return PERSONAS.manner(persona, mood), PERSONAS.manner(persona, "neutral")


def semitones(persona: str, mood: str) -> float:
    return float(12 * np.log2(measured(persona, mood).pitch / measured(persona, "neutral").pitch))


@cache
def quality(persona: str, mood: str) -> float:
    """The mean over the sentences."""
    return float(np.mean([opinion().p808(pcm, rate) for _, pcm, rate in spoken(persona, mood)]))


@cache
def opinion() -> Dnsmos:
    return Dnsmos()


@pytest.fixture(scope="module", name="recogniser")
def recogniser_of_sentences() -> Decoder:
    return recogniser(SENTENCES)


def test_there_are_six_personas_and_four_moods() -> None:
    assert len(PERSONAS.names) == 6
    assert PERSONAS.moods == ("neutral", "cheerful", "calm", "alarm")


def test_every_word_is_one_that_the_recogniser_knows(recogniser: Decoder) -> None:
    assert unknown_words(recogniser, SENTENCES) == set()


@pytest.mark.parametrize(("persona", "mood"), CELLS)
def test_each_persona_is_understood_in_each_mood(recogniser: Decoder, persona: str, mood: str) -> None:
    wrong = error_rate(recogniser, spoken(persona, mood))
    print(f"WER {wrong:.3f}, F0 {measured(persona, mood).pitch:.0f} Hz, {measured(persona, mood).seconds:.1f} s")
    assert wrong <= MOST_WRONG


def test_damaged_speech_of_each_persona_is_noticed(recogniser: Decoder) -> None:
    for persona in PERSONAS.names:
        with_holes = [
            (text, damaged(pcm, seed=at), rate) for at, (text, pcm, rate) in enumerate(spoken(persona, "neutral"))
        ]
        assert error_rate(recogniser, with_holes) > MOST_WRONG * 2, persona


@pytest.mark.parametrize(("persona", "mood"), CELLS)
def test_each_persona_sounds_well_in_each_mood(persona: str, mood: str) -> None:
    print(f"p808 {quality(persona, mood):.2f}")
    assert quality(persona, mood) >= LEAST_GOOD


def test_noise_and_clipping_are_noticed_as_a_worse_sound() -> None:
    text, pcm, rate = spoken(NARRATOR, "neutral")[0]
    noise = np.random.default_rng(0).standard_normal(len(pcm)) * 2000
    clipped = np.clip(pcm.astype(np.int32) * 20, -LOUDEST, LOUDEST)
    for worse in (pcm + noise, clipped):
        assert opinion().p808(np.clip(worse, -FULL_SCALE, FULL_SCALE).astype(np.int16), rate) < LEAST_GOOD, text


@pytest.mark.parametrize(("persona", "mood"), MOVING)
def test_a_mood_moves_the_pitch_as_its_numbers_say(persona: str, mood: str) -> None:
    manner, neutral = manners(persona, mood)
    said_so = 1.1 * (heard(manner) - heard(neutral))
    print(f"{semitones(persona, mood):+.2f} semitones, {said_so:+.2f} by its numbers")
    assert np.sign(semitones(persona, mood)) == np.sign(said_so)
    assert semitones(persona, mood) == pytest.approx(said_so, abs=1.2)


def heard(manner: Manner) -> float:
    """The pitch that is heard of it, in its unit."""
    return min(HIGHEST, manner.pitch + ACCENTED * manner.accent)


@pytest.mark.parametrize(("persona", "mood"), MOVING)
def test_a_mood_moves_the_tempo_by_its_number(persona: str, mood: str) -> None:
    manner, neutral = manners(persona, mood)
    faster = measured(persona, "neutral").seconds / measured(persona, mood).seconds
    assert faster == pytest.approx(manner.tempo / neutral.tempo, rel=0.01)


@pytest.mark.parametrize(("persona", "mood"), MOVING)
def test_a_mood_moves_the_loudness_by_its_number(persona: str, mood: str) -> None:
    manner, neutral = manners(persona, mood)
    louder = measured(persona, mood).loudness - measured(persona, "neutral").loudness
    said_so = manner.gain_db - neutral.gain_db
    print(f"{louder:+.2f} dB, {said_so:+.2f} by its numbers")
    assert np.sign(louder) == np.sign(said_so)
    assert louder == pytest.approx(said_so, abs=1.2)


@pytest.mark.parametrize("persona", PERSONAS.names)
def test_cheerful_and_alarm_are_higher_faster_and_louder_and_calm_is_the_opposite(persona: str) -> None:
    neutral = measured(persona, "neutral")
    for mood in ("cheerful", "alarm"):
        lively = measured(persona, mood)
        assert lively.pitch > neutral.pitch
        assert lively.seconds < neutral.seconds
        assert lively.loudness > neutral.loudness
    calm = measured(persona, "calm")
    assert calm.pitch < neutral.pitch
    assert calm.seconds > neutral.seconds
    assert calm.loudness < neutral.loudness


@pytest.mark.parametrize("persona", PERSONAS.names)
def test_alarm_never_clips(persona: str) -> None:
    for _, pcm, _ in spoken(persona, "alarm"):
        size = np.abs(pcm.astype(np.int32))
        assert size.max() <= LOUDEST
        assert longest_flat(pcm) < 3, "a flat top"


def longest_flat(pcm: Pcm) -> int:
    """The most samples in a row that are as loud as can be, on one side; the limiter bends a top, it cuts none off."""
    longest = 0
    for side in (pcm, -pcm.astype(np.int32)):
        at_top = np.concatenate([[False], side >= LOUDEST * 0.9999, [False]])
        edges = np.flatnonzero(np.diff(at_top.astype(np.int8)))
        longest = max(longest, int((edges[1::2] - edges[::2]).max(initial=0)))
    return longest


def test_a_cut_off_top_is_seen() -> None:
    wave = np.sin(np.arange(2000) / 10) * 40000
    assert longest_flat(np.clip(wave, -LOUDEST, LOUDEST).astype(np.int16)) > 10
    assert longest_flat((wave * 0.5).astype(np.int16)) == 0
