"""A real Mosquitto for a test, and somebody who listens to it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_SECONDS = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Mosquitto:
    """A broker on a port of its own, without persistence; it may be stopped and started again."""

    def __init__(self, folder: Path, *lines: str) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if program is None:
            pytest.skip("mosquitto is not installed: apt-get install mosquitto")
        self.port = free_port()
        config = folder / "mosquitto.conf"
        allowed = () if any(line.startswith("allow_anonymous") for line in lines) else ("allow_anonymous true",)
        config.write_text("\n".join([f"listener {self.port} 127.0.0.1", "user root", *allowed, *lines]) + "\n")
        self._command = [program, "-c", str(config)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None:
                    pytest.fail(f"mosquitto ended with {self._process.returncode}")
            else:
                return
        pytest.fail("mosquitto did not start")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, *lines)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class Observer:
    """Remembers the last retained and the live messages of a device, and waits for what a test expects."""

    def __init__(self, port: int, device: str) -> None:
        self.messages: list[tuple[str, str, bool]] = []
        self._news = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.on_message = self._heard
        self._client.on_connect = lambda client, *_: client.subscribe(f"voxframe/{device}/#", 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def wait(self, condition: Callable[[list[tuple[str, str, bool]]], bool]) -> list[tuple[str, str, bool]]:
        """All messages (last part of the topic, payload, retained) once they fulfil the condition."""
        with self._news:
            if not self._news.wait_for(lambda: condition(self.messages), WAIT_SECONDS):
                pytest.fail(f"this is all that came: {self.messages}")
            return list(self.messages)

    def wait_for(self, topic: str, payload: str) -> None:
        self.wait(lambda messages: any((name, text) == (topic, payload) for name, text, _ in messages))

    def _heard(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        with self._news:
            name = message.topic.rsplit("/", 1)[-1]
            self.messages.append((name, message.payload.decode(), message.retain))
            self._news.notify_all()


@contextmanager
def observer(port: int, device: str) -> Iterator[Observer]:
    watcher = Observer(port, device)
    try:
        yield watcher
    finally:
        watcher.close()
