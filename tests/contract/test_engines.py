"""What every engine promises; one that is not installed is skipped, and says what installs it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.voice.engine import NEUTRAL, Manner
from device.voice.espeak import EspeakEngine
from device.voice.hibari import HibariEngine
from device.voice.pico import PicoEngine
from device.voice.schedule import Schedule
from device.voice.sentence import sounded
from tests.hearing import heard_pitch, integrated_loudness
from tests.locations import piper_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Mark
    from device.voice.engine import Engine, Samples


def piper() -> Engine:
    files = piper_files()
    return files.load(schedule=Schedule(monotonic=time.perf_counter))


ENGINES: dict[str, Callable[[], Engine]] = {
    "piper": piper,
    "espeak-ng": lambda: EspeakEngine(language="en"),
    "hibari": HibariEngine,
    "pico": lambda: PicoEngine(language="en"),
}
SENTENCES = (
    "I see three people in this photo, and one of them is smiling at the camera.",
    "On the left there is a man with a beard.",
    "Nobody looks to the right.",
)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    try:
        return ENGINES[request.param]()
    except MissingModelError as error:
        pytest.skip(str(error))


def said(engine: Engine, *texts: str, manner: Manner = NEUTRAL, seed: int = 0) -> Samples:
    """All samples of the texts, one after another."""
    parts = [each.samples for text in texts for each in engine.say(text, manner=manner, seed=seed)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def children() -> set[str]:
    """The numbers of this process's children that still run or were not waited for."""
    found = set()
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                with open(f"/proc/{entry.name}/stat", encoding="utf-8") as stat:  # noqa: PTH123
                    parent = stat.read().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if parent == str(os.getpid()):
                found.add(entry.name)
    return found


def test_an_engine_has_a_name_a_rate_and_a_speaker(engine: Engine) -> None:
    assert engine.name
    assert engine.sample_rate in {16000, 22050, 24000}
    assert engine.speakers >= 1
    assert engine.gain > 0


def test_samples_are_floats_on_one_axis_within_full_scale(engine: Engine) -> None:
    for stretch in engine.say(SENTENCES[0], manner=NEUTRAL, seed=0):
        assert stretch.samples.dtype == np.float32
        assert stretch.samples.ndim == 1
        assert len(stretch.samples) > 0
        assert np.abs(stretch.samples).max() < 1.5


def test_a_sentence_takes_as_long_as_a_person_needs(engine: Engine) -> None:
    words = len(SENTENCES[0].split())
    seconds = len(said(engine, SENTENCES[0])) / engine.sample_rate
    assert 1.5 < words / seconds < 5


def test_the_same_seed_gives_the_same_samples_whatever_was_said_before(engine: Engine) -> None:
    first = said(engine, SENTENCES[1], seed=7)
    said(engine, SENTENCES[0], seed=3)
    assert np.array_equal(first, said(engine, SENTENCES[1], seed=7))


def test_a_longer_text_sounds_longer(engine: Engine) -> None:
    lengths = [len(said(engine, text)) for text in ("Two faces.", SENTENCES[1], SENTENCES[0])]
    assert lengths == sorted(lengths)
    assert lengths[2] > 2 * lengths[0]


@pytest.mark.parametrize(
    ("manner", "times"),
    [
        (Manner(ratio=1.3), 1.3),
        (Manner(ratio=0.93), 0.93),
        (Manner(tempo=1.2), 1 / 1.2),
        (Manner(tempo=0.87), 1 / 0.87),
    ],
    ids=["ratio up", "ratio down", "faster", "slower"],
)
def test_ratio_stretches_and_tempo_shortens(engine: Engine, manner: Manner, times: float) -> None:
    changed, plain = (len(said(engine, *SENTENCES, manner=each)) for each in (manner, NEUTRAL))
    assert changed / plain == pytest.approx(times, rel=0.05)


@pytest.mark.parametrize("pitch", [3.0, -2.0])
def test_pitch_moves_the_voice_by_about_as_many_semitones(engine: Engine, pitch: float) -> None:
    changed, plain = (
        heard_pitch(said(engine, *SENTENCES, manner=each), engine.sample_rate)
        for each in (Manner(pitch=pitch), NEUTRAL)
    )
    assert 12 * np.log2(changed / plain) == pytest.approx(1.1 * pitch, abs=0.6)


def test_pitch_leaves_loudness_and_length_alone(engine: Engine) -> None:
    plain = said(engine, *SENTENCES)
    for pitch in (-2.0, 3.0):
        changed = said(engine, *SENTENCES, manner=Manner(pitch=pitch))
        assert len(changed) == pytest.approx(len(plain), rel=0.02)
        assert abs(20 * np.log10(np.sqrt((changed**2).mean() / (plain**2).mean()))) < 2


def test_speech_is_as_loud_as_that_of_the_other_engines(engine: Engine) -> None:
    texts = (sounded(engine, text, manner=NEUTRAL, seed=0) for text in SENTENCES)
    pcm = np.concatenate([each.pcm for text in texts for each in text])
    assert -19 < integrated_loudness(pcm, engine.sample_rate) < -17


def test_every_speaker_speaks_and_one_too_many_is_one_of_them(engine: Engine) -> None:
    for speaker in range(engine.speakers + 1):
        assert len(said(engine, SENTENCES[2], manner=Manner(speaker=speaker))) > engine.sample_rate // 2


@pytest.mark.parametrize(
    "text",
    [
        '"Who is there?" she said.',
        "'Tis \u201cnice\u201d, isn\u2019t it?",
        "--help",
        "-v de; rm -rf /",
        "One line.\nAnother\tline.\r\n",
        "Caf\u00e9, na\u00efve, \u0141\u00f3d\u017a and \u5317\u4eac.",
        "<b>bold</b> & [[h@l'oU]] {x} | \\ ^ ~",
        "\x01\x1b[31m99P words",
        "\x00null",
        "lone \ud800 surrogate",
        "see \u00b2\u2074\u2460\u2167\u0664 there",
        "7" * 120,
        "n" * 300,
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    ],
)
def test_text_of_any_kind_is_spoken(engine: Engine, text: str) -> None:
    assert np.abs(said(engine, text)).max() > 0.02


@pytest.mark.parametrize("text", ["", " ", "...", "?!", "\u2014", "\U0001f642", "\u200b", "[]", "<>"])
def test_text_without_words_is_silence(engine: Engine, text: str) -> None:
    samples = said(engine, text)
    assert not len(samples) or np.abs(samples).max() < 0.02


def test_a_sentence_that_is_left_early_leaves_nothing_running_and_the_next_is_whole(engine: Engine) -> None:
    whole = said(engine, SENTENCES[1])
    idle = children()
    for _ in range(3):
        speech = engine.say(SENTENCES[0] * 5, manner=NEUTRAL, seed=0)
        next(speech)
        speech.close()  # type: ignore[attr-defined]
        assert children() == idle
    assert np.array_equal(whole, said(engine, SENTENCES[1]))


def marks_of(engine: Engine, text: str, manner: Manner = NEUTRAL) -> tuple[tuple[Mark, ...], int]:
    stretches = list(engine.say(text, manner=manner, seed=0))
    assert not any(stretch.marks for stretch in stretches[1:])
    return stretches[0].marks, sum(len(stretch.samples) for stretch in stretches)


def test_marks_if_there_are_any_are_in_order_and_inside_the_sound(engine: Engine) -> None:
    marks, length = marks_of(engine, SENTENCES[0])
    for kind in ("word", "phoneme"):
        edges = [edge for mark in marks if mark.kind == kind for edge in (mark.first, mark.end)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= length for edge in edges)
    assert [mark.first for mark in marks] == sorted(mark.first for mark in marks)


def test_marks_if_there_are_any_cover_what_is_heard(engine: Engine) -> None:
    marks, length = marks_of(engine, SENTENCES[1])
    if not marks:
        return
    assert [mark.text for mark in marks if mark.kind == "word"] == SENTENCES[1].rstrip(".").split()
    covered = np.zeros(length, bool)
    for mark in marks:
        if mark.kind == "phoneme":
            assert mark.text.strip()
            assert not covered[mark.first : mark.end].any()
            covered[mark.first : mark.end] = True
    power = said(engine, SENTENCES[1]) ** 2
    assert power[covered].sum() > 0.9 * power.sum()


def test_a_stretched_sentence_has_stretched_marks(engine: Engine) -> None:
    plain, _ = marks_of(engine, SENTENCES[0])
    slow, _ = marks_of(engine, SENTENCES[0], Manner(ratio=1.3))
    assert [mark.text for mark in slow] == [mark.text for mark in plain]
    if plain:
        assert slow[-1].end / plain[-1].end == pytest.approx(1.3, rel=0.05)
