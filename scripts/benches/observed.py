"""A daemon that runs as a process of its own: what it says of itself over HTTP, and what the kernel says of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
EVERYBODYS = ("/usr/", "/lib", f"{sys.base_prefix}/")
"""Files that also others on a device have in memory."""

SAMPLE_SECONDS = 0.05
END_SECONDS = 30.0
WAIT_SECONDS = 300.0

VOXFRAME = (str(Path(sys.executable).with_name("voxframe")), "run", "--config")
"""The daemon as it is."""

SILENT = (sys.executable, "-m", "scripts.benches.silent_child")
"""The same, with a loudspeaker that takes all sound at once."""

QUICK = (sys.executable, "-m", "tests.faults.daemon")
"""The same, with quick eyes and a null voice."""


class Process:
    """What /proc says of a process, in bytes (of which MB are millions) and seconds."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def pss(self) -> int:
        """Its memory, what it shares with others counted in parts."""
        return self._rollup("Pss:")

    def anonymous(self) -> int:
        """What of its memory is in no file."""
        return self._rollup("Anonymous:")

    def alone(self) -> int:
        """As `pss`, if no other process used the same models and packages: true also where several benches run."""
        total, ours = 0, False
        for line in self._lines("smaps"):
            name, value, *rest = line.split(maxsplit=5)
            if not name.endswith(":"):
                ours = rest[-1].startswith("/") and not rest[-1].startswith(EVERYBODYS)
            elif name == ("Rss:" if ours else "Pss:"):
                total += int(value) * 1024
        return total

    def most_resident(self) -> int:
        """The most that ever was in memory of it, what it shares with others counted in full."""
        (line,) = (line for line in self._lines("status") if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self) -> float:
        """Of all its threads, since it was started."""
        fields = self._folder.joinpath("stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(list(self._folder.joinpath("fd").iterdir()))

    def written(self) -> tuple[int, int]:
        """What it made the disk write, and what it wrote anywhere: a pipe, a socket, the log."""
        values = dict(line.split() for line in self._lines("io"))
        return int(values["write_bytes:"]), int(values["wchar:"])

    def _rollup(self, name: str) -> int:
        return sum(int(line.split()[1]) * 1024 for line in self._lines("smaps_rollup") if line.startswith(name))

    def _lines(self, file: str) -> list[str]:
        return self._folder.joinpath(file).read_text(encoding="utf-8", errors="replace").splitlines()


class Peak:
    """The most that a process takes while this runs; looked at every 50 ms.

    Attributes:
        pss: In bytes, as `Process.alone` counts.
    """

    def __init__(self, process: Process) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.pss = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.pss = max(self.pss, self._process.alone())


class Device:
    """What the daemon says of itself, and how it is waited for.

    Attributes:
        port: Of its web server.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def wait_for(self, jobs: int) -> None:
        """Until this many jobs are done; they are done in the order of their numbers.

        Raises:
            TimeoutError: That takes minutes.
        """
        wait_until(lambda: self._is_done(jobs), seconds=WAIT_SECONDS)

    def wait_until_idle(self) -> None:
        """Until it has nothing to do, also where it is only about to be there.

        Raises:
            TimeoutError: That takes minutes.
        """
        wait_until(self._is_idle, seconds=WAIT_SECONDS)

    def set_aside(self) -> int:
        """How many photos it could not describe."""
        name = "voxframe_photos_set_aside "
        (line,) = (line for line in self._read("/metrics").decode().splitlines() if line.startswith(name))
        return int(float(line.removeprefix(name)))

    def _is_done(self, job: int) -> bool:
        try:
            return self._shown(f"jobs/{job}")["state"] in {"finished", "failed"}
        except urllib.error.HTTPError:
            # It may be on its way.
            return False

    def _is_idle(self) -> bool:
        try:
            state = self._shown("state")
        except (urllib.error.URLError, ConnectionError):
            return False
        return state["activity"] == "idle" and not state["queue"]

    def _shown(self, what: str) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self._read(f"/api/v1/{what}"))
        return read

    def _read(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            body: bytes = answer.read()
        return body


@contextmanager
def daemon(state: Path, *command: str | Path, log: Path = Path(os.devnull)) -> Iterator[Process]:
    """Run it with this state folder, and end it in order.

    Raises:
        subprocess.CalledProcessError: It ended in another way.
    """
    with log.open("ab") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"VOXFRAME_STATE": str(state)},
            stdout=said,
            stderr=said,
        )
        try:
            yield Process(process.pid)
            process.send_signal(signal.SIGTERM)
            status = process.wait(END_SECONDS)
        finally:
            process.kill()
            process.wait()
    if status:
        raise subprocess.CalledProcessError(status, [str(each) for each in command])


def megabytes(size: float) -> str:
    """As it is printed."""
    return f"{size / 1e6:.1f} MB"


def wait_until(holds: Callable[[], bool], *, seconds: float) -> None:
    """Look until it does.

    Raises:
        TimeoutError: It took longer.
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} seconds")
        time.sleep(SAMPLE_SECONDS)
