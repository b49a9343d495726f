"""The bus and a real Mosquitto: brokers that die, come late or refuse."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from device.bus.mqtt import MOST_EVENTS, Connection, MqttBus
from device.core.types import Event, Status
from tests.mosquitto import Mosquitto, mosquitto, observer

if TYPE_CHECKING:
    from pathlib import Path

STATUS = Status(activity="idle", reason=None, queue=0, last_narration=None)


def bus_at(port: int, *, username: str | None = None, password: str | None = None) -> MqttBus:
    connection = Connection(host="127.0.0.1", port=port, username=username, password=password)
    return MqttBus(connection=connection, device="frame")


def test_a_broker_that_comes_late_is_found(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    bus = bus_at(broker.port)
    bus.start()
    bus.status(STATUS)
    broker.start()
    with observer(broker.port, "frame") as watcher:
        watcher.wait_for("availability", "online")
        watcher.wait(lambda messages: any(name == "state" for name, _, _ in messages))
    bus.stop()
    broker.stop()


def test_a_stop_ends_the_connection_whenever_it_comes(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with mosquitto(tmp_path) as broker:
        for _ in range(30):
            bus = bus_at(broker.port)
            bus.start()
            bus.stop()
    assert set(threading.enumerate()) <= before


def test_a_broker_that_forgot_everything_is_told_again(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        bus = bus_at(broker.port)
        bus.start()
        bus.status(STATUS)
        with observer(broker.port, "frame") as watcher:
            watcher.wait(lambda messages: any(name == "state" for name, _, _ in messages))
        broker.stop()
        bus.event(Event(event_type="described", fields={"faces": 3}))
        broker.start()
        with observer(broker.port, "frame") as watcher:
            watcher.wait(lambda messages: {name for name, _, _ in messages} >= {"availability", "state"})
        bus.stop()


def test_events_without_a_broker_are_bounded_and_the_oldest_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Mosquitto(tmp_path)
    bus = bus_at(broker.port)
    for number in range(MOST_EVENTS + 5):
        bus.event(Event(event_type="described", fields={"number": number}))
    assert caplog.text.count("an event was dropped") == 5
    broker.start()
    with observer(broker.port, "frame") as watcher:
        bus.start()
        messages = watcher.wait(lambda heard: sum(name == "event" for name, _, _ in heard) >= MOST_EVENTS)
    bus.stop()
    broker.stop()
    events = [payload for name, payload, _ in messages if name == "event"]
    assert events[0] == '{"event_type":"described","number":5}'
    assert len(events) == MOST_EVENTS


CHILD = (
    "import sys; from device.bus.mqtt import Connection, MqttBus\n"
    "MqttBus(connection=Connection(host='127.0.0.1', port=int(sys.argv[1])), device='frame').start(); input()"
)


def test_a_process_that_is_killed_leaves_its_will(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path) as broker,
        observer(broker.port, "frame") as watcher,
        subprocess.Popen([sys.executable, "-c", CHILD, str(broker.port)], stdin=subprocess.PIPE) as child,
    ):
        watcher.wait_for("availability", "online")
        child.send_signal(signal.SIGKILL)
        watcher.wait_for("availability", "offline")


def test_a_wrong_password_is_told_once_and_never_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    if not shutil.which("mosquitto_passwd"):
        pytest.skip("mosquitto_passwd is not installed: apt-get install mosquitto")
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "frame", "right"], check=True)
    told = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - the signature is logging's
            told.set()

    handler = Handler()
    logging.getLogger("device.bus.mqtt").addHandler(handler)
    with mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}") as broker:
        wrong = bus_at(broker.port, username="frame", password="wrong-secret")  # noqa: S106 - of the test alone
        wrong.start()
        assert told.wait(30)
        wrong.stop()
    logging.getLogger("device.bus.mqtt").removeHandler(handler)
    assert "Not authorized" in caplog.text
    assert "wrong-secret" not in caplog.text
