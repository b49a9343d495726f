"""A small disk that a process has in a world of its own, and that a test fills."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_SECONDS = 90.0
SIZE = "8m"


def mounting(*options: str, folder: Path) -> list[str | Path]:
    """A command prefix that mounts a small disk there, in a world of its own."""
    prefix = ["unshare", "-m"] if subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0 else []
    prefix = prefix or ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here; as root it can")
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
    return [*prefix, "sh", "-c", script, "sh", ",".join((f"size={SIZE}", *options)), folder]


def until(condition: Callable[[], object], log: Path) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.05)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """The disk of this folder is full to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with pytest.raises(OSError, match="No space left"):
                file.writelines(repeat(bytes(size)))
        yield
    filler.unlink()
