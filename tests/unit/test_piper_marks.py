"""Where a Piper voice begins its words: from the frames of its symbols to samples."""

from __future__ import annotations

import numpy as np

from device.voice.ipa import LONG, STRESS
from device.voice.phonemes import Sentence, Symbol
from device.voice.piper_marks import marks_of

HOP = 10


def spans(symbols: list[tuple[str, int | None]], *words: str) -> dict[str, tuple[int, int]]:
    """First sample and end of each mark where every id takes one frame: each symbol has two ids, the second its pad."""
    owners = [-1, -1, *(at for at in range(len(symbols)) for _ in range(2)), len(symbols)]
    sentence = Sentence(
        words=words,
        symbols=tuple(Symbol(*each) for each in symbols),
        ids=tuple(range(len(owners))),
        owners=tuple(owners),
    )
    marks = marks_of([sentence], [np.ones(len(owners), np.int64)], hop=HOP)
    return {f"{mark.kind} {mark.text}": (mark.first, mark.end) for mark in marks}


def test_a_word_that_follows_without_a_pause_begins_with_the_blank_before_it() -> None:
    found = spans([("a", 0), (" ", None), ("b", 1)], "A", "B")
    assert found == {
        "word A": (20, 40),
        "phoneme a": (20, 40),
        "word B": (40, 80),
        "phoneme b": (40, 80),
    }


def test_a_stress_behind_the_blank_belongs_to_the_word_too() -> None:
    assert spans([("a", 0), (" ", None), (STRESS, 1), ("e", 1)], "A", "E")["word E"] == (40, 100)


def test_behind_a_pause_a_word_begins_with_its_first_sound() -> None:
    found = spans([("a", 0), (",", None), (" ", None), ("b", 1)], "A", "B")
    assert (found["word A"], found["word B"]) == ((20, 40), (80, 100))


def test_a_blank_in_front_of_a_pause_is_nobodys() -> None:
    found = spans([("a", 0), (" ", None), (",", None), (" ", None), ("b", 1)], "A", "B")
    assert (found["word A"], found["word B"]) == ((20, 40), (100, 120))


def test_what_lengthens_a_sound_is_a_part_of_it() -> None:
    assert spans([("a", 0), (LONG, 0), (" ", None), ("b", 1)], "A", "B")[f"phoneme a{LONG}"] == (20, 60)
