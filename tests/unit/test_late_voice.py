"""A voice that is missing is looked for again, and one that is there is loaded once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from device.app.late_voice import LateVoice
from device.core.errors import MissingModelError, UsageError
from tests.house import Voice

if TYPE_CHECKING:
    from device.core.ports import Synthesiser


class Shelf:
    """Where a voice may be."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.asked = 0

    def load(self) -> Synthesiser:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return Voice()


def test_what_is_there_is_loaded_at_once_and_once() -> None:
    shelf = Shelf()
    voice = LateVoice(shelf.load)
    assert shelf.asked == 1
    assert (voice.voice, voice.sample_rate, list(voice.synthesise(()))) == ("test", 1000, [])
    assert shelf.asked == 1


def test_what_is_missing_is_said_and_looked_for_each_time(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(MissingModelError("the voice is missing"))
    with caplog.at_level(logging.WARNING):
        voice = LateVoice(shelf.load)
    assert "the voice is missing" in caplog.text
    for _ in range(2):
        with pytest.raises(MissingModelError):
            _ = voice.sample_rate
    assert shelf.asked == 3
    shelf.trouble = None
    assert voice.sample_rate == 1000


def test_a_mistake_in_the_settings_ends_the_start() -> None:
    with pytest.raises(UsageError):
        LateVoice(Shelf(UsageError("no voice speaks it")).load)
