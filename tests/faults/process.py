"""A daemon as a process of its own, which may be killed and started again; what it keeps outlives it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import ROOT
from tests.mosquitto import free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.005


class Lives:
    """One daemon and its lives, one after another.

    Attributes:
        log: What it said on standard error, in all its lives.
        speeches: Where it writes down what was heard.
    """

    def __init__(
        self, folder: Path, *, broker_port: int, store: str = "reserve_megabytes = 0", state: Path | None = None
    ) -> None:
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        self.state = state or folder / "state"
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.speeches = folder / "speeches"
        self.speeches.touch()
        self.log = folder / "log"
        self.web_port = free_port()
        self.config = folder / "voxframe.toml"
        self.config.write_text(
            f'[device]\nname = "{self.name}"\n[inbox]\nfolder = "inbox"\n[web]\nport = {self.web_port}\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {broker_port}\n[store]\n{store}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: _Ready | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The life that runs, or that ran last."""
        assert self._process
        return self._process

    @property
    def pid(self) -> int:
        """The daemon itself, also where it runs behind strace."""
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children")
        child = children.read_text().split() if children.exists() else []
        return int(child[0]) if child else own

    def start(self, *, point: str | None = None, plant: str | None = None, before: Sequence[str | Path] = ()) -> None:
        """Begin a life, behind the command `before`.

        Args:
            point: Where it kills itself.
            plant: The bug that it has.
            before: What it runs behind.
        """
        self._forget()
        self._ready = _Ready()
        command = [*before, sys.executable, "-m", "tests.faults.daemon", self.config, self.speeches]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(["--point", point] if point else []), *(["--plant", plant] if plant else [])],
                cwd=ROOT,
                env=os.environ | {"VOXFRAME_STATE": str(self.state), "NOTIFY_SOCKET": self._ready.address},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> bool:
        """Whether it says that it is; False where it ended before."""
        assert self._ready
        end = time.monotonic() + READY_SECONDS
        while not self._ready.said.wait(LOOK_SECONDS):
            if self.process.poll() is not None or time.monotonic() > end:
                return False
        return True

    def kill(self) -> None:
        """At once."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """In order; returns the exit status."""
        os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Whatever it does."""
        if self._process:
            self.kill()
        self._forget()

    def _forget(self) -> None:
        if self._ready:
            self._ready.close()
            self._ready = None


class _Ready:
    """A supervisor that waits for READY, and reads all else too: whoever talks to it must not be held up."""

    def __init__(self) -> None:
        self.address = f"@voxframe-{uuid.uuid4().hex}"
        self.said = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + self.address[1:])
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"BYE=1", "\0" + self.address[1:])
        self._thread.join()
        self._socket.close()

    def _read(self) -> None:
        while (text := self._socket.recv(4096)) != b"BYE=1":
            if text == b"READY=1":
                self.said.set()
