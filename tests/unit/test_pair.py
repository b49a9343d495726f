"""Two sinks at once: neither needs the other, the first leads, and one that is slow holds nobody up."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingDeviceError
from device.core.types import Played, SpeechChunk
from device.playback import pair
from device.playback.pair import PairPlayer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Speech

RATE = 1000
WAIT_SECONDS = 30.0


class Sink:
    """Hears one chunk after the other; it may be away, go after some, or hang."""

    def __init__(self, name: str, *, away: bool = False, goes_after: int | None = None) -> None:
        self.name = name
        self.away = away
        self.goes_after = goes_after
        self.hangs = False
        self.heard: list[int] = []
        self.volume = 100
        self.took = threading.Semaphore(0)
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        self._stopped.clear()
        seconds = 0.0
        for chunk in speech:
            if self.hangs:
                assert self._stopped.wait(WAIT_SECONDS)
            if self._stopped.is_set():
                return Played(seconds=seconds, complete=False)
            if len(self.heard) == self.goes_after:
                self.away = True
                raise MissingDeviceError(f"{self.name} was unplugged")
            self.heard.append(chunk.utterance)
            self.took.release()
            seconds += chunk.seconds
        return Played(seconds=seconds, complete=True)

    def reach(self, _sample_rate: int) -> None:
        if self.away:
            raise MissingDeviceError(f"{self.name} is not there")

    def is_there(self) -> bool:
        return not self.away

    def position_seconds(self) -> float | None:
        return len(self.heard) / 2

    def lead_in_seconds(self) -> float:
        return 0.0

    def stop(self) -> None:
        self._stopped.set()

    def set_volume(self, percent: int) -> None:
        self.volume = percent


def speech(chunks: int = 5) -> Iterator[SpeechChunk]:
    for number in range(chunks):
        yield SpeechChunk(pcm=np.ones(500, np.int16), sample_rate=RATE, utterance=number)


WHOLE = Played(seconds=2.5, complete=True)
ALL = [0, 1, 2, 3, 4]


def test_both_hear_all_of_it_and_are_as_loud_as_they_are_told() -> None:
    room, phones = Sink("room"), Sink("phones")
    player = PairPlayer(first=room, second=phones)
    player.set_volume(30)
    assert player.play(speech()) == WHOLE
    assert room.heard == phones.heard == ALL
    assert room.volume == phones.volume == 30


@pytest.mark.parametrize("which", ["room", "phones"])
def test_one_that_is_not_there_does_not_silence_the_other(which: str, caplog: pytest.LogCaptureFixture) -> None:
    room, phones = Sink("room", away=which == "room"), Sink("phones", away=which == "phones")
    player = PairPlayer(first=room, second=phones)
    assert player.is_there()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            player.reach(RATE)
            assert player.play(speech()) == WHOLE
    missing, other = (room, phones) if which == "room" else (phones, room)
    assert (missing.heard, other.heard) == ([], ALL * 2)
    assert player.position_seconds() == other.position_seconds()
    assert [each.message for each in caplog.records] == [f"one of two sinks: {which} is not there"], "said once"


@pytest.mark.parametrize("which", ["room", "phones"])
def test_one_that_goes_in_the_middle_leaves_the_rest_to_the_other(which: str) -> None:
    room = Sink("room", goes_after=2 if which == "room" else None)
    phones = Sink("phones", goes_after=2 if which == "phones" else None)
    player = PairPlayer(first=room, second=phones)
    assert player.play(speech()) == WHOLE
    gone, other = (room, phones) if which == "room" else (phones, room)
    assert (gone.heard, other.heard) == ([0, 1], ALL)
    gone.away, gone.goes_after = False, None
    assert player.play(speech(1)).complete
    assert (gone.heard, other.heard) == ([0, 1, 0], [*ALL, 0]), "both again"


def test_where_both_are_missing_the_first_one_is_named() -> None:
    player = PairPlayer(first=Sink("room", away=True), second=Sink("phones", away=True))
    assert not player.is_there()
    with pytest.raises(MissingDeviceError, match="room"):
        player.reach(RATE)
    with pytest.raises(MissingDeviceError, match="room"):
        player.play(speech())


def test_where_both_go_nothing_is_drawn_that_neither_asked_for() -> None:
    drawn = []

    def counted() -> Iterator[SpeechChunk]:
        for chunk in speech(100):
            drawn.append(chunk.utterance)
            yield chunk

    player = PairPlayer(first=Sink("room", goes_after=2), second=Sink("phones", goes_after=2))
    with pytest.raises(MissingDeviceError, match="phones was unplugged"):
        player.play(counted())
    assert drawn == [0, 1, 2]


def test_a_sink_that_hangs_is_not_waited_for_and_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "BEHIND_SECONDS", 0.01)
    room, phones = Sink("room"), Sink("phones")
    phones.hangs = True
    player = PairPlayer(first=room, second=phones)
    assert player.play(speech()) == WHOLE
    assert (room.heard, phones.heard) == (ALL, [])
    phones.hangs = False
    assert player.play(speech(1)).complete
    assert room.heard == [*ALL, 0]


def test_a_stop_ends_both() -> None:
    room, phones = Sink("room"), Sink("phones")
    player = PairPlayer(first=room, second=phones)

    def stopped() -> Iterator[SpeechChunk]:
        for chunk in speech():
            yield chunk
            if chunk.utterance == 2:
                for each in (room, phones):
                    for _ in range(3):
                        assert each.took.acquire(timeout=WAIT_SECONDS)
                player.stop()

    played = player.play(stopped())
    assert (played.seconds, played.complete) == (1.5, False)
    assert room.heard == phones.heard == [0, 1, 2]


def test_a_stop_is_heeded_by_a_second_sink_that_has_not_even_begun() -> None:
    may_begin = threading.Event()

    class Late(Sink):
        def play(self, speech: Speech) -> Played:
            assert may_begin.wait(WAIT_SECONDS)
            return super().play(speech)

    class StoppedWhenJustAsked(threading.Event):
        """It is stopped right after it was asked whether it is, for the second time: with the first chunk."""

        asked = 0

        def is_set(self) -> bool:
            was = super().is_set()
            self.asked += 1
            if self.asked == 2:
                player.stop()
                may_begin.set()
            return was

    room, phones = Sink("room"), Late("phones")
    player = PairPlayer(first=room, second=phones)
    player._stopped = StoppedWhenJustAsked()
    assert not player.play(speech()).complete
    assert phones.heard == []


def test_an_error_of_the_speech_silences_both_and_they_play_again() -> None:
    room, phones = Sink("room"), Sink("phones")
    player = PairPlayer(first=room, second=phones)

    def failing() -> Iterator[SpeechChunk]:
        yield from speech(1)
        raise LookupError("no voice")

    with pytest.raises(LookupError):
        player.play(failing())
    assert player.play(speech(1)).complete
    assert room.heard == [0, 0]
