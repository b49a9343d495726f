"""From the start of `voxframe run` to READY, beside a script that does no more than import Piper and load the voice.

usage: python -m scripts.benches.ready [ROUNDS]

READY is what the daemon says to its supervisor over NOTIFY_SOCKET; its voice is loaded by then, so that it is able to
speak at the same moment.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from scripts.benches import voice
from tests.mosquitto import free_port

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 6
READY, ABLE = 1.0, 1.5

BARE = """
import sys
from piper import PiperVoice
PiperVoice.load(sys.argv[1])
print("loaded", flush=True)
"""


class Took(NamedTuple):
    """Seconds since the process was started, and seconds of the processor."""

    wall: float
    cpu: float


def main(rounds: int) -> None:
    """Measure in turns, and print medians; the first of each, which reads its files from the disk, does not count."""
    model = str(voice.wiring().registry().voice(voice.VOICE).model)
    bare, ready = [], []
    for _ in range(rounds + 1):
        bare.append(_bare(model))
        ready.append(_daemon())
    print(f"{'':28}{'wall ms':>9}{'cpu ms':>9}")
    for name, took in (("import piper, load the voice", bare[1:]), ("voxframe run to READY", ready[1:])):
        wall, cpu = (statistics.median(values) * 1000 for values in zip(*took, strict=True))
        print(f"{name:28}{wall:9.0f}{cpu:9.0f}")
    ratios = [statistics.median(one) / statistics.median(other) for one, other in _columns(ready[1:], bare[1:])]
    print(f"READY / bare: {ratios[0]:.2f} by wall, {ratios[1]:.2f} by cpu (asked: {READY}; able to speak: {ABLE})")


def _columns(one: list[Took], other: list[Took]) -> list[tuple[list[float], list[float]]]:
    return [([each[at] for each in one], [each[at] for each in other]) for at in range(2)]


def _bare(model: str) -> Took:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", BARE, model], stdout=subprocess.PIPE, text=True) as process:
        next(iter(process.stdout or ()))
        took = time.monotonic() - began
        cpu = _cpu_seconds(process.pid)
    return Took(took, cpu)


def _daemon() -> Took:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "inbox").mkdir()
        config = folder / "voxframe.toml"
        config.write_text(f'[inbox]\nfolder = "inbox"\n[web]\nport = {free_port()}\n', encoding="utf-8")
        address = str(folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(address)
            began = time.monotonic()
            with subprocess.Popen(
                [Path(sys.executable).with_name("voxframe"), "run", "--config", config],
                env=os.environ | {"VOXFRAME_STATE": str(folder / "state"), "NOTIFY_SOCKET": address},
                stderr=subprocess.DEVNULL,
            ) as process:
                while b"READY=1" not in supervisor.recv(4096):
                    pass
                took = time.monotonic() - began
                cpu = _cpu_seconds(process.pid)
                process.send_signal(signal.SIGTERM)
    return Took(took, cpu)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
