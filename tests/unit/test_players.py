"""Who plays in the daemon: one loudspeaker for all, or a file for each job, with a safe name."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from device.app.players import Loudspeaker, WavFiles, wav_name
from device.core.types import Job, SpeechChunk
from device.playback.null import NullPlayer

CHUNKS = [SpeechChunk(pcm=np.ones(100, np.int16), sample_rate=100, utterance=0)] * 3


class Amplifier(NullPlayer):
    """Knows how loud it is."""

    percent = 100

    def set_volume(self, percent: int) -> None:
        self.percent = percent


def job(number: int = 7, name: str = "a.jpg") -> Job:
    return Job(id=number, path=Path("x"), name=name, sha256="0", state="working", attempts=1, reason=None)


def test_all_jobs_are_heard_on_the_one_loudspeaker_which_is_as_loud_as_it_is_told() -> None:
    amplifier = Amplifier()
    players = Loudspeaker(amplifier)
    assert players.player_for(job(1)) is players.player_for(job(2)) is amplifier
    players.set_volume(30)
    assert amplifier.percent == 30


def test_each_job_has_a_file_of_its_own_in_the_folder(tmp_path: Path) -> None:
    players = WavFiles(tmp_path)
    players.set_volume(0)
    for number in (1, 2):
        played = players.player_for(job(number)).play(CHUNKS)
        assert (played.seconds, played.complete) == (3, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001-a.wav", "000002-a.wav"]
    with wave.open(str(tmp_path / "000001-a.wav")) as sound:
        assert np.frombuffer(sound.readframes(300), np.int16).tolist() == [1] * 300


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b$(c).jpg", "\n.jpg", "größe.jpg", "x" * 300, ""])
def test_a_sound_file_is_named_after_its_photo_and_stays_in_its_folder(name: str) -> None:
    made = wav_name(job(name=name))
    assert made.startswith("000007-")
    assert made.endswith(".wav")
    assert "/" not in made
    assert made.isprintable()
    assert len(made) < 80


def test_a_sound_file_of_a_long_name_in_any_script_fits_a_file_system() -> None:
    assert len(wav_name(job(name="写" * 300)).encode()) < 255
