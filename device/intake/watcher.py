"""Who sees that a folder changes, by the file system that it is on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from device.intake.inbox import SETTLE_SECONDS
from device.intake.inotify import InotifyWatcher
from device.intake.polling import PollingWatcher

if TYPE_CHECKING:
    from device.core.ports import Clock, Watcher

POLLED_SETTLE_SECONDS = 10.0
"""How long a file from elsewhere must look the same: nobody knows whether it is open there, and what is shown of it
is up to some seconds old."""

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where."""

# fmt: off
_WRITTEN_ELSEWHERE = frozenset({
    "9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "glusterfs", "gpfs", "lustre", "ncpfs",
    "nfs", "nfs4", "prl_fs", "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "virtiofs", "vmhgfs",
})
# fmt: on
"""Kinds of file systems that others change without this kernel; with autofs what will be mounted is not known yet."""


def watcher_for(folder: Path, clock: Clock, *, mounts: Path = MOUNTS) -> Watcher:
    """Inotify where this machine alone writes, else somebody who looks again and again."""
    return PollingWatcher(clock) if is_written_elsewhere(folder, mounts=mounts) else InotifyWatcher(folder)


def settle_seconds_for(folder: Path, *, mounts: Path = MOUNTS) -> float:
    """How long a file in this folder must look the same before it is taken to be whole."""
    return POLLED_SETTLE_SECONDS if is_written_elsewhere(folder, mounts=mounts) else SETTLE_SECONDS


def is_written_elsewhere(folder: Path, *, mounts: Path = MOUNTS) -> bool:
    """Whether the folder, or one mounted below it, is on a file system that others change; False where unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        folder = folder.resolve()
    except (OSError, RuntimeError):
        # Such as a link that leads to itself.
        return False
    # A later mount on the same point lies over the earlier one.
    kinds = dict(_mount(line) for line in lines)
    around = [point for point in kinds if folder.is_relative_to(point)]
    here = max(around, key=lambda point: len(point.parts), default=None)
    below = [point for point in kinds if point.is_relative_to(folder)]
    return any(_is_elsewhere(kinds[point]) for point in [*below, *([here] if here else [])])


def _is_elsewhere(kind: str) -> bool:
    return kind in _WRITTEN_ELSEWHERE or kind.startswith("fuse.")


def _mount(line: str) -> tuple[Path, str]:
    """Where it is, and its kind: `36 35 98:0 /root /the/point rw shared:1 - ext4 /dev/sda1 rw`."""
    before, _, after = line.partition(" - ")
    point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), before.split(" ")[4])
    return Path(point), after.split(" ")[0]
