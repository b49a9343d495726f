"""A daemon's run with photos through its three doors, recorded call by call, with a kill and an orderly end in it."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.doors import Door, Folder, Http, Mqtt
from tests.faults.ledger import heard
from tests.faults.listener import Listener
from tests.faults.photos import chance
from tests.faults.process import Lives
from tests.faults.trace import acts, lines, strace, unfinished_sends
from tests.mosquitto import mosquitto

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.doors import Way
    from tests.faults.trace import Act

RUN_SECONDS = 120.0
LOOK_SECONDS = 0.02

_CREATED = re.compile(rb"HTTP/1\.1 201 .*?\r\nLocation: /api/v1/jobs/(\d+)\r\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An act, and what others may rely on from its beginning on.

    Attributes:
        act: What was done.
        acknowledged: The sha256 of the photo that was said to be safe, or None.
        heard: The number of the job of which the speech began, or None.
    """

    act: Act
    acknowledged: str | None = None
    heard: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a daemon did.

    Attributes:
        root: The folder with its state folder in it.
        steps: In order, over all its lives.
        photos: How many were brought, by the door.
    """

    root: Path
    steps: tuple[Step, ...]
    photos: dict[str, int]

    @property
    def acknowledged(self) -> int:
        """How many photos were said to be safe."""
        return len({step.acknowledged for step in self.steps} - {None})


def record(folder: Path, *, each: int, seed: int, plant: str | None = None) -> Recording:
    """Bring so many photos through each of three doors, in an empty folder; half-way the daemon is killed."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: apt-get install strace")
    with ExitStack() as stack:
        (folder / "broker").mkdir()
        broker = stack.enter_context(mosquitto(folder / "broker", "max_queued_messages 0"))
        (folder / "root").mkdir()
        lives = Lives(folder, broker_port=broker.port, state=folder / "root" / "state")
        stack.callback(lives.close)
        listener = Listener(broker.port, lives.name)
        stack.callback(listener.close)
        http, mqtt = Http(lives), Mqtt(broker.port, lives.name)
        stack.callback(mqtt.close)
        ways: tuple[Way, ...] = (http, mqtt, Folder(lives.inbox, chance(seed, "copies")))
        doors = [Door(way, seed=seed, has_room=lambda _: True, most=each) for way in ways]
        logs = [folder / f"strace-{life}" for life in range(3)]
        lives.start(plant=plant, before=strace(logs[0]))
        assert listener.online.wait(RUN_SECONDS), lives.log.read_text()
        for door in doors:
            door.open()
        _wait_for(lives, len(doors) * each // 2)
        lives.kill()
        lives.start(plant=plant, before=strace(logs[1]))
        for door in doors:
            assert door.join(RUN_SECONDS), door.way.name
        _wait_for(lives, len(doors) * each - 2)
        while any(lives.inbox.iterdir()):
            time.sleep(LOOK_SECONDS)
        assert lives.stop() == 0
        lives.start(plant=plant, before=strace(logs[2]))
        assert lives.wait_until_ready()
        assert lives.stop() == 0
        names = {f"{photo.title}.jpg": sha256 for sha256, photo in doors[2].brought.items()}
        reader = _Reader(
            inbox=lives.inbox,
            speeches=lives.speeches,
            names=names,
            jobs={job: sha256 for sha256, job in http.jobs.items()},
        )
        steps = tuple(step for log in logs for step in reader.steps(log))
        return Recording(root=folder / "root", steps=steps, photos={door.way.name: len(door.brought) for door in doors})


def _wait_for(lives: Lives, speeches: int) -> None:
    """Wait until so many were heard; the kill may have taken one or two."""
    end = time.monotonic() + RUN_SECONDS
    while len(heard(lives.speeches).completed) < speeches:
        assert time.monotonic() < end, lives.log.read_text()
        time.sleep(LOOK_SECONDS)


class _Reader:
    """Makes steps of acts: knows what an acknowledgement looks like."""

    def __init__(self, *, inbox: Path, speeches: Path, names: dict[str, str], jobs: dict[int, str]) -> None:
        self._inbox = inbox
        self._speeches = speeches
        self._names = names
        self._jobs = jobs
        self._sessions: dict[Path, _Session] = {}
        self._lines = 0

    def steps(self, log: Path) -> Iterator[Step]:
        """Of one life; what others rely on counts from its beginning, what is on the disk from its end."""
        self._sessions.clear()
        count = sum(1 for _ in lines(log))
        found = [*acts(log), *unfinished_sends(log)]
        found.sort(key=lambda act: act.began if self._tells(act) else act.ended)
        for act in found:
            if step := self._step(_later(act, self._lines)):
                yield step
        self._lines += count + 1

    def _tells(self, act: Act) -> bool:
        return act.kind == "sent" or act.path == self._speeches or act.path.parent == self._inbox

    def _step(self, act: Act) -> Step | None:
        match act.kind:
            case "sent":
                return self._sent(act)
            case "received":
                if act.path in self._sessions:
                    self._sessions[act.path].receive(act.data)
                return None
            case "remove" if act.path.parent == self._inbox:
                return Step(act=act, acknowledged=self._names[act.path.name])
            case "write" if act.path == self._speeches:
                what, _, job, _ = act.data.decode().split()
                return Step(act=act, heard=int(job)) if what == "begun" else None
        return Step(act=act)

    def _sent(self, act: Act) -> Step | None:
        if created := _CREATED.match(act.data):
            # A client that was cut off asks again, and hears the number then.
            sha256 = self._jobs.get(int(created[1]))
            return Step(act=act, acknowledged=sha256) if sha256 else None
        if act.data[:1] == b"\x10":
            self._sessions[act.path] = _Session(five=act.data[8] == 5)
        session = self._sessions.get(act.path)
        if session and act.data[:1] == b"\x40":
            return Step(act=act, acknowledged=session.photos.pop(int.from_bytes(act.data[2:4])))
        return None


class _Session:
    """What came over one connection from a broker."""

    def __init__(self, *, five: bool) -> None:
        self._five = five
        self._stream = b""
        self.photos: dict[int, str] = {}
        """The sha256 of what was published and not acknowledged, by the number of its packet."""

    def receive(self, data: bytes) -> None:
        self._stream += data
        while (packet := _packet(self._stream)) is not None:
            start, end = packet
            first, body, self._stream = self._stream[0], self._stream[start:end], self._stream[end:]
            if first >> 4 == 3 and first & 0b110:
                self._published(body)

    def _published(self, body: bytes) -> None:
        at = 2 + int.from_bytes(body[:2])
        number = int.from_bytes(body[at : at + 2])
        at += 2
        if self._five:
            length, size = _number(body[at:])
            at += size + length
        self.photos[number] = hashlib.sha256(body[at:]).hexdigest()


def _packet(stream: bytes) -> tuple[int, int] | None:
    """Where the body of the first packet begins and ends, once it is whole."""
    if len(stream) < 2:
        return None
    length, size = _number(stream[1:5])
    whole = size and len(stream) >= 1 + size + length
    return (1 + size, 1 + size + length) if whole else None


def _number(data: bytes) -> tuple[int, int]:
    """A number of variable length, and how many bytes it has; 0 where it is not whole."""
    value = 0
    for index, byte in enumerate(data):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, index + 1
    return 0, 0


def _later(act: Act, lines: int) -> Act:
    return replace(act, began=act.began + lines, ended=act.ended + lines)
