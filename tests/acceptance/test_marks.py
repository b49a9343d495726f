"""Words are marked when they are heard, and captions show them then: beside an aligner that never heard the voice."""

from __future__ import annotations

import wave
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scripts.benches.spoken_texts import SENTENCES
from tests import factories
from tests.aligner import Aligner, differences, strung, trimmed, word_starts
from tests.command import voxframe
from tests.hearing import words
from tests.locations import hibari_synthesiser, synthesiser, voice
from tests.tracks import tracks

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Mark, Pcm
    from device.voice.synthesiser import EngineSynthesiser
    from tests.aligner import Differences

pytestmark = pytest.mark.slow

MOST_MILLIS = 80.0
"""Median difference that is asked for."""

BLUNT_MILLIS = 30.0
"""The aligner's own error where words run into one another is 15 ms; the marks are not to be much worse."""

MOST_DRIFT = 20.0
"""Milliseconds a minute; a straight line through a minute of words is known to 5."""

TEXTS = [*SENTENCES[30], *SENTENCES[10]]


@cache
def aligner() -> Aligner:
    return Aligner()


@cache
def default() -> EngineSynthesiser:
    return synthesiser(noise=True)


def said(voice: EngineSynthesiser, texts: list[str], **manner: str) -> tuple[Pcm, list[Mark]]:
    chunks = list(voice.synthesise([factories.utterance(text, **manner) for text in texts]))
    return np.concatenate([chunk.pcm for chunk in chunks]), [mark for chunk in chunks for mark in chunk.marks]


def beside(voice: EngineSynthesiser, texts: list[str], **manner: str) -> Differences:
    pcm, marks = said(voice, texts, **manner)
    found = differences(
        word_starts(marks, voice.sample_rate), aligner().starts(" ".join(texts), pcm, voice.sample_rate)
    )
    print(f"median {found.median_size:.1f} ms, {found.median:+.1f} signed; {len(found.late)} words")
    return found


@pytest.mark.parametrize(
    ("persona", "mood"),
    [("narrator", "neutral"), ("narrator", "cheerful"), ("slate", "calm"), ("amber", "alarm"), ("coral", "neutral")],
)
def test_words_are_marked_when_they_are_heard_whoever_speaks_and_how(persona: str, mood: str) -> None:
    found = beside(default(), TEXTS[3:8], persona=persona, mood=mood)
    assert found.median_size < BLUNT_MILLIS < MOST_MILLIS


def test_marks_do_not_drift_over_a_minute() -> None:
    found = beside(default(), [*TEXTS, *TEXTS[:3]])
    slope, error = found.drift
    first, last = found.ends
    print(f"{slope:+.1f} ± {error:.1f} ms a minute; first ten seconds {first:+.1f}, last {last:+.1f}")
    assert found.at[-1] > 60
    assert abs(slope) < MOST_DRIFT
    assert abs(first - last) < MOST_DRIFT


def test_words_of_hibari_are_marked_when_they_are_heard() -> None:
    pytest.importorskip("hibari")
    assert beside(hibari_synthesiser(), TEXTS[3:8]).median_size < BLUNT_MILLIS


def test_captions_of_the_command_show_words_when_they_are_heard_in_its_file(tmp_path: Path) -> None:
    voice()
    text = " ".join(TEXTS[:2])
    done = voxframe("say", "--wav", tmp_path / "a.wav", "--vtt", tmp_path / "a.vtt", "--persona", "teal", text)
    assert (done.returncode, done.stderr) == (0, "")
    with wave.open(str(tmp_path / "a.wav")) as file:
        pcm, rate = np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()
    with tracks() as player:
        cues = player.cues((tmp_path / "a.vtt").read_text(encoding="utf-8"))
    shown = [cue.start if at is None else at for cue in cues for _, at in cue.words]
    assert [word for cue in cues for word, _ in cue.words] == text.split()
    assert differences(shown, aligner().starts(text, pcm, rate)).median_size < BLUNT_MILLIS
    assert all(one.end <= two.start for one, two in pairwise(cues))


def test_the_aligner_finds_words_where_they_are_known_to_be() -> None:
    vocabulary = sorted({word for text in SENTENCES[10][:2] for word in words(text).split()})
    rate = default().sample_rate
    alone = [trimmed(said(default(), [f"{word}."])[0], rate) for word in vocabulary]
    pcm, places = strung(alone, rate, gap_seconds=0.3)
    assert differences(places, aligner().starts(" ".join(vocabulary), pcm, rate)).median_size < 15


def test_marks_that_are_late_or_drift_are_noticed() -> None:
    pcm, marks = said(default(), TEXTS[:5])
    rate = default().sample_rate
    heard, marked = aligner().starts(" ".join(TEXTS[:5]), pcm, rate), word_starts(marks, rate)
    assert differences(marked + 0.1, heard).median_size > MOST_MILLIS
    assert differences(marked * 1.001, heard).drift[0] > MOST_DRIFT
