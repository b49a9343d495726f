"""Any text is made fit to be spoken: nothing is read as a symbol, no word is lost, and it takes bounded work."""

# ruff: noqa: RUF005 - one list after another reads better

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.clean import LONGEST, LONGEST_WORD, clean, pieces
from tests.hostile import LANGUAGES, hostile

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=12)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@given(hostile(), LANGUAGES)
@settings(deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str, language: str) -> None:
    cleaned = clean(text, language=language)
    assert clean(cleaned, language=language) == cleaned


@given(hostile(), LANGUAGES)
@settings(deadline=None)
def test_no_markup_control_or_emoji_is_left(text: str, language: str) -> None:
    cleaned = clean(text, language=language)
    assert all(each.isalnum() or each.isprintable() for each in cleaned)
    assert not set("<>[]{}()|\\^~`_*#=+&@%$€£°§/\n\t\x00\x1b\u200b\ufeff🙂") & set(cleaned)
    assert "  " not in cleaned


@given(SENTENCES)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


@given(
    SENTENCES,
    st.sampled_from(["<b>{}</b>", "[[{}]]", "🙂{}🙂", "{}\u200b", "**{}**", "<speak>{}</speak>", "({})", "“{}”"]),
)
def test_words_survive_what_is_around_them(text: str, around: str) -> None:
    assert clean(around.format(text)).rstrip(",") == text


@given(hostile())
@settings(deadline=None)
def test_pieces_are_short_and_hold_every_word(text: str) -> None:
    found = pieces(text)
    assert all(0 < len(piece) <= LONGEST for piece in found)
    letters = [each for each in clean(text) if each.isalnum()]
    assert [each for piece in found for each in piece if each.isalnum()] == letters


@given(hostile(), LANGUAGES)
@settings(deadline=None)
def test_a_text_grows_only_by_the_words_for_its_signs(text: str, language: str) -> None:
    # The most from one character are the 18 letters of an Arabic one; the most from a unit "degrees Fahrenheit".
    assert len(clean(text, language=language)) <= 24 * len(text) + 24


def test_ten_thousand_characters_without_a_space_are_cut_and_all_said() -> None:
    found = pieces("x" * 10_000)
    assert sum(piece.count("x") for piece in found) == 10_000
    assert max(len(word) for piece in found for word in piece.split()) <= LONGEST_WORD


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "xx"])
@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a",
        "<!--",
        "<script>",
        "[",
        "](",
        "&",
        "&amp;",
        "1,",
        "1.",
        "1 ",
        "1-",
        "1/2",
        "$",
        "$1",
        "a@",
        "a.",
        "A.",
        ":",
    ]
    + [
        "http://",
        "www.",
        "e.g.",
        "\n",
        "\n ",
        " -",
        "-",
        "'",
        "(",
        ") ",
        "\u0301",
        "a\u0301",
        "+",
        "Ab II ",
        "Dr. ",
        "1:0",
    ],
)
def test_a_hundred_thousand_characters_of_the_same_end(unit: str, language: str) -> None:
    # Work that grew with the square would take hours and meet the time limit of the whole run.
    text = unit * (100_000 // len(unit))
    cleaned = clean(text, language=language)
    assert clean(cleaned, language=language) == cleaned
    assert all(0 < len(piece) <= LONGEST for piece in pieces(text, language=language))
