"""What is heard of a description in the room: first sound, gaps between sentences, the end, and a stop.

usage: python -m scripts.benches.sound [ROUNDS]

The default voice speaks five sentences, as it streams, into a sink of PulseAudio that takes as long as the sound is;
its monitor is recorded in stretches of 10 ms, 20 ms late at most. Each way into the sink in turn.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from device.app.settings import Settings, VoiceSettings
from device.app.wiring import Wiring
from device.core.types import Utterance
from device.playback.sinks import sink_for
from device.playback.stream import StreamPlayer
from tests.sound_server import RATE, SoundServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.ports import Synthesiser
    from device.core.types import Pcm, SpeechChunk

ROUNDS = 5
SENTENCES = (
    "Good morning.",
    "Two people smile at the camera.",
    "A small dog sleeps beside the warm stove.",
    "Nobody is there.",
    "The rain stopped before noon.",
)
WAYS = {"ALSA's plugin": "room", "the simple interface": "pulse:room", "aplay": "aplay:room"}
SILENT_SECONDS = 1.0
SILENT_BELOW = 33
"""-60 dBFS."""


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        server = SoundServer(Path(folder) / "server")
        os.environ.update(server.environment)
        config = Path(folder) / "asound.conf"
        config.write_text('pcm.room { type pulse device "room" }\n', encoding="utf-8")
        os.environ["ALSA_CONFIG_PATH"] = str(config)
        server.start()
        try:
            # Nothing is kept of a phrase, so that each round makes its sound.
            voice = Wiring(Settings(voice=VoiceSettings(cache_megabytes=0))).synthesiser()
            print(f"{rounds} rounds after a first; medians, and the worst, in milliseconds")
            for name, device in WAYS.items():
                times: dict[str, list[float]] = {}
                for number in range(rounds + 1):
                    row = _heard(server, device, voice) | _stopped(server, device, voice)
                    if number:
                        for what, millis in row.items():
                            times.setdefault(what, []).append(millis)
                said = (f"{what} {median(every):.0f} ({max(every):.0f})" for what, every in times.items())
                print(f"{name}: {'; '.join(said)}")
        finally:
            server.stop()


def _heard(server: SoundServer, device: str, voice: Synthesiser) -> dict[str, float]:
    """A whole speech."""
    listener = server.listen("room")
    made: list[Pcm] = []

    def speech() -> Iterator[SpeechChunk]:
        for chunk in voice.synthesise(_narration()):
            made.append(chunk.pcm)
            yield chunk

    def play() -> tuple[float, float]:
        began = time.monotonic()
        assert _player(device).play(speech()).complete  # noqa: S101 - nobody stops it
        return began, time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play)
        listener.wait_for_sound()
        first = listener.last_sound
        listener.wait_for_silence(SILENT_SECONDS)
        began, ended = playing.result()
    return {
        "first sound": (first - began) * 1000,
        "longest silence beyond the voice's own": _longest_silence(listener.heard(), RATE)
        - _longest_silence(np.concatenate(made), voice.sample_rate),
        "play returned after the last sound": (ended - listener.last_sound) * 1000,
    }


def _stopped(server: SoundServer, device: str, voice: Synthesiser) -> dict[str, float]:
    """A speech that is stopped as soon as something of it is heard."""
    listener, player = server.listen("room"), _player(device)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(lambda: player.play(voice.synthesise(_narration())))
        listener.wait_for_sound()
        asked = time.monotonic()
        player.stop()
        listener.wait_for_silence(SILENT_SECONDS)
        assert not playing.result().complete  # noqa: S101 - it was stopped
    return {"silence after a stop": (listener.last_sound - asked) * 1000}


def _player(device: str) -> StreamPlayer:
    return StreamPlayer(sink_for(device), volume=100, monotonic=time.monotonic)


def _narration() -> tuple[Utterance, ...]:
    return tuple(Utterance(speaker="narrator", text=text, language="en", because=()) for text in SENTENCES)


def _longest_silence(pcm: Pcm, rate: int) -> float:
    """Milliseconds between two samples above -60 dBFS."""
    sounding = np.flatnonzero(np.abs(pcm.astype(np.int32)) > SILENT_BELOW)
    return float(np.diff(sounding).max()) / rate * 1000


if __name__ == "__main__":
    main()
