"""The daemon's end ends the sound too, whenever it comes; and sound files have safe names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.app.players import Players, wav_name
from device.core.types import Job, SpeechChunk
from device.playback.null import NullPlayer

CHUNKS = [SpeechChunk(pcm=np.ones(100, np.int16), sample_rate=100, utterance=0)] * 3


def job(name: str = "a.jpg") -> Job:
    return Job(id=7, path=Path("x"), name=name, sha256="0", state="working", attempts=1, reason=None)


def test_a_job_is_played_whole() -> None:
    player = Players(lambda _: NullPlayer()).player_for(job())
    played = player.play(CHUNKS)
    assert (played.seconds, played.complete) == (3, True)
    assert player.lead_in_seconds() == 0


def test_a_stop_before_the_first_sample_is_not_lost() -> None:
    players = Players(lambda _: NullPlayer())
    player = players.player_for(job())
    players.stop()
    played = player.play(CHUNKS)
    assert (played.seconds, played.complete) == (0, False)


def test_nothing_begins_after_the_end() -> None:
    players = Players(lambda _: NullPlayer())
    players.stop()
    assert not players.player_for(job()).play(CHUNKS).complete


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b$(c).jpg", "\n.jpg", "größe.jpg", "x" * 300, ""])
def test_a_sound_file_is_named_after_its_photo_and_stays_in_its_folder(name: str) -> None:
    made = wav_name(job(name))
    assert made.startswith("000007-")
    assert made.endswith(".wav")
    assert "/" not in made
    assert made.isprintable()
    assert len(made) < 80
