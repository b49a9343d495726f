"""What every player promises: it takes all of a speech, tells what left it, and stops when it is told to."""

from __future__ import annotations

import shutil
import time
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import SpeechChunk
from device.playback.alsa import AlsaPlayer
from device.playback.null import NullPlayer
from device.playback.tee import TeePlayer
from device.playback.wav import WavPlayer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.ports import Player

RATE = 22050


def chunk(samples: int, utterance: int = 0) -> SpeechChunk:
    pcm = (np.sin(np.arange(samples) / 20) * 9000).astype(np.int16)
    return SpeechChunk(pcm=pcm, sample_rate=RATE, utterance=utterance)


@pytest.fixture(params=["null", "wav", "alsa", "tee"])
def player(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    if request.param == "null":
        return NullPlayer()
    if request.param == "wav":
        return WavPlayer(tmp_path / "a.wav")
    if request.param == "tee":
        return TeePlayer(aloud=NullPlayer(), file=WavPlayer(tmp_path / "a.wav"))
    if not shutil.which("aplay"):
        pytest.skip("aplay is not installed: apt-get install alsa-utils")
    config = tmp_path / "asound.conf"
    config.write_text("pcm.!default { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return AlsaPlayer(device="default", volume=100, monotonic=time.monotonic)


def test_it_takes_every_chunk_and_tells_the_length(player: Player) -> None:
    drawn = []

    def speech() -> Iterator[SpeechChunk]:
        for number in range(5):
            drawn.append(number)
            yield chunk(RATE // 10, number)

    played = player.play(speech())
    assert drawn == [0, 1, 2, 3, 4]
    assert played.complete
    assert played.seconds == pytest.approx(0.5)


def test_a_speech_without_a_chunk_plays_nothing(player: Player) -> None:
    played = player.play([])
    assert (played.seconds, played.complete) == (0.0, True)


def test_it_plays_again_after_it_has_played(player: Player) -> None:
    assert player.play([chunk(100)]).complete
    assert player.play([chunk(200)]).complete


def test_a_stop_ends_the_speech_and_says_that_it_was_not_all(player: Player) -> None:
    drawn = []

    def speech() -> Iterator[SpeechChunk]:
        for number in range(1000):
            drawn.append(number)
            if number == 3:
                player.stop()
            yield chunk(100)

    assert not player.play(speech()).complete
    assert len(drawn) < 20


def test_a_stop_while_nothing_plays_has_no_effect(player: Player) -> None:
    player.stop()
    assert player.play([chunk(100)]).complete


def test_the_lead_in_is_never_negative(player: Player) -> None:
    assert player.lead_in_seconds() >= 0


def test_a_wav_file_holds_every_sample_and_nothing_else(tmp_path: Path) -> None:
    WavPlayer(tmp_path / "a.wav").play([chunk(1000), chunk(500)])
    with wave.open(str(tmp_path / "a.wav")) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    assert np.array_equal(data, np.concatenate([chunk(1000).pcm, chunk(500).pcm]))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_wav_file_that_was_stopped_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"before")
    player = WavPlayer(tmp_path / "a.wav")

    def speech() -> Iterator[SpeechChunk]:
        yield chunk(10)
        player.stop()
        yield chunk(10)

    assert not player.play(speech()).complete
    assert (tmp_path / "a.wav").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_player_that_is_stopped_within_a_long_sound_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("aplay"):
        pytest.skip("aplay is not installed: apt-get install alsa-utils")
    # A device that takes nothing: what is written to it stays in the pipe until the player is stopped.
    config = tmp_path / "asound.conf"
    fifo = tmp_path / "fifo"
    config.write_text(f'pcm.!default {{ type file slave.pcm {{ type null }} file "| cat > {fifo}" format raw }}\n')
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    player = AlsaPlayer(device="default", volume=100, monotonic=time.monotonic)

    def speech() -> Iterator[SpeechChunk]:
        yield chunk(100)
        player.stop()
        yield chunk(100 * RATE)

    assert not player.play(speech()).complete
