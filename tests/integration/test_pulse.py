"""A stream to a sound server that dies, or answers nothing any more."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.playback import pulse
from device.playback.pulse import OpenPulse
from device.playback.sink import SinkLostError
from tests.sound_server import RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sound_server import SoundServer

PIECE = np.zeros(1000, np.int16)

DRAIN = 12
"""PA_COMMAND_DRAIN_PLAYBACK_STREAM of its protocol."""

NO_STREAM = 0xFFFFFFFE


@pytest.fixture
def stream(server: SoundServer) -> Iterator[OpenPulse]:
    """An open one, which has played a little."""
    made = OpenPulse("room", sample_rate=RATE)
    assert made.write(PIECE) == len(PIECE)
    assert made.left_seconds() > 0
    yield made
    made.close()
    server.stop()


class Between:
    """Hands on what a client says to its server, but for a drain: that is asked for a stream that there is not."""

    def __init__(self, path: Path, server: SoundServer) -> None:
        self.address = f"unix:{path}"
        self._here, self._there = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self._here.bind(str(path))
        self._here.listen()
        self._there.connect(server.environment["PULSE_SERVER"].removeprefix("unix:"))
        self._thread = threading.Thread(target=self._hand_on)
        self._thread.start()

    def close(self) -> None:
        self._thread.join()
        for each in (self._here, self._there):
            each.close()

    def _hand_on(self) -> None:
        client = self._here.accept()[0]
        back = threading.Thread(target=self._hand_back, args=(client,))
        back.start()
        with client, client.makefile("rb") as said:
            while head := said.read(20):
                length, channel = struct.unpack(">II", head[:8])
                packet = bytearray(said.read(length))
                if channel == 0xFFFFFFFF and packet[:5] == struct.pack(">cI", b"L", DRAIN):
                    packet[11:15] = struct.pack(">I", NO_STREAM)
                self._there.sendall(head + packet)
            self._there.shutdown(socket.SHUT_RDWR)
            back.join()

    def _hand_back(self, client: socket.socket) -> None:
        while data := self._there.recv(65536):
            client.sendall(data)


def test_what_the_server_refuses_to_play_to_its_end_does_not_count_as_played(
    server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What lies in memory that both share is not handed on.
    config = tmp_path / "client.conf"
    config.write_text("enable-shm = no\n")
    monkeypatch.setenv("PULSE_CLIENTCONFIG", str(config))
    with closing(Between(tmp_path / "between", server)) as between:
        monkeypatch.setenv("PULSE_SERVER", between.address)
        with closing(OpenPulse("room", sample_rate=RATE)) as stream:
            stream.write(PIECE)
            with pytest.raises(SinkLostError):
                stream.finish(threading.Event())


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


@pytest.mark.parametrize("goes_on", [play_on, lambda stream: stream.finish(threading.Event())])
def test_a_server_that_stops_to_answer_within_a_speech_is_not_waited_for_for_ever(
    server: SoundServer, stream: OpenPulse, monkeypatch: pytest.MonkeyPatch, goes_on: Callable[[OpenPulse], None]
) -> None:
    server.freeze()
    monkeypatch.setattr(pulse, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(SinkLostError, match="no answer"):
        goes_on(stream)
