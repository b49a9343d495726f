"""A real PulseAudio with sinks that take sound as fast as it is heard, and what is heard of them."""

from __future__ import annotations

import math
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import numpy as np
import pytest

if TYPE_CHECKING:
    from device.core.types import Pcm

RATE = 22050

PATIENCE_SECONDS = 60.0

SINKS = ("room", "phones")


class SoundServer:
    """Its own server in a folder, found by whoever is given `environment`."""

    def __init__(self, folder: Path) -> None:
        if not shutil.which("pulseaudio"):
            pytest.skip("pulseaudio is not installed: apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._pid_file = folder / "pulse" / "pid"
        # A path of a socket has room for 107 characters.
        self._socket = Path(os.path.relpath(folder / "s")) if len(str(folder)) > 100 else folder / "s"
        self.environment = {"PULSE_SERVER": f"unix:{self._socket}", "PULSE_COOKIE": str(folder / "cookie")}
        self._listening: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Return when it answers; where it runs already, it goes on."""
        if self._pid_file.exists():
            return
        modules = [f"module-null-sink sink_name={name}" for name in SINKS]
        modules.append(f"module-native-protocol-unix socket={self._socket} auth-anonymous=1")
        command = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--log-target=null"]
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        subprocess.run(
            [*command, *(f"--load={module}" for module in modules)], env=os.environ | home, check=True, timeout=60
        )
        for sink in SINKS:
            # A sink that nobody listens to goes on by stretches of two seconds.
            self.listen(sink)

    def stop(self) -> None:
        """Kill it, as where it crashes; return when it is gone."""
        if self._pid_file.exists():
            pid = int(self._pid_file.read_text())
            gone = os.pidfd_open(pid)
            os.kill(pid, signal.SIGKILL)
            select.select([gone], [], [], PATIENCE_SECONDS)
            os.close(gone)
            self._pid_file.unlink()
        self._socket.unlink(missing_ok=True)
        for each in self._listening:
            each.kill()
            with each:
                """Its pipe is closed, and it is waited for."""
        self._listening.clear()

    def unplug(self, sink: str) -> None:
        """Take one sink away, and end what plays there; the server goes on."""
        modules = self._ask("list", "short", "modules").splitlines()
        (number,) = [each.split()[0] for each in modules if f"sink_name={sink}" in each.split()]
        self._ask("unload-module", number)

    def plug(self, sink: str) -> None:
        """Put it there again."""
        self._ask("load-module", "module-null-sink", f"sink_name={sink}")
        self.listen(sink)

    def _ask(self, *what: str) -> str:
        done = subprocess.run(
            ["pactl", *what], env=os.environ | self.environment, check=True, timeout=60, capture_output=True, text=True
        )
        return done.stdout

    def listen(self, sink: str) -> Listener:
        """Hear what comes out of a sink from now on."""
        command = ["parec", f"--device={sink}.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1"]
        process = subprocess.Popen(
            [*command, "--latency-msec=20"],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            # It complains when the server is stopped.
            stderr=subprocess.DEVNULL,
        )
        self._listening.append(process)
        listener = Listener(process)
        listener.wait_for_silence(0.1)
        return listener


class Listener:
    """What is heard of a sink, as it is heard. For one thread.

    Attributes:
        last_sound: When the last stretch that was not silent came, by the monotonic clock.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._pipe = cast("IO[bytes]", process.stdout)
        self._heard: list[Pcm] = []
        self._came: list[float] = []
        self.last_sound = -math.inf

    def wait_for_sound(self, *, above: int = 0) -> None:
        """Return with the first stretch that has a sample larger than that."""
        while np.abs(self._next().astype(np.int32)).max() <= above:
            pass

    def wait_for_silence(self, seconds: float) -> None:
        """Return when nothing was heard for so long, by the sink's own samples."""
        silent = 0.0
        while silent < seconds:
            stretch = self._next()
            silent = 0.0 if stretch.any() else silent + len(stretch) / RATE

    def listen_for(self, seconds: float) -> None:
        """Return when so much was listened to since it began to listen, by the sink's own samples."""
        while self.seconds < seconds:
            self._next()

    @property
    def sounded(self) -> bool:
        """Whether anything was heard."""
        return self.last_sound > -math.inf

    @property
    def seconds(self) -> float:
        """How much was listened to."""
        return sum(map(len, self._heard)) / RATE

    def heard(self) -> Pcm:
        """All that was heard, from the first sound to the last."""
        return np.trim_zeros(np.concatenate(self._heard))

    def close(self) -> None:
        """Listen no more: a server has room for 64."""
        self._process.kill()
        with self._process:
            """Its pipe is closed, and it is waited for."""

    def came(self, sample: int) -> float:
        """When a sample came, counted from the first that was not silent, by the monotonic clock."""
        first = int(np.flatnonzero(np.concatenate(self._heard))[0])
        ends = np.cumsum([len(stretch) for stretch in self._heard])
        return self._came[int(np.searchsorted(ends, first + sample, side="right"))]

    def _next(self) -> Pcm:
        data = self._pipe.read(RATE // 100 * 2)
        assert data, "the server is gone"
        stretch = np.frombuffer(data, "<i2")
        self._heard.append(stretch)
        self._came.append(time.monotonic())
        if stretch.any():
            self.last_sound = self._came[-1]
        return stretch
