"""Nothing leaves the device: no connection and no look-up is even attempted, and no network is needed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from device.app.shipped import PHOTOS
from tests.command import VOXFRAME

if TYPE_CHECKING:
    from pathlib import Path

PORTRAIT = PHOTOS / "hopper_navy_cap.jpg"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
"""Where a traced call would send to."""

pytestmark = pytest.mark.slow


def traced(log: Path, *command: str | Path) -> list[str]:
    """The command behind strace, following all children, each attempt to reach an address written to `log`."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: apt-get install strace")
    return ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log), *map(str, command)]


def reached(log: Path) -> set[str]:
    """The addresses beyond this machine that were tried."""
    found = {ipv4 or ipv6 for ipv4, ipv6 in ADDRESS.findall(log.read_text(encoding="utf-8", errors="replace"))}
    return {address for address in found if not address.startswith("127.") and address != "::1"}


def test_an_attempt_to_reach_out_would_be_seen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
    subprocess.run([*without_network(), *traced(log, sys.executable, "-c", code)], capture_output=True, check=False)
    assert reached(log) == {"192.0.2.1"}


def without_network() -> list[str]:
    """A command prefix that takes the network away, its loopback too."""
    probe = ["unshare", "--net", "true"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here; as root it can")
    return ["unshare", "--net"]


@pytest.mark.parametrize("arguments", [["describe", "--json", str(PORTRAIT), "--wav"], ["say", "Good day.", "--wav"]])
def test_describing_and_speaking_need_no_network_and_try_none(tmp_path: Path, arguments: list[str]) -> None:
    log = tmp_path / "log"
    command = traced(log, VOXFRAME, *arguments, tmp_path / "sound.wav")
    environment = os.environ | {"HOME": str(tmp_path / "home")}
    done = subprocess.run([*without_network(), *command], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "sound.wav").stat().st_size > 10_000
    assert reached(log) == set()
    assert not (tmp_path / "home" / ".cache").exists()


LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""In a new namespace the loopback device is down, and the daemon's own broker needs it."""


def test_the_daemon_in_emulation_needs_no_network_and_tries_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copy(PORTRAIT, photos)
    config = tmp_path / "voxframe.toml"
    config.write_text(f'[capture]\nfolder = "{photos}"\n')
    daemon = traced(log, VOXFRAME, "run", "--emulate", "--config", config)
    told: list[str] = []
    with subprocess.Popen(
        [*without_network(), sys.executable, "-c", LOOPBACK_UP, *daemon],
        env=os.environ | {"HOME": str(tmp_path / "home"), "VOXFRAME_STATE": str(tmp_path / "state")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        for line in process.stderr or ():
            told.append(line)
            if "photo 1 was spoken" in line:
                os.killpg(process.pid, signal.SIGTERM)
    assert process.returncode == 0, told
    assert any("photo 1 was spoken" in line for line in told), told
    assert list((tmp_path / "state" / "wav").iterdir())
    assert reached(log) == set()
    assert not (tmp_path / "home" / ".cache").exists()
