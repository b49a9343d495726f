"""The real daemon in emulation, run as a process on a state folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from paho.mqtt import publish

from device.app.shipped import PHOTOS
from tests.command import VOXFRAME, voxframe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Messages = list[tuple[str, str, bool]]


class Daemon:
    """What a test needs to start one: its name, its configuration, its folders.

    Args:
        tmp_path: Where they are.
        port: Of the broker.
        sections: More of the configuration.
    """

    def __init__(self, tmp_path: Path, port: int, sections: str = "") -> None:
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        self.port = port
        self.state = tmp_path / "state"
        self.photos = tmp_path / "photos"
        self.photos.mkdir()
        self.config = tmp_path / "voxframe.toml"
        self.config.write_text(
            f'[device]\nname = "{self.name}"\n[capture]\nfolder = "photos"\ninterval = 0\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n' + (sections or "[web]\nport = 0\n")
        )

    def add(self, name: str, *, named: str | None = None) -> None:
        """A photo of the demo appears in the folder that is replayed."""
        put(PHOTOS / name, self.photos / (named or name))

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Somebody in the house sends it, and the broker has it when this returns."""
        publish.single(
            f"voxframe/{self.name}/{topic}", payload, qos=1, retain=retain, hostname="127.0.0.1", port=self.port
        )

    def command(self, action: str, *, retain: bool = False) -> None:
        self.send("command/set", json.dumps({"action": action}).encode(), retain=retain)

    @contextmanager
    def running(self, stderr: int | IO[str] = subprocess.PIPE, **environment: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [VOXFRAME, "run", "--emulate", "--config", self.config],
            env=os.environ | {"VOXFRAME_STATE": str(self.state)} | environment,
            stderr=stderr,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def asked(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What another command says beside it, or after it."""
        return voxframe(*arguments, "--config", self.config, environment={"VOXFRAME_STATE": str(self.state)})

    def sounds(self) -> list[str]:
        return sorted(path.name for path in (self.state / "wav").iterdir())


def put(photo: Path, path: Path) -> None:
    """Copy it so that it is whole when it appears."""
    hidden = path.with_name(f".{path.name}")
    shutil.copy(photo, hidden)
    hidden.rename(path)


def events(messages: Messages) -> list[dict[str, Any]]:
    return [json.loads(payload) for name, payload, _ in messages if name == "event"]


def told(messages: Messages) -> list[tuple[str, int]]:
    """What happened to which photo."""
    return [(event["event_type"], event["photo"]) for event in events(messages)]


def states(messages: Messages) -> list[dict[str, Any]]:
    return [json.loads(payload) for name, payload, _ in messages if name == "state"]


def state_is(messages: Messages, activity: str, reason: str | None = None) -> bool:
    """Whether that is what the device said last."""
    said = states(messages)
    return bool(said) and (said[-1]["activity"], said[-1]["reason"]) == (activity, reason)
