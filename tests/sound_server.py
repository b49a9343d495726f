"""A real sound server with sinks that take sound as fast as it is heard, and what is heard of them."""

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

    def __init__(self, folder: Path, socket: str, *, programs: tuple[str, ...], packages: str) -> None:
        if not all(map(shutil.which, programs)):
            pytest.skip(f"{programs[0]} is not installed: apt-get install {packages}")
        folder.mkdir(exist_ok=True)
        self._folder = folder
        # A path of a socket has room for 107 characters.
        path = folder / socket
        self._socket = Path(os.path.relpath(path)) if len(str(path)) > 100 else path
        self.environment = {"PULSE_SERVER": f"unix:{self._socket}", "PULSE_COOKIE": str(folder / "cookie")}
        self._home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._listening: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Return when it answers; where it runs already, it goes on."""
        if self._runs():
            return
        self._begin()
        for sink in SINKS:
            # A sink that nobody listens to goes on by stretches of two seconds.
            self.listen(sink)

    def stop(self) -> None:
        """Kill it, as where it crashes; return when it is gone."""
        if self._runs():
            self._end()
        self._socket.unlink(missing_ok=True)
        for each in self._listening:
            _killed(each)
        self._listening.clear()

    def freeze(self) -> None:
        """It answers nothing any more, and is there."""
        raise NotImplementedError

    def _runs(self) -> bool:
        raise NotImplementedError

    def _begin(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError

    def unplug(self, sink: str) -> None:
        """Take one sink away, and end what plays there; the server goes on."""
        modules = self._ask("list", "short", "modules").splitlines()
        (number,) = [each.split()[0] for each in modules if f"sink_name={sink}" in each.split()]
        self._ask("unload-module", number)

    def plug(self, sink: str) -> None:
        """Put it there again."""
        self._ask("load-module", *_null_sink(sink))
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


class PulseAudio(SoundServer):
    """What the tests use."""

    def __init__(self, folder: Path) -> None:
        packages = "pulseaudio pulseaudio-utils libasound2-plugins"
        super().__init__(folder, "s", programs=("pulseaudio",), packages=packages)
        self._pid_file = folder / "pulse" / "pid"

    def freeze(self) -> None:
        os.kill(int(self._pid_file.read_text()), signal.SIGSTOP)

    def _runs(self) -> bool:
        return self._pid_file.exists()

    def _begin(self) -> None:
        modules = [" ".join(_null_sink(name)) for name in SINKS]
        modules.append(f"module-native-protocol-unix socket={self._socket} auth-anonymous=1")
        command = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--log-target=null"]
        command += [f"--load={module}" for module in modules]
        subprocess.run(command, env=os.environ | self._home, check=True, timeout=60)

    def _end(self) -> None:
        pid = int(self._pid_file.read_text())
        gone = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        select.select([gone], [], [], PATIENCE_SECONDS)
        os.close(gone)
        self._pid_file.unlink()


class PipeWire(SoundServer):
    """What Raspberry Pi OS has on its desktop, asked in the words of PulseAudio; its bus and its manager with it."""

    def __init__(self, folder: Path) -> None:
        programs = ("pipewire", "pipewire-pulse", "wireplumber", "dbus-daemon", "pactl", "parec")
        packages = "pipewire pipewire-pulse wireplumber dbus pulseaudio-utils"
        super().__init__(folder, "pulse/native", programs=programs, packages=packages)
        self._bus = f"unix:path={folder / 'bus'}"
        self._running: list[subprocess.Popen[bytes]] = []

    def freeze(self) -> None:
        for each in self._running:
            each.send_signal(signal.SIGSTOP)

    def _runs(self) -> bool:
        return bool(self._running)

    def _begin(self) -> None:
        bus = self._run("dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={self._bus}")
        assert bus.stdout is not None
        bus.stdout.readline()  # it answers from now on
        self._run("pipewire")
        self._until_it_answers("pw-cli", "info", "0")
        self._run("wireplumber")
        self._run("pipewire-pulse")
        self._until_it_answers("pactl", "info")
        for sink in SINKS:
            self._ask("load-module", *_null_sink(sink))

    def _end(self) -> None:
        for each in reversed(self._running):
            _killed(each)
        self._running.clear()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        environment = os.environ | self._home | {"DBUS_SESSION_BUS_ADDRESS": self._bus}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        self._running.append(process)
        return process

    def _until_it_answers(self, *command: str) -> None:
        patience = time.monotonic() + PATIENCE_SECONDS
        environment = os.environ | self._home | self.environment
        while subprocess.run(command, env=environment, check=False, capture_output=True).returncode:
            assert time.monotonic() < patience, f"{command[0]} has no answer"


SERVERS: dict[str, type[PulseAudio | PipeWire]] = {"pulseaudio": PulseAudio, "pipewire": PipeWire}


def sound_server(folder: Path) -> SoundServer:
    """PulseAudio, or PipeWire where VOXFRAME_SOUND_SERVER asks for it."""
    return SERVERS[os.environ.get("VOXFRAME_SOUND_SERVER", "pulseaudio")](folder)


def _null_sink(name: str) -> tuple[str, ...]:
    """With one channel, as speech has: what is made of two and back is louder with PipeWire."""
    return "module-null-sink", f"sink_name={name}", "channels=1"


def _killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with process:
        """Its pipe is closed, and it is waited for."""


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
        _killed(self._process)

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
