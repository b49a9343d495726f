"""A failure is heard in the room: the real daemon and voice, through a real sound server."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.shipped import PHOTOS
from device.models.folder import models_folder
from device.playback.recording import RATE as RECORDED
from device.text.texts import Texts
from tests.command import VOXFRAME, voxframe
from tests.faults.doors import get, post
from tests.hearing import heard, recogniser, words
from tests.mosquitto import free_port
from tests.small_disk import filled, mounting, until
from tests.sound_server import RATE, SoundServer, sound_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pocketsphinx import Decoder

    from device.core.types import Pcm
    from tests.sound_server import Listener

REGRETS = ("unreadable", "disk-full", "no-voice")
PHOTO = (PHOTOS / "hopper_navy_cap.jpg").read_bytes()
CUT_SHORT = PHOTO[: len(PHOTO) // 2]
SILENT_SECONDS = 1.0


def sentence(regret: str) -> str:
    return words(Texts("en").text(f"regret-{regret}"))


@pytest.fixture(scope="module")
def ears() -> Decoder:
    return recogniser(Texts("en").text(f"regret-{regret}") for regret in REGRETS)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    made = sound_server(tmp_path_factory.mktemp("server"))
    made.start()
    yield made
    made.stop()


@dataclass
class Room:
    """A device that is heard."""

    listener: Listener
    port: int
    state: Path
    log: Path

    def next_sentence(self, ears: Decoder) -> str:
        """What is heard next, up to a second of silence."""
        self.listener.wait_for_sound()
        self.listener.wait_for_silence(SILENT_SECONDS)
        return heard(ears, self.listener.heard(), RATE)

    def reason(self) -> object:
        return get(self.port, "/api/v1/state")["reason"]


@contextmanager
def room(folder: Path, server: SoundServer, *, before: Sequence[str | Path] = (), **environment: str) -> Iterator[Room]:
    state, port, log, config = folder / "state", free_port(), folder / "log", folder / "voxframe.toml"
    state.mkdir()
    config.write_text(f'[web]\nport = {port}\n[audio]\ndevice = "pulse:room"\n[store]\nreserve_megabytes = 0.5\n')
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*before, VOXFRAME, "run", "--config", config],
            env=os.environ | server.environment | {"VOXFRAME_STATE": str(state)} | environment,
            stderr=stderr,
        )
    try:
        until(lambda: answers(port), log)
        until(lambda: get(port, "/api/v1/state")["reason"] != "starting", log)
        yield Room(server.listen("room"), port, Path(f"/proc/{process.pid}/root") / state.relative_to("/"), log)
        process.terminate()
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        return bool(get(port, "/api/v1/state"))
    except OSError:
        return False


@pytest.fixture
def no_voice(tmp_path: Path) -> str:
    """A folder of models with all of them but the voice."""
    folder = tmp_path / "models"
    folder.mkdir()
    for each in models_folder(os.environ).iterdir():
        if "joe" not in each.name:
            (folder / each.name).symlink_to(each)
    return str(folder)


@pytest.mark.parametrize("data", [b"this is no photo", CUT_SHORT], ids=["no photo", "cut short"])
def test_who_sends_what_cannot_be_read_hears_so(
    tmp_path: Path, server: SoundServer, ears: Decoder, data: bytes
) -> None:
    with room(tmp_path, server) as device:
        post(device.port, data)
        assert device.next_sentence(ears) == sentence("unreadable")


def test_who_sends_a_photo_to_a_full_disk_hears_so_and_no_job_is_there(
    tmp_path: Path, server: SoundServer, ears: Decoder
) -> None:
    with room(tmp_path, server, before=mounting(folder=tmp_path / "state")) as device:
        with filled(device.state):
            answer = post(device.port, PHOTO)
            assert (answer.status, answer.job) == (503, None)
            assert device.next_sentence(ears) == sentence("disk-full")
        assert list((device.state / "photos").iterdir()) == []


def test_a_device_without_a_voice_says_so_by_a_recording_describes_all_the_same_and_speaks_once_it_has_one(
    tmp_path: Path, server: SoundServer, ears: Decoder, no_voice: str
) -> None:
    with room(tmp_path, server, VOXFRAME_MODELS=no_voice) as device:
        assert device.reason() == "no_voice"
        answer = post(device.port, PHOTO)
        assert answer.status == 201
        assert device.next_sentence(ears) == sentence("no-voice")
        until(lambda: get(device.port, f"/api/v1/jobs/{answer.job}")["state"] == "failed", device.log)
        assert get(device.port, "/api/v1/state")["last_narration"], "it was described"
        # Somebody fetches the voice, and has it said now.
        for each in models_folder(os.environ).iterdir():
            if "joe" in each.name:
                (Path(no_voice) / each.name).symlink_to(each)
        listener = server.listen("room")
        done = voxframe("jobs", "retry", str(answer.job), environment={"VOXFRAME_STATE": str(device.state)})
        assert done.returncode == 0, done.stderr
        listener.wait_for_sound()
        until(lambda: get(device.port, f"/api/v1/jobs/{answer.job}")["state"] == "finished", device.log)
        assert device.reason() is None


def asked_aloud(folder: Path, *arguments: str | Path, **environment: str) -> tuple[int, str, Pcm]:
    """What a command that speaks ends with, complains of, and lets be heard of an ALSA device that is a file."""
    sound, config = folder / "heard.raw", folder / "asound.conf"
    config.write_text(
        f'pcm.capture {{ type file slave.pcm {{ type null }} file "{sound}" format "raw" }}\n'
        "pcm.!default { type plug slave.pcm capture }\n"
    )
    done = voxframe(*arguments, environment={"ALSA_CONFIG_PATH": str(config)} | environment)
    pcm = np.frombuffer(sound.read_bytes() if sound.exists() else b"", "<i2")
    return done.returncode, done.stderr, pcm


def test_at_the_command_line_two_bad_photos_in_a_row_are_said_once(tmp_path: Path, ears: Decoder) -> None:
    bad, worse = tmp_path / "bad.jpg", tmp_path / "worse.jpg"
    bad.write_bytes(b"this is no photo")
    worse.write_bytes(CUT_SHORT)
    status, stderr, pcm = asked_aloud(tmp_path, "describe", "--say", bad, worse)
    assert (status, stderr.count("\n")) == (3, 2)
    # Of the one that was cut short its opening is heard before.
    assert heard(ears, pcm, RATE).startswith(sentence("unreadable"))


@pytest.mark.parametrize(
    "command", [["describe", "--say", PHOTOS / "mona_lisa_painting.jpg"], ["say", "Good morning."]]
)
def test_at_the_command_line_a_missing_voice_is_said_by_a_recording(
    tmp_path: Path, ears: Decoder, no_voice: str, command: list[str | Path]
) -> None:
    status, stderr, pcm = asked_aloud(tmp_path, *command, VOXFRAME_MODELS=no_voice)
    assert (status, stderr.count("\n")) == (4, 1)
    assert heard(ears, pcm, RECORDED) == sentence("no-voice")


def test_who_did_not_ask_to_be_spoken_to_is_not(tmp_path: Path, no_voice: str) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"this is no photo")
    assert not len(asked_aloud(tmp_path, "describe", bad)[2])
    sound = tmp_path / "a.wav"
    assert not len(asked_aloud(tmp_path, "describe", bad, "--wav", sound, VOXFRAME_MODELS=no_voice)[2])
