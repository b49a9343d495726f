"""A real Mosquitto for a test, and somebody who listens to it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

WAIT_SECONDS = 30.0

ACCEPTING_STEPS = 10
"""More than a loop needs from a connection that it accepts to the task that serves it."""


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
            # A photo is not shown: it would hide all else where a test fails.
            text = message.payload.decode() if message.payload.isascii() or name != "set" else "a photo"
            self.messages.append((name, text, message.retain))
            self._news.notify_all()


@contextmanager
def observer(port: int, device: str) -> Iterator[Observer]:
    watcher = Observer(port, device)
    try:
        yield watcher
    finally:
        watcher.close()


def remember(tasks: set[asyncio.Task[Any]]) -> None:
    """The task that calls is waited for at the end."""
    task = asyncio.current_task()
    assert task
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def ended(*writers: asyncio.StreamWriter) -> None:
    """They are closed, and the loop has let them go: what is left to a loop that ends is told as a leak."""
    for writer in writers:
        writer.transport.abort()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def over(server: asyncio.Server, serving: set[asyncio.Task[Any]], cut: Callable[[], None]) -> None:
    """Nobody is let in any more, and who was let in has gone: also who came at this very moment.

    A connection that asyncio has accepted and not yet wrapped when its server closes is left open for good: so at first
    nobody more is accepted, then who was is waited for, and then the server closes.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(ACCEPTING_STEPS):
        await asyncio.sleep(0)
    server.close()
    while serving:
        cut()
        await asyncio.wait(serving, timeout=0.1)


class Relay:
    """Stands between a device and its broker, for the loop alone: it can cut, and withhold what the broker says."""

    def __init__(self, broker_port: int) -> None:
        self.port = 0
        self._broker_port = broker_port
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._talks = asyncio.Event()
        self._talks.set()

    def silence(self) -> None:
        """From now on the device hears nothing; what it says arrives."""
        self._talks.clear()

    def cut(self) -> None:
        """All connections break, without a word from either side; the next ones are whole."""
        for writer in self._open:
            writer.transport.abort()
        self._talks.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        remember(self._serving)
        ends = {writer}
        try:
            from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
            ends.add(to_broker)
            self._open |= ends
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, to_broker, ends))
                both.create_task(self._pass_on(from_broker, writer, ends, self._talks))
        except ConnectionError:
            # There is no broker.
            pass
        finally:
            self._open -= ends
            await ended(*ends)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: set[asyncio.StreamWriter],
        when: asyncio.Event | None = None,
    ) -> None:
        try:
            while data := await reader.read(65536):
                if when is not None:
                    await when.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            for end in ends:
                end.close()


@asynccontextmanager
async def relay(broker_port: int) -> AsyncIterator[Relay]:
    between = Relay(broker_port)
    async with await asyncio.start_server(between.serve, "127.0.0.1", 0) as server:
        between.port = server.sockets[0].getsockname()[1]
        try:
            yield between
        finally:
            await over(server, between._serving, between.cut)


class Scripted:
    """A broker that gives each connection the same answers, one for each packet, and then is silent.

    For the loop alone. It remembers the first packet of each. An answer of None closes the connection.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.port = 0
        self.connects: list[bytes] = []
        self.reached = asyncio.Event()
        self._answers = answers
        self._serving: set[asyncio.Task[Any]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def versions(self) -> list[int]:
        """What each connection asked for: 5, or 4 for MQTT 3.1.1."""
        return [packet[packet.index(b"MQTT") + 4] for packet in self.connects]

    def cut(self) -> None:
        """All connections break."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        remember(self._serving)
        self._writers.append(writer)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connects.append(await reader.read(4096))
        self.reached.set()
        for number, answer in enumerate(self._answers):
            if number:
                await reader.read(4096)
            if answer is None:
                return
            writer.write(answer)
        while await reader.read(4096):
            pass


@asynccontextmanager
async def scripted(*answers: bytes | None) -> AsyncIterator[Scripted]:
    broker = Scripted(*answers)
    async with await asyncio.start_server(broker.serve, "127.0.0.1", 0) as server:
        broker.port = server.sockets[0].getsockname()[1]
        try:
            yield broker
        finally:
            await over(server, broker._serving, broker.cut)
