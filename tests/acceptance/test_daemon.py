"""The daemon in emulation, as a real process with a real Mosquitto."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import wave
from typing import TYPE_CHECKING

import pytest

from device.app.shipped import PHOTOS
from tests.command import voxframe
from tests.daemon import Daemon, events, put, state_is, states, told
from tests.mosquitto import Mosquitto, free_port, mosquitto, observer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.daemon import Messages

pytestmark = pytest.mark.slow

PORTRAIT = PHOTOS / "hopper_navy_cap.jpg"
CREW = PHOTOS / "apollo11_crew.jpg"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    (tmp_path / "broker").mkdir()
    with mosquitto(tmp_path / "broker") as running:
        yield running


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
    assert told(heard) == [("described", 1), ("spoken", 1), ("described", 2), ("spoken", 2)]
    assert [event["faces"] for event in events(heard)[::2]] == [3, 1]
    assert daemon.sounds() == ["000001-apollo11_crew.wav", "000002-hopper_navy_cap.wav"]
    with wave.open(str(daemon.state / "wav" / "000001-apollo11_crew.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(events(heard)[1]["seconds"], abs=0.01)
    assert list((daemon.state / "photos").iterdir()) == []
    assert sorted(path.name for path in daemon.photos.iterdir()) == ["apollo11_crew.jpg", "hopper_navy_cap.jpg"]


def test_state_and_last_stay_for_who_comes_later(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("apollo11_crew.jpg")
    with daemon.running() as process:
        with observer(broker.port, daemon.name) as watcher:
            watcher.wait(lambda messages: len(events(messages)) >= 2 and state_is(messages, "idle"))
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
    said = []
    with daemon.running() as process:
        for line in process.stderr or ():
            said.append(line)
            if "photo 1 was spoken" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert any("no broker at 127.0.0.1" in line for line in said)
    assert daemon.sounds() == ["000001-hopper_navy_cap.wav"]


def test_what_happened_without_the_broker_is_told_when_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker")
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("hopper_navy_cap.jpg")
    try:
        with daemon.running() as process:
            assert process.stderr is not None
            while "photo 1 was spoken" not in process.stderr.readline():
                pass
            broker.start()
            with observer(broker.port, daemon.name) as watcher:
                watcher.wait(lambda messages: told(messages)[-2:] == [("described", 1), ("spoken", 1)])
    finally:
        broker.stop()


def test_a_photo_that_cannot_be_read_is_set_aside_and_the_next_one_is_described(
    tmp_path: Path, broker: Mosquitto
) -> None:
    daemon = Daemon(tmp_path, broker.port)
    (daemon.photos / "a.jpg").write_bytes(PORTRAIT.read_bytes()[:9000])
    daemon.add("hopper_navy_cap.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        heard = watcher.wait(lambda messages: len(events(messages)) >= 3 and state_is(messages, "idle"))
    assert told(heard) == [("failed", 1), ("described", 2), ("spoken", 2)]
    assert events(heard)[0]["reason"] == "broken"
    assert list((daemon.state / "photos").iterdir()) == []


def test_a_folder_that_is_replayed_is_not_spoken_again_after_a_restart(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("hopper_navy_cap.jpg", named="a.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running() as process:
        watcher.wait(lambda messages: ("spoken", 1) in told(messages))
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    daemon.add("apollo11_crew.jpg", named="b.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        heard = watcher.wait(lambda messages: any(each == "spoken" for each, _ in told(messages)))
    assert told(heard) == [("described", 2), ("spoken", 2)]
    assert daemon.sounds() == ["000001-a.wav", "000002-b.wav"]


def test_a_photo_comes_by_mqtt_and_the_same_one_again_is_not_described_again(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        for photo in (PORTRAIT, PORTRAIT, CREW):
            daemon.send("photo/set", photo.read_bytes())
        heard = watcher.wait(lambda messages: ("spoken", 2) in told(messages) and state_is(messages, "idle"))
    assert told(heard) == [("described", 1), ("spoken", 1), ("described", 2), ("spoken", 2)]
    assert daemon.sounds() == ["000001-mqtt.wav", "000002-mqtt.wav"]


def test_what_was_sent_while_the_device_was_away_is_described_when_it_is_back(
    tmp_path: Path, broker: Mosquitto
) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher:
        with daemon.running():
            watcher.wait_for("availability", "online")
        watcher.wait_for("availability", "offline")
        daemon.send("photo/set", PORTRAIT.read_bytes())
        with daemon.running():
            watcher.wait(lambda messages: told(messages) == [("described", 1), ("spoken", 1)])


def test_a_photo_comes_by_http(tmp_path: Path, broker: Mosquitto) -> None:
    port = free_port()
    daemon = Daemon(tmp_path, broker.port, f"[web]\nport = {port}\n")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/api/v1/photos", PORTRAIT.read_bytes(), {"Content-Type": "image/jpeg"})
        answer = connection.getresponse()
        assert answer.status == 201
        answer.read()
        where = answer.headers["Location"]
        assert where == "/api/v1/jobs/1"
        watcher.wait(lambda messages: told(messages) == [("described", 1), ("spoken", 1)])
        connection.request("GET", where)
        job = json.loads(connection.getresponse().read())
        connection.close()
    assert job["source"] == "upload"
    assert len(job["described"]["faces"]) == 1


def test_a_photo_comes_by_the_inbox_and_is_taken_out_of_it(tmp_path: Path, broker: Mosquitto) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    daemon = Daemon(tmp_path, broker.port, '[web]\nport = 0\n[inbox]\nfolder = "inbox"\n')
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        put(PORTRAIT, inbox / "grandmother.jpg")
        watcher.wait(lambda messages: told(messages) == [("described", 1), ("spoken", 1)])
    assert list(inbox.iterdir()) == []
    assert daemon.sounds() == ["000001-grandmother.wav"]


def test_nothing_is_spoken_in_a_pause_not_after_a_restart_either_and_all_of_it_afterwards(
    tmp_path: Path, broker: Mosquitto
) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running() as process:
        watcher.wait(lambda messages: state_is(messages, "idle"))
        daemon.command("pause")
        watcher.wait(lambda messages: state_is(messages, "paused"))
        daemon.send("photo/set", PORTRAIT.read_bytes())
        watcher.wait(lambda messages: states(messages)[-1]["queue"] == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        watcher.wait(lambda messages: state_is(messages, "paused") and states(messages)[-1]["queue"] == 1)
        assert events(watcher.messages) == []
        daemon.command("resume")
        heard = watcher.wait(lambda messages: ("spoken", 1) in told(messages) and state_is(messages, "idle"))
    assert told(heard) == [("described", 1), ("spoken", 1)]
    assert daemon.sounds() == ["000001-mqtt.wav"]


def test_a_stop_ends_what_is_spoken_and_the_next_photo_is_spoken(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        daemon.send("photo/set", CREW.read_bytes())
        watcher.wait(lambda messages: state_is(messages, "speaking"))
        daemon.command("stop")
        watcher.wait(lambda messages: state_is(messages, "idle") and ("described", 1) in told(messages))
        daemon.send("photo/set", PORTRAIT.read_bytes())
        heard = watcher.wait(lambda messages: ("spoken", 2) in told(messages))
    assert told(heard) == [("described", 1), ("described", 2), ("spoken", 2)]
    assert daemon.sounds() == ["000002-mqtt.wav"]


def test_softer_down_to_nothing_is_muted_and_louder_is_heard_again(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port, "[web]\nport = 0\n[audio]\nvolume = 10\n")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait(lambda messages: state_is(messages, "idle"))
        daemon.command("softer")
        watcher.wait(lambda messages: state_is(messages, "idle", "muted"))
        daemon.send("photo/set", PORTRAIT.read_bytes())
        watcher.wait(lambda messages: told(messages) == [("described", 1)] and state_is(messages, "idle", "muted"))
        daemon.command("louder")
        watcher.wait(lambda messages: state_is(messages, "idle"))
        daemon.send("photo/set", CREW.read_bytes())
        heard = watcher.wait(lambda messages: ("spoken", 2) in told(messages))
    assert ("spoken", 1) not in told(heard)


def test_a_command_that_lies_on_the_broker_from_before_is_not_obeyed(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.command("pause", retain=True)
    daemon.add("hopper_navy_cap.jpg")
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        heard = watcher.wait(lambda messages: ("spoken", 1) in told(messages) and state_is(messages, "idle"))
    assert not any(state["activity"] == "paused" for state in states(heard))


def test_forget_takes_back_what_the_broker_keeps(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    daemon.add("hopper_navy_cap.jpg")

    def forgotten(messages: Messages) -> bool:
        last = [payload for name, payload, _ in messages if name == "last"]
        return last[-1:] == ["{}"] and states(messages)[-1]["last_narration"] is None

    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait(lambda messages: ("spoken", 1) in told(messages) and state_is(messages, "idle"))
        daemon.command("forget")
        watcher.wait(forgotten)
        with observer(broker.port, daemon.name) as later:
            later.wait(forgotten)


def test_a_second_daemon_for_the_same_state_says_so(tmp_path: Path, broker: Mosquitto) -> None:
    daemon = Daemon(tmp_path, broker.port)
    with observer(broker.port, daemon.name) as watcher, daemon.running():
        watcher.wait_for("availability", "online")
        done = daemon.asked("run", "--emulate")
    assert done.returncode == 2
    assert "another voxframe run uses" in done.stderr


def test_a_daemon_without_any_door_says_what_to_set(tmp_path: Path) -> None:
    config = tmp_path / "voxframe.toml"
    config.write_text("[web]\nport = 0\n")
    done = voxframe("run", "--config", config, environment={"VOXFRAME_STATE": str(tmp_path / "state")})
    assert done.returncode == 2
    for door in ('[capture] source = "replay"', "[inbox] folder", "[web] port", "[mqtt] host"):
        assert door in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "state").exists()


def test_a_token_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    config = tmp_path / "voxframe.toml"
    config.write_text(f'[web]\nport = {free_port()}\ntoken_file = "nowhere"\n')
    done = voxframe("run", "--config", config, environment={"VOXFRAME_STATE": str(tmp_path / "state")})
    assert done.returncode == 2
    assert "web.token_file" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_state_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = voxframe("run", "--emulate", environment={"VOXFRAME_STATE": str(tmp_path / "file" / "state")})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_one_search_follows_a_photo_through_the_log_whatever_a_stranger_called_it(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, free_port())
    daemon.add("hopper_navy_cap.jpg", named='x" photo=7 \n<0>at=voxframe photo=1 text="\x1b[31m.jpg')
    (daemon.photos / "y\n<0>photo=1.txt").write_bytes(b"no photo, whatever it is called")
    reading, writing = os.pipe()
    status = os.fstat(writing)
    with daemon.running(writing, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}") as process:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as log:
            lines = []
            for line in log:
                lines.append(line.rstrip("\n"))
                if "photo 1 was spoken" in line:
                    process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert all(re.match(r'<[2-7]>at=[\w.]+ (photo=\d+ )?text=".*"$', line) for line in lines), lines
    assert all(line.isprintable() for line in lines)
    of_it = [line for line in lines if re.match(r"<\d>at=[\w.]+ photo=1 ", line)]
    assert of_it[0].endswith('text="photo 1 is taken in, from the camera"')
    assert "photo 1 was spoken" in of_it[-1]
    assert [line[:3] for line in of_it] == ["<6>"] * 3
    assert any(line.startswith("<4>") and "no broker at" in line for line in lines)
