"""The daemon in emulation, as a real process with a real Mosquitto."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import uuid
import wave
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from device.app.wiring import PHOTOS
from tests.command import VOXFRAME, voxframe
from tests.mosquitto import Mosquitto, free_port, mosquitto, observer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


class Daemon:
    """What a test needs to start one: its name, its configuration, its state folder."""

    def __init__(self, tmp_path: Path, port: int) -> None:
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        self.state = tmp_path / "state"
        self.photos = tmp_path / "photos"
        self.photos.mkdir()
        self.config = tmp_path / "voxframe.toml"
        self.config.write_text(
            f'[device]\nname = "{self.name}"\n[capture]\nfolder = "photos"\ninterval = 0\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n'
        )

    def add(self, name: str) -> None:
        shutil.copy(PHOTOS / name, self.photos / f".{name}")
        (self.photos / f".{name}").rename(self.photos / name)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [VOXFRAME, "run", "--emulate", "--config", self.config],
            env=os.environ | {"VOXFRAME_STATE": str(self.state)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    (tmp_path / "broker").mkdir()
    with mosquitto(tmp_path / "broker") as running:
        yield running


def events(messages: list[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    return [json.loads(payload) for name, payload, _ in messages if name == "event"]


def is_idle_after_speaking(name: str, payload: str, _retained: object) -> bool:
    if name != "state":
        return False
    state = json.loads(payload)
    return state["activity"] == "idle" and state["last_narration"] is not None


def test_photos_are_described_spoken_and_told_to_the_house(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("apollo11_crew.jpg")
    daemon.add("hopper_navy_cap.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running() as process:
        watcher.wait_for("availability", "online")
        heard = watcher.wait(lambda messages: len(events(messages)) >= 4)
        process.send_signal(signal.SIGTERM)
        watcher.wait_for("availability", "offline")
        assert process.wait() == 0
    assert [event["event_type"] for event in events(heard)] == ["described", "spoken", "described", "spoken"]
    assert [event["faces"] for event in events(heard)[::2]] == [3, 1]
    sounds = sorted((daemon.state / "wav").iterdir())
    assert [sound.name for sound in sounds] == ["000001-apollo11_crew.wav", "000002-hopper_navy_cap.wav"]
    with wave.open(str(sounds[0])) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(events(heard)[1]["seconds"], abs=0.01)
    assert list((daemon.state / "photos").iterdir()) == []
    assert sorted(path.name for path in daemon.photos.iterdir()) == ["apollo11_crew.jpg", "hopper_navy_cap.jpg"]


def test_state_and_last_stay_for_who_comes_later(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("apollo11_crew.jpg")
    with daemon.running() as process:
        with observer(broker.port, daemon.name) as watcher:
            watcher.wait(lambda messages: len(events(messages)) >= 2)
            watcher.wait(
                lambda messages: any(
                    name == "state"
                    and json.loads(payload)["activity"] == "idle"
                    and json.loads(payload)["last_narration"]
                    for name, payload, _ in messages
                )
            )
        with observer(broker.port, daemon.name) as later:
            heard = later.wait(lambda messages: {name for name, _, _ in messages} >= {"availability", "state", "last"})
        process.send_signal(signal.SIGTERM)
        process.wait()
    retained = {name: payload for name, payload, kept in heard if kept}
    assert retained["availability"] == "online"
    state, last = json.loads(retained["state"]), json.loads(retained["last"])
    assert (state["activity"], state["reason"], state["queue"]) == ("idle", None, 0)
    assert len(last["faces"]) == 3
    assert state["last_narration"] == " ".join(each["text"] for each in last["narration"])
    assert last["audio"]["seconds"] > 1
    assert "apollo" not in retained["last"]


def test_a_kill_leaves_the_will(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running() as process:
        watcher.wait_for("availability", "online")
        process.send_signal(signal.SIGKILL)
        watcher.wait_for("availability", "offline")


def test_without_the_broker_photos_are_described_all_the_same(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, free_port())
    daemon.add("hopper_navy_cap.jpg")
    told = []
    with daemon.running() as process:
        for line in process.stderr or ():
            told.append(line)
            if "photo 1 was spoken" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert any("no broker at 127.0.0.1" in line for line in told)
    assert (daemon.state / "wav" / "000001-hopper_navy_cap.wav").exists()


def test_a_photo_that_cannot_be_read_is_set_aside_and_the_next_one_is_described(
    tmp_path: Path, broker: Mosquitto
) -> None:
    daemon = Daemon(tmp_path, broker.port)
    (daemon.photos / "a.jpg").write_bytes((PHOTOS / "hopper_navy_cap.jpg").read_bytes()[:9000])
    daemon.add("hopper_navy_cap.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait(lambda messages: any(is_idle_after_speaking(*message) for message in messages))
        heard = watcher.wait(lambda messages: len(events(messages)) >= 3)
    assert [event["event_type"] for event in events(heard)] == ["failed", "described", "spoken"]
    assert events(heard)[0]["reason"] == "broken"
    assert list((daemon.state / "photos").iterdir()) == []


def test_a_second_daemon_for_the_same_state_says_so(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        done = voxframe(
            "run", "--emulate", "--config", daemon.config, environment={"VOXFRAME_STATE": str(daemon.state)}
        )
    assert done.returncode == 2
    assert "another voxframe run uses" in done.stderr


def test_a_daemon_without_a_source_of_photos_says_what_to_set(tmp_path: Path) -> None:
    done = voxframe("run", environment={"VOXFRAME_STATE": str(tmp_path)})
    assert done.returncode == 2
    assert '[capture] source = "replay"' in done.stderr


def test_a_state_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = voxframe("run", "--emulate", environment={"VOXFRAME_STATE": str(tmp_path / "file" / "state")})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
