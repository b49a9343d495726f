"""A speech is made in a thread of its own, and is heard from the time on that it names."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import SpeechChunk
from device.voice.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Generator

RATE = 1000


class Making:
    """Makes chunks of a second, and holds what it made last until it is let go on."""

    def __init__(self, count: int, *, begins: list[float]) -> None:
        self.count = count
        self.begins = begins
        self.made = 0
        self.asked_for = threading.Semaphore(0)
        self.done = threading.Semaphore(0)

    def begin(self) -> float:
        return self.begins[min(self.made, len(self.begins)) - 1]

    def speech(self) -> Generator[SpeechChunk, None, None]:
        for number in range(self.count):
            self.asked_for.acquire()
            self.made += 1
            self.done.release()
            yield SpeechChunk(pcm=np.full(RATE, number, np.int16), sample_rate=RATE, utterance=0)


def test_nothing_is_heard_before_the_time_that_the_speech_names_last() -> None:
    making = Making(3, begins=[500.0, 400.0, 0.0])
    for _ in range(3):
        making.asked_for.release()
    chunks = ahead(making.speech(), monotonic=lambda: 100.0, begins=making.begin)
    first = next(chunks)
    assert making.made == 3
    assert first.pcm[0] == 0
    assert [chunk.pcm[0] for chunk in chunks] == [1, 2]


def test_a_speech_that_may_begin_is_heard_while_the_rest_is_made() -> None:
    making = Making(2, begins=[0.0])
    making.asked_for.release()
    chunks = ahead(making.speech(), monotonic=lambda: 100.0, begins=making.begin)
    assert next(chunks).pcm[0] == 0
    assert making.made == 1
    making.asked_for.release()
    assert [chunk.pcm[0] for chunk in chunks] == [1]


def test_a_speech_that_ends_early_is_heard_at_once() -> None:
    making = Making(1, begins=[1e9])
    making.asked_for.release()
    assert [len(chunk.pcm) for chunk in ahead(making.speech(), monotonic=lambda: 0.0, begins=making.begin)] == [RATE]


def test_more_than_is_kept_ahead_is_made_where_the_speech_must_wait_in_front() -> None:
    making = Making(40, begins=[1e9] * 39 + [0.0])
    for _ in range(40):
        making.asked_for.release()
    chunks = ahead(making.speech(), monotonic=lambda: 100.0, begins=making.begin, seconds=2.0)
    next(chunks)
    assert making.made == 40


def test_a_slow_speech_goes_on_to_be_made_once_it_is_heard() -> None:
    making = Making(40, begins=[1e9] * 29 + [0.0])
    for _ in range(30):
        making.asked_for.release()
    chunks = ahead(making.speech(), monotonic=lambda: 100.0, begins=making.begin, seconds=2.0)
    next(chunks)
    for _ in range(10):
        making.asked_for.release()
    assert all(making.done.acquire(timeout=10) for _ in range(30))  # while 29 seconds are still there
    assert making.done.acquire(timeout=10)
    assert len(list(chunks)) == 39


def test_what_the_speech_raises_is_raised_behind_its_chunks_even_where_nothing_may_be_heard_yet() -> None:
    def speech() -> Generator[SpeechChunk, None, None]:
        yield SpeechChunk(pcm=np.ones(RATE, np.int16), sample_rate=RATE, utterance=0)
        raise ValueError("the card is gone")

    chunks = ahead(speech(), monotonic=lambda: 0.0, begins=lambda: 1e9)
    assert len(next(chunks).pcm) == RATE
    with pytest.raises(ValueError, match="the card is gone"):
        next(chunks)
