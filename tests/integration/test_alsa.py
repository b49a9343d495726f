"""Through real ALSA, into a file: every sample arrives, the first syllable whole, and trouble is one line."""

from __future__ import annotations

import shutil
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingDeviceError
from device.core.types import SpeechChunk
from device.pipeline.turn import AHEAD_SECONDS
from device.playback import aplay
from device.playback.sinks import sink_for
from device.playback.stream import AWAKE_SECONDS, LEAD_IN_SECONDS, StreamPlayer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = 22050

DEVICES = pytest.mark.parametrize("device", ["default", "aplay:default"])
"""By ALSA's library, and by its command."""

pytestmark = pytest.mark.skipif(not shutil.which("aplay"), reason="aplay is not installed: apt-get install alsa-utils")


@pytest.fixture
def captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ALSA configuration of its own, whose default device writes into this file."""
    sound = tmp_path / "captured.raw"
    config = tmp_path / "asound.conf"
    config.write_text(
        f'pcm.capture {{ type file slave.pcm {{ type null }} file "{sound}" format "raw" }}\n'
        "pcm.!default { type plug slave.pcm capture }\n"
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return sound


def loudspeaker(device: str, *, volume: int = 100, monotonic: Callable[[], float] = lambda: 0.0) -> StreamPlayer:
    return StreamPlayer(sink_for(device), volume=volume, monotonic=monotonic)


def sentences() -> list[SpeechChunk]:
    random = np.random.default_rng(1)
    return [
        SpeechChunk(
            pcm=random.integers(-20000, 20000, 3000 + 701 * number).astype(np.int16),
            sample_rate=RATE,
            utterance=number,
        )
        for number in range(5)
    ]


@DEVICES
def test_five_sentences_arrive_whole_after_the_lead_in(captured: Path, device: str) -> None:
    player = loudspeaker(device)
    lead_in = round(player.lead_in_seconds() * RATE)
    assert lead_in == round(LEAD_IN_SECONDS * RATE)
    assert player.play(sentences()).complete
    heard = np.frombuffer(captured.read_bytes(), "<i2")
    expected = np.concatenate([chunk.pcm for chunk in sentences()])
    assert not heard[:lead_in].any()
    assert np.array_equal(heard[lead_in : lead_in + len(expected)], expected)
    assert not heard[lead_in + len(expected) :].any()


@DEVICES
def test_an_amplifier_that_is_awake_gets_no_lead_in(captured: Path, device: str) -> None:
    now = [0.0]
    player = loudspeaker(device, monotonic=lambda: now[0])
    player.play(sentences())
    captured.unlink()
    now[0] += AWAKE_SECONDS / 2
    assert player.lead_in_seconds() == 0
    player.play(sentences())
    assert np.array_equal(np.frombuffer(captured.read_bytes(), "<i2")[:3000], sentences()[0].pcm)
    now[0] += AWAKE_SECONDS
    assert player.lead_in_seconds() == LEAD_IN_SECONDS


@DEVICES
def test_the_volume_is_obeyed(captured: Path, device: str) -> None:
    loudspeaker(device, volume=50).play(sentences())
    heard = np.frombuffer(captured.read_bytes(), "<i2")[round(LEAD_IN_SECONDS * RATE) :][:3000]
    assert np.abs(heard - sentences()[0].pcm / 2).max() <= 0.5


@pytest.mark.parametrize("way", ["", "aplay:"])
def test_a_device_that_is_not_there_is_one_line(captured: Path, way: str) -> None:
    with pytest.raises(MissingDeviceError, match="the sound device kitchen does not play") as caught:
        loudspeaker(f"{way}kitchen").play(sentences())
    assert "\n" not in str(caught.value)
    assert not captured.exists()


@pytest.mark.parametrize("way", ["", "aplay:"])
def test_whether_a_device_is_there_is_known_before_it_is_played_to(captured: Path, way: str) -> None:
    assert not loudspeaker(f"{way}kitchen").is_there()
    assert loudspeaker(f"{way}default").is_there()
    assert not captured.exists() or not any(captured.read_bytes()), "nothing but silence"


def test_aplay_is_not_handed_more_ahead_than_a_sentence_that_counts_as_heard_lies_behind(
    captured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aplay, "time", SimpleNamespace(monotonic=lambda: 5.0))
    sink = sink_for("aplay:default").open(RATE)
    piece, handed = np.ones(RATE // 20, np.int16), 0
    while taken := sink.write(piece):
        handed += taken
        assert handed / RATE < AHEAD_SECONDS
    sink.finish(threading.Event())
    sink.close()
    assert np.count_nonzero(np.frombuffer(captured.read_bytes(), "<i2")) == handed


def test_a_missing_aplay_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MissingDeviceError, match="apt-get install alsa-utils"):
        loudspeaker("aplay:default").play(sentences())


def test_a_card_that_has_no_single_channel_is_asked_through_plug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, config = tmp_path / "captured.raw", tmp_path / "asound.conf"
    config.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm.captured {{ type file slave.pcm {{ type null }} file "{sound}" format "raw" }}\n'
        "pcm.stereo { type multi slaves.a { pcm captured channels 2 }\n"
        "  bindings.0 { slave a channel 0 } bindings.1 { slave a channel 1 } }\n"
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    assert loudspeaker("stereo").play(sentences()).complete
    left, right = np.frombuffer(sound.read_bytes(), "<i2").reshape(-1, 2).T
    assert np.array_equal(left, right)
    lead_in = round(LEAD_IN_SECONDS * RATE)
    assert np.array_equal(left[lead_in : lead_in + 3000], sentences()[0].pcm)


def test_a_device_that_somebody_else_has_is_one_line_and_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "asound.conf"
    config.write_text("pcm.!default { type hw card 99 }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    with pytest.raises(MissingDeviceError, match="the sound device default does not play"):
        loudspeaker("default").reach(RATE)
