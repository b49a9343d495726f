"""Nothing leaves the device: no connection and no look-up is even attempted, and no network is needed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from device.app.wiring import PHOTOS
from tests.command import VOXFRAME

if TYPE_CHECKING:
    from pathlib import Path

PORTRAIT = PHOTOS / "hopper_navy_cap.jpg"
OUTWARD = re.compile(
    r"sa_family=AF_INET6?[^}]*sin6?_port=htons\((\d+)\)[^}]*?(?:sin_addr=inet_addr|inet_pton)\(([^)]*)\)"
)

pytestmark = pytest.mark.slow


def traced(log: Path, *command: str | Path) -> list[str]:
    """The command behind strace, following all children, each attempt to reach an address written to `log`."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: apt-get install strace")
    return ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log), *map(str, command)]


def reached(log: Path) -> set[str]:
    """The addresses beyond this machine that were tried."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return {address for _, address in OUTWARD.findall(text) if "127.0.0." not in address and '"::1"' not in address}


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


def test_the_daemon_in_emulation_needs_no_network_and_tries_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copy(PORTRAIT, photos)
    config = tmp_path / "voxframe.toml"
    config.write_text(f'[capture]\nfolder = "{photos}"\n')
    # The daemon's own broker needs the loopback device, which is down in a new namespace.
    up = (
        "import fcntl,socket,struct,os,sys;s=socket.socket();"
        "fcntl.ioctl(s,0x8914,struct.pack('16sh14x',b'lo',0x41));os.execvp(sys.argv[1],sys.argv[1:])"
    )
    daemon = subprocess.Popen(
        [*without_network(), "python3", "-c", up, *traced(log, VOXFRAME, "run", "--emulate", "--config", config)],
        env=os.environ | {"HOME": str(tmp_path / "home"), "VOXFRAME_STATE": str(tmp_path / "state")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert daemon.stderr is not None
    told: list[str] = []
    for line in daemon.stderr:
        told.append(line)
        if "photo 1:" in line:
            break
    os.killpg(daemon.pid, signal.SIGTERM)
    told.extend(daemon.stderr)
    assert daemon.wait() == 0, told
    assert any("photo 1:" in line for line in told), told
    assert reached(log) == set()
    assert not (tmp_path / "home" / ".cache").exists()
