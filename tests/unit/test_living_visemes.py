"""Sounds to shapes of the mouth: every sound that a voice can make has one, and p, b and m close the lips."""

# ruff: noqa: RUF001 - IPA, and Chinese commas

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from device.core.types import Mark, Utterance
from device.living.visemes import CLOSED_BEFORE_END, LATE, PAUSE, viseme_spans, visemes
from device.voice.bridge import ESPEAK, piper
from device.voice.piper_marks import is_heard
from tests.locations import piper_files, synthesiser

if TYPE_CHECKING:
    from collections.abc import Iterable

RATE = 1000
SAID = {
    "en-us": "The quick brown fox jumps over the lazy dog; vision, thing, church, judge, bird, better, boy, now, year.",
    "de": "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich. Ich mag schöne Wörter, Pfirsich, tschüss, Genie.",
    "fr": "Portez ce vieux whisky au juge blond qui fume. Un bon vin blanc, huit agneaux, peur, peu, bonjour, fille.",
    "es": "El veloz murciélago hindú comía feliz cardillo y kiwi. La cigüeña, niño, perro, haber, lago, llama, chico.",
    "cmn": "你好，世界。我们吃饭去吧，他是老师，不知道，喜欢，学生，日本，女儿，四川，水果，云南。",
}


def names(phoneme: str) -> list[str]:
    return [viseme.name for viseme in visemes().of(phoneme)]


def marks(*phonemes: tuple[str, int, int]) -> list[Mark]:
    return [Mark(kind="phoneme", text=text, first=first, end=end) for text, first, end in phonemes]


def unknown(phonemes: Iterable[str]) -> list[str]:
    """The sounds without a class among the parts of these that are heard."""
    return sorted({part for each in phonemes if is_heard(each) for part in each if not visemes().knows(part)})


def test_every_sound_that_the_projects_voice_can_make_has_a_class() -> None:
    assert unknown(piper_files().settings["phoneme_id_map"]) == []


def test_every_sound_of_pipers_own_list_has_a_class() -> None:
    assert unknown(piper("phoneme_ids").DEFAULT_PHONEME_ID_MAP) == []


@pytest.mark.parametrize("language", SAID)
def test_every_sound_of_the_languages_has_a_class(language: str) -> None:
    said = ESPEAK.sentences(language, SAID[language], clusters=None)
    assert sum(map(len, said)) > 50
    assert unknown(phoneme for sentence in said for phoneme in sentence) == []


@pytest.mark.parametrize("phoneme", ["p", "b", "m", "pʰ", "bː", "m̩", "ˈp", "pʲ"])
def test_p_b_and_m_hold_the_lips_whatever_is_written_around_them(phoneme: str) -> None:
    assert [viseme.holds for viseme in visemes().of(phoneme)] == ["lips"]


@pytest.mark.parametrize(
    ("phoneme", "shapes"),
    [
        ("ɑː", ["open"]),
        ("ɑ̃", ["open"]),
        ("\u00e4", ["open"]),
        ("ˈe", ["half_open"]),
        ("t͡ʃ", ["tip", "hush"]),
        ("pf", ["lips", "lip_at_teeth"]),
        ("aɪ", ["open", "spread"]),
        ("kʷ", ["back", "rounded"]),
        ("\u00e7", ["tip"]),
        ("c\u0327", ["tip"]),
        ("5", []),
        ("ː", []),
        ("", []),
    ],
)
def test_lengths_marks_affricates_and_stresses_are_read(phoneme: str, shapes: list[str]) -> None:
    assert names(phoneme) == shapes


def test_a_sound_that_nobody_knows_is_taken_by_its_base_letter_else_as_neutral() -> None:
    assert names("ů") == ["rounded"]
    assert names("щ") == ["schwa"]


def test_a_cedilla_alone_is_no_letter() -> None:
    assert names("\u0327") == []


def test_shapes_follow_one_another_over_the_gap_between_words_and_stop_at_a_pause() -> None:
    longest = int(PAUSE * RATE) - 1
    found = viseme_spans(marks(("a", 0, 100), ("o", 100 + longest, 300), ("i", 500, 600)), sample_rate=RATE)
    ends = [(span.viseme.name, round(span.start + LATE, 6), round(span.end + LATE, 6)) for span in found]
    assert ends == [
        ("open", 0, (100 + longest) / RATE),
        ("open_rounded", (100 + longest) / RATE, 0.3),
        ("spread", 0.5, 0.6),
    ]


def test_a_tone_lets_the_vowel_go_on() -> None:
    (span,) = viseme_spans(marks(("a", 0, 100), ("5", 100, 180)), sample_rate=RATE)
    assert span.viseme.name == "open"
    assert span.end == pytest.approx(0.18 - LATE)


def test_an_affricate_shares_its_time() -> None:
    stop, rub = viseme_spans(marks(("pf", 100, 300)), sample_rate=RATE)
    assert (stop.end, rub.start, rub.end) == pytest.approx((0.2 - LATE, 0.2 - LATE, 0.3 - LATE))


def test_lips_are_held_where_the_sound_is_quietest_also_behind_the_blank_that_begins_a_word() -> None:
    inside, initial = viseme_spans(marks(("p", 100, 140), ("b", 140, 300)), sample_rate=RATE)
    assert inside.held_at == pytest.approx(0.1)
    assert initial.held_at == pytest.approx(0.3 - CLOSED_BEFORE_END)


def test_words_sentences_and_phonemes_without_samples_move_nothing() -> None:
    word = Mark(kind="word", text="a", first=0, end=100)
    assert viseme_spans([word, *marks(("a", 50, 50))], sample_rate=RATE) == ()


def test_the_voice_gives_a_shape_for_each_of_its_phonemes_in_time() -> None:
    chunks = list(
        synthesiser().synthesise([Utterance(speaker="narrator", text="Pay Bob, my man.", language="en", because=())])
    )
    spans = viseme_spans((mark for chunk in chunks for mark in chunk.marks), sample_rate=chunks[0].sample_rate)
    assert [span.viseme.name for span in spans if span.viseme.holds] == ["lips"] * 5
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert spans[-1].end < sum(chunk.seconds for chunk in chunks)
