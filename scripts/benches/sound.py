"""What is heard of a description in the room: first sound, gaps, the end, a stop, two sinks, and captions in step.

usage: [VOXFRAME_SOUND_SERVER=pipewire] python -m scripts.benches.sound [ROUNDS]

The default voice speaks five sentences, as it streams, into sinks of PulseAudio (or PipeWire) that take as long as the
sound is; what comes out is recorded in stretches of 10 ms, 20 ms late at most. Each way in turn.
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

from device.app.settings import AudioSettings, Settings, VoiceSettings
from device.app.wiring import Wiring
from device.core.types import Utterance
from scripts.benches.captioned import captions_after_sound
from tests.sound_server import RATE, SINKS, SoundServer, sound_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.ports import Player, Synthesiser
    from device.core.types import Pcm, SpeechChunk

ROUNDS = 5
SENTENCES = (
    "Good morning.",
    "Two people smile at the camera.",
    "A small dog sleeps beside the warm stove.",
    "Nobody is there.",
    "The rain stopped before noon.",
)
WAYS = {
    "ALSA's plugin": AudioSettings(device="room"),
    "the sound server": AudioSettings(device="pulse:room"),
    "aplay": AudioSettings(device="aplay:room"),
    "headphones alone": AudioSettings(device="pulse:room", headphones="pulse:phones"),
    "both": AudioSettings(device="pulse:room", headphones="pulse:phones", to="both"),
}
SILENT_SECONDS = 1.0
SILENT_BELOW = 33
"""-60 dBFS."""


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        server = sound_server(Path(folder) / "server")
        os.environ.update(server.environment)
        config = Path(folder) / "asound.conf"
        config.write_text('pcm.room { type pulse device "room" }\n', encoding="utf-8")
        os.environ["ALSA_CONFIG_PATH"] = str(config)
        server.start()
        try:
            # Nothing is kept of a phrase, so that each round makes its sound.
            voice = Wiring(Settings(voice=VoiceSettings(cache_megabytes=0))).synthesiser()
            print(f"{rounds} rounds after a first; medians, and the least and the most, in milliseconds")
            for name, audio in WAYS.items():
                print(f"{name}: {_row(server, audio, voice, rounds)}", flush=True)
        finally:
            server.stop()


def _row(server: SoundServer, audio: AudioSettings, voice: Synthesiser, rounds: int) -> str:
    times: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        row = _heard(server, audio, voice) | {"silence after a stop": _stopped(server, audio, voice)}
        offsets = captions_after_sound(server, _sink(audio), _player(audio), voice, _narration())
        if number:
            for what, millis in row.items():
                times.setdefault(what, []).append(millis)
            times.setdefault("a caption after its sound", []).extend(offsets)
    return "; ".join(
        f"{what} {median(every):.0f} ({min(every):.0f} to {max(every):.0f})" for what, every in times.items()
    )


def _heard(server: SoundServer, audio: AudioSettings, voice: Synthesiser) -> dict[str, float]:
    """A whole speech; where one sink is to be silent, it is made sure that it is."""
    listeners = {sink: server.listen(sink) for sink in SINKS}
    listener, player = listeners.pop(_sink(audio)), _player(audio)
    made: list[Pcm] = []

    def speech() -> Iterator[SpeechChunk]:
        for chunk in voice.synthesise(_narration()):
            made.append(chunk.pcm)
            yield chunk

    def play() -> tuple[float, float]:
        began = time.monotonic()
        _insist(player.play(speech()).complete, "nobody stops it")
        return began, time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play)
        listener.wait_for_sound()
        first = listener.last_sound
        listener.wait_for_silence(SILENT_SECONDS)
        began, ended = playing.result()
    silence = _longest_silence(np.concatenate(made), voice.sample_rate)
    for other in listeners.values():
        other.listen_for(listener.seconds)
        _insist(bool(len(other.heard())) == (audio.to == "both"), "one sink speaks where it should be silent, or not")
    for each in (listener, *listeners.values()):
        each.close()
    return {
        "first sound": (first - began) * 1000,
        "longest silence beyond the voice's own": _longest_silence(listener.heard(), RATE) - silence,
        "play returned after the last sound": (ended - listener.last_sound) * 1000,
    }


def _stopped(server: SoundServer, audio: AudioSettings, voice: Synthesiser) -> float:
    """A speech that is stopped as soon as something of it is heard; of two sinks the one that is silent last."""
    speaking = SINKS if audio.to == "both" else (_sink(audio),)
    listeners, player = [server.listen(sink) for sink in speaking], _player(audio)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(lambda: player.play(voice.synthesise(_narration())))
        for listener in listeners:
            listener.wait_for_sound()
        asked = time.monotonic()
        player.stop()
        with ThreadPoolExecutor(len(listeners)) as ears:
            list(ears.map(lambda listener: listener.wait_for_silence(SILENT_SECONDS), listeners))
        _insist(not playing.result().complete, "it was stopped")
    for listener in listeners:
        listener.close()
    return max((listener.last_sound - asked) * 1000 for listener in listeners)


def _player(audio: AudioSettings) -> Player:
    return Wiring(Settings(audio=audio)).loudspeaker()


def _sink(audio: AudioSettings) -> str:
    """Whose position the player tells."""
    return "phones" if audio.headphones and audio.to == "auto" else "room"


def _insist(holds: bool, why: str) -> None:  # noqa: FBT001 - a sentence about a fact
    if not holds:
        raise RuntimeError(why)


def _narration() -> tuple[Utterance, ...]:
    return tuple(Utterance(speaker="narrator", text=text, language="en", because=()) for text in SENTENCES)


def _longest_silence(pcm: Pcm, rate: int) -> float:
    """Milliseconds between two samples above -60 dBFS."""
    sounding = np.flatnonzero(np.abs(pcm.astype(np.int32)) > SILENT_BELOW)
    return float(np.diff(sounding).max()) / rate * 1000


if __name__ == "__main__":
    main()
