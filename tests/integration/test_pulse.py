"""A stream to a sound server that dies, or answers nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.playback import pulse
from device.playback.pulse import OpenPulse
from device.playback.sink import SinkLostError
from tests.sound_server import RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sound_server import SoundServer

PIECE = np.zeros(1000, np.int16)


@pytest.fixture
def stream(server: SoundServer) -> Iterator[OpenPulse]:
    """An open one, which has played a little."""
    made = OpenPulse("room", sample_rate=RATE)
    assert made.write(PIECE) == len(PIECE)
    assert made.left_seconds() > 0
    yield made
    made.close()
    server.stop()


def play_on(stream: OpenPulse) -> None:
    while True:
        stream.write(PIECE)
        stream.left_seconds()


def test_a_stream_whose_server_has_died_is_lost_and_can_be_dropped_all_the_same(
    server: SoundServer, stream: OpenPulse
) -> None:
    server.stop()
    with pytest.raises(SinkLostError):
        play_on(stream)
    stream.drop()
    assert stream.write(PIECE) == 0
    assert stream.left_seconds() == 0


def test_a_stop_is_heeded_at_once_where_the_server_answers_nothing(server: SoundServer, stream: OpenPulse) -> None:
    server.freeze()
    stream.drop()
    assert stream.write(PIECE) == 0
    assert stream.left_seconds() == 0


def test_a_server_that_does_not_answer_is_not_waited_for_for_ever(
    server: SoundServer, stream: OpenPulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.freeze()
    monkeypatch.setattr(pulse, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(SinkLostError, match="no answer"):
        OpenPulse("room", sample_rate=RATE)
    assert stream.write(PIECE) in (0, len(PIECE))
