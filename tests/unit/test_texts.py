"""Texts: whole sentences or a clear error, and at least three ways to say each thing."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from device.core.errors import UsageError
from device.text.texts import Texts, languages


def test_a_language_without_texts_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="there are: en"):
        Texts("tlh")


@pytest.mark.parametrize("name", ["../en", "", "."])
def test_a_language_that_is_no_tag_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        Texts(name)


def test_a_missing_message_or_value_is_never_half_a_sentence() -> None:
    texts = Texts("en")
    with pytest.raises(KeyError):
        texts.text("no-such-message")
    with pytest.raises(KeyError):
        texts.text("faces-1")
    with pytest.raises(KeyError):
        texts.variants("no-such-message")


def test_numbers_are_written_without_marks_for_screens() -> None:
    assert Texts("en").text("place-part", {"n": 2, "count": "two", "place": "on the left"}) == "two are on the left"


@pytest.mark.parametrize("language", languages())
def test_there_are_three_ways_to_say_each_thing(language: str) -> None:
    texts = Texts(language)
    folder = resources.files("device.text") / "locales" / language
    for file in ("narrator.ftl", "person.ftl"):
        names = re.findall(r"^([a-z-]+)-1 =", (folder / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert names
        for name in names:
            assert len(texts.variants(name)) >= 3, name
