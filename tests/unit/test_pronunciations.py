"""A taught word is heard at once, stays taught, and nonsense is refused in one line."""

# ruff: noqa: RUF001 - IPA looks like other letters

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from device.core.errors import UsageError
from device.voice.pronunciations import Part, Pronunciations

if TYPE_CHECKING:
    from pathlib import Path

SOUNDS = "təˈmɑːtoʊ"


@pytest.fixture
def words(tmp_path: Path) -> Pronunciations:
    return Pronunciations(tmp_path / "new" / "folder", language="en-US")


def said(words: Pronunciations, text: str) -> list[tuple[str, bool]]:
    return [(part.text, part.ipa) for part in words.parts(text)]


def test_a_text_without_taught_words_stays_whole(words: Pronunciations) -> None:
    assert words.parts("A tomato.") == [Part(text="A tomato.", ipa=False)]
    assert words.parts("") == []


def test_a_taught_word_is_heard_at_once_also_by_others(words: Pronunciations, tmp_path: Path) -> None:
    daemon = Pronunciations(tmp_path / "new" / "folder", language="en")
    assert said(daemon, "tomato") == [("tomato", False)]
    words.teach("Tomato", SOUNDS)
    for each in (words, daemon):
        assert said(each, "A TOMATO, here.") == [("A ", False), (SOUNDS, True), (", here.", False)]
    words.teach("tomato", "tomato")
    assert said(daemon, "tomato") == [("tomato", True)]


@pytest.mark.parametrize("text", ["tomatoes", "automato", "tomato_", "tomato5"])
def test_only_whole_words_are_replaced(words: Pronunciations, text: str) -> None:
    words.teach("tomato", SOUNDS)
    assert said(words, text) == [(text, False)]


@pytest.mark.parametrize(("ipa", "heard"), [("dʒoʊ", "dʒoʊz"), ("mæt", "mæts"), ("dʒɔɹdʒ", "dʒɔɹdʒɪz"), ("aː", "aːz")])
@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_possession_is_said_as_english_says_it(words: Pronunciations, ipa: str, heard: str, apostrophe: str) -> None:
    words.teach("Xan", ipa)
    assert said(words, f"xan{apostrophe}s hat") == [(heard, True), (" hat", False)]


def test_what_was_taught_before_stays(words: Pronunciations, tmp_path: Path) -> None:
    words.teach("Zoë", "zoʊi")
    words.teach("d'Arc", "dɑːk")
    words.teach("Anne-Marie", "anmaʁi")
    again = Pronunciations(tmp_path / "new" / "folder", language="en")
    assert [part.text for part in again.parts("ZOË d’arc anne-marie") if part.ipa] == ["zoʊi", "dɑːk", "anmaʁi"]
    assert [each.name for each in (tmp_path / "new" / "folder").iterdir()] == ["en.toml"]


def test_languages_do_not_share_words(words: Pronunciations, tmp_path: Path) -> None:
    words.teach("tomato", SOUNDS)
    assert said(Pronunciations(tmp_path / "new" / "folder", language="de"), "tomato") == [("tomato", False)]


@pytest.mark.parametrize("word", ["", " ", "two words", "a=b", "<b>", "12", "x" * 65, "-a", "a\nb", "🙂", '"', "a_b"])
def test_what_is_no_word_is_refused(words: Pronunciations, word: str) -> None:
    with pytest.raises(UsageError, match="no word") as refused:
        words.teach(word, SOUNDS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("ipa", ["", " ", "//", "ˈ", "x" * 201])
def test_no_sounds_are_refused(words: Pronunciations, ipa: str) -> None:
    with pytest.raises(UsageError, match="no sounds"):
        words.teach("tomato", ipa)


@pytest.mark.parametrize(
    ("ipa", "sign"), [("tOm", "U\\+004F"), ("t1", "U\\+0031"), ("t🙂", "U\\+1F642"), ("а", "U\\+0430")]
)
def test_signs_that_are_not_ipa_are_named(words: Pronunciations, ipa: str, sign: str) -> None:
    with pytest.raises(UsageError, match=sign):
        words.teach("tomato", f"{ipa}a")


def test_sounds_that_the_voice_has_not_are_named(words: Pronunciations) -> None:
    words.teach("tom", "tom", known=set("tom"))
    with pytest.raises(UsageError, match=r"this voice has no 'ʘ' \(U\+0298\)"):
        words.teach("tom", "toʘm", known=set("tom"))
    assert said(words, "tom") == [("tom", True)]


@pytest.mark.parametrize("content", ["[words", "words = 3", "[words]\na = 3", "[other]\na = 'b'", b"\xff"])
def test_a_damaged_file_is_named_and_kept_and_silences_nobody(
    words: Pronunciations, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str | bytes
) -> None:
    file = tmp_path / "new" / "folder" / "en.toml"
    file.parent.mkdir(parents=True)
    damaged = content if isinstance(content, bytes) else content.encode()
    file.write_bytes(damaged)
    with caplog.at_level(logging.WARNING):
        assert said(words, "tomato") == said(words, "tomato") == [("tomato", False)]
    assert [str(file) in record.getMessage() for record in caplog.records] == [True]
    with pytest.raises(UsageError, match="damaged") as refused:
        words.teach("tomato", SOUNDS)
    assert str(file) in str(refused.value)
    assert file.read_bytes() == damaged


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        Pronunciations(tmp_path / "file", language="en").teach("tomato", SOUNDS)
