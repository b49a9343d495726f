"""How far a speech is heard, by what its sink says that it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingDeviceError
from device.core.types import SpeechChunk
from device.playback.sink import SinkLostError
from device.playback.stream import LEAD_IN_SECONDS, StreamPlayer

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from device.core.types import Pcm

RATE = 1000


class Slow:
    """Has played nothing yet of what it was handed, and is its own sink."""

    name, others, tail = "slow", "", 0

    def __init__(self) -> None:
        self.handed = 0
        self.heard = 0
        self.gone = False

    def open(self, _sample_rate: int) -> Slow:
        if self.gone:
            raise SinkLostError("unplugged")
        return self

    def write(self, samples: Pcm) -> int:
        if self.gone:
            raise SinkLostError("unplugged")
        self.handed += len(samples)
        return len(samples)

    def left_seconds(self) -> float:
        return (self.handed - self.heard) / RATE

    def finish(self, _stopped: threading.Event) -> None:
        self.heard = self.handed

    def drop(self) -> None: ...

    def close(self) -> None: ...


def chunk() -> SpeechChunk:
    return SpeechChunk(pcm=np.ones(RATE // 2, np.int16), sample_rate=RATE, utterance=0)


def test_it_is_less_than_nothing_in_the_lead_in_and_then_what_left_the_sink_and_stops_where_that_is_all() -> None:
    now, told = [50.0], []
    sink = Slow()
    player = StreamPlayer(sink, volume=100, monotonic=lambda: now[0])

    def tell() -> None:
        told.append(player.position_seconds())

    def speech() -> Iterator[SpeechChunk]:
        yield chunk()
        tell()
        now[0] += 0.1
        tell()
        now[0] += 10.0
        tell()
        sink.heard = round((LEAD_IN_SECONDS + 0.45) * RATE)
        yield chunk()
        tell()

    assert player.play(speech()).complete
    assert told == [pytest.approx(each) for each in (-LEAD_IN_SECONDS, 0.1 - LEAD_IN_SECONDS, 0.5, 0.5)]
    assert player.position_seconds() is None


def test_an_amplifier_that_was_without_power_gets_its_lead_in_again() -> None:
    now, sink = [50.0], Slow()
    player = StreamPlayer(sink, volume=100, monotonic=lambda: now[0])
    assert player.play([chunk()]).complete
    assert player.lead_in_seconds() == 0
    sink.gone = True
    with pytest.raises(MissingDeviceError):
        player.play([chunk()])
    sink.gone = False
    assert player.lead_in_seconds() == LEAD_IN_SECONDS


def test_what_was_handed_over_is_heard_to_its_end_where_the_speech_ends_in_an_error() -> None:
    sink = Slow()
    player = StreamPlayer(sink, volume=100, monotonic=lambda: 50.0)

    def damaged() -> Iterator[SpeechChunk]:
        yield chunk()
        raise LookupError("the photo is damaged further down")

    with pytest.raises(LookupError):
        player.play(damaged())
    assert sink.heard == round(LEAD_IN_SECONDS * RATE) + len(chunk().pcm)
