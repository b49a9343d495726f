"""A description goes out as the voice gave it, in each persona: through real ALSA into a file, sample by sample."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.playback.sinks import sink_for
from device.playback.stream import StreamPlayer
from device.voice.personas import Personas
from tests import factories
from tests.locations import synthesiser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Pcm, SpeechChunk
    from device.voice.synthesiser import EngineSynthesiser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("aplay"), reason="aplay is not installed: apt-get install alsa-utils"),
]

SENTENCES = (
    "I see three people in this photo.",
    "Good morning.",
    "The one on the left smiles, and looks at the camera.",
    "Nobody else is there.",
    "It was taken on a bright day in autumn.",
)

LONGEST_PERIOD_SECONDS = 0.125
"""A quarter of the half second that the player and aplay ask a card to hold."""


@pytest.fixture
def captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the default device of ALSA writes into."""
    sound, config = tmp_path / "captured.raw", tmp_path / "asound.conf"
    config.write_text(
        f'pcm.!default {{ type file slave.pcm {{ type null }} file "{sound}" format "raw" }}\n', encoding="utf-8"
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return sound


@pytest.fixture(scope="module")
def voice() -> EngineSynthesiser:
    return synthesiser(noise=True)


@pytest.mark.parametrize("device", ["default", "aplay:default"])
@pytest.mark.parametrize("persona", Personas.load().names)
def test_five_sentences_are_in_the_file_as_the_voice_gave_them(
    captured: Path, voice: EngineSynthesiser, persona: str, device: str
) -> None:
    made: list[Pcm] = []

    def speech() -> Iterator[SpeechChunk]:
        for chunk in voice.synthesise([factories.utterance(text, persona=persona) for text in SENTENCES]):
            made.append(chunk.pcm)
            yield chunk

    player = StreamPlayer(sink_for(device), volume=100, monotonic=time.monotonic)
    lead_in = round(player.lead_in_seconds() * voice.sample_rate)
    played = player.play(speech())
    given, heard = np.concatenate(made), np.frombuffer(captured.read_bytes(), "<i2")
    assert played.complete
    assert played.seconds == pytest.approx(len(given) / voice.sample_rate)
    assert len(given) > 5 * voice.sample_rate, "five sentences"
    assert not heard[:lead_in].any()
    sound, silence = np.split(heard[lead_in:], [len(given)])
    assert np.array_equal(sound, given), "each sample once, from the first to the last"
    assert not silence.any()
    assert len(silence) <= LONGEST_PERIOD_SECONDS * voice.sample_rate + 1
