"""A share of one processor core for a process and its threads, by the cpu controller of cgroup v1."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

PERIOD_MICROS = 20_000
"""Short, so that a share is spread evenly; the kernel's smallest quota is 1 ms, a twentieth of it."""


class NoQuotaError(Exception):
    """This machine, or this user, cannot limit a process; the message says why."""


class CpuQuota:
    """A group that is there for the time of the `with`; processes that enter it must have ended before.

    Raises:
        NoQuotaError: The user is not root, or the controller is not there.
    """

    def __init__(self, share: float) -> None:
        controller = _controller()
        self.folder = controller / f"voxframe-bench-{os.getpid()}"
        self._micros = round(PERIOD_MICROS * share)

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir()
            (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD_MICROS), encoding="ascii")
            (self.folder / "cpu.cfs_quota_us").write_text(str(self._micros), encoding="ascii")
        except OSError as error:
            raise NoQuotaError(f"{self.folder} cannot be made ({error.strerror})") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.folder.rmdir()


def enter(folder: Path) -> None:
    """Put this process with its threads under the quota of a group."""
    (folder / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")


def _controller() -> Path:
    if os.geteuid() != 0:
        raise NoQuotaError("only root may limit a process")
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup" and "cpu" in options.split(","):
            return Path(place)
    raise NoQuotaError("the cpu controller of cgroup v1 is not mounted")
