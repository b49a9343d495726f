"""Where the prepared halves of a voice are: beside it, one folder for each processor and version of the runtime.

They are made by `voxframe models fetch`, in a process of its own, and only ever read afterwards. A card that was moved
to another device, or a newer runtime, finds none that fits: the voice makes whole sentences then, until the next fetch.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from device.core.errors import FetchError
from device.voice import runtime
from device.voice.plan import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 2
"""Raised by whoever changes what the surgery writes."""

FOUND = "found.json"
"""What the surgery said: of a voice that fits beside its halves, else alone."""

SIZES = "sizes.json"
"""The bytes of each file: one that lost its end, as after a power cut, is as good as none."""

_UNFIT = 3
"""The surgery's status for a voice that is built in another way."""

_KEY_DIGITS = 16

_MAKING = ".making-"

_CPU_LINES = ("model name", "flags", "Features", "CPU implementer", "CPU part", "CPU variant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the surgery made of a voice on this processor: `folder` is where the halves are, None where it has none."""

    folder: Path | None
    found: Found


def find(voice: Path) -> Prepared | None:
    """What was made of this voice for this processor and runtime, or None where nothing was made yet, or it is cut."""
    folder = _place(voice)
    try:
        found = Found.from_json((folder / FOUND).read_text(encoding="utf-8"))
        if json.loads((folder / SIZES).read_text(encoding="utf-8")) != _sizes(folder):
            return None
    except (OSError, ValueError, TypeError):
        return None
    return Prepared(folder=folder if found.hop else None, found=found)


def make(voice: Path) -> Prepared:
    """Prepare the voice in a process of its own, and throw away what was made for other processors and versions.

    Raises:
        FetchError: The process failed, another one is at work, or the folder cannot be written.
    """
    place = _place(voice)
    try:
        with _workshop(place.parent) as made:
            bench = made / "halves"
            bench.mkdir()
            (bench / FOUND).write_text(_run(voice, bench), encoding="utf-8")
            (bench / SIZES).write_text(json.dumps(_sizes(bench)), encoding="utf-8")
            # The whole key and not `*`: the name of a voice may begin as another's.
            for old in place.parent.glob(f"{glob.escape(voice.stem)}-{'[0-9a-f]' * _KEY_DIGITS}"):
                shutil.rmtree(old)
            bench.rename(place)
    except OSError as error:
        raise FetchError(f"{place.parent} cannot be written ({error.strerror}); it is for the voice") from error
    found = find(voice)
    if found is None:
        raise FetchError(f"{place} is not what it should be; run again: voxframe models fetch")
    return found


@contextlib.contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A temporary folder, for one process at a time; what a killed one left behind is removed."""
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchError(f"another fetch is at work in {folder}; wait for its end") from None
        for left in folder.glob(f"{_MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_MAKING, dir=folder) as made:
            yield Path(made)


def _run(voice: Path, bench: Path) -> str:
    # -P: a folder that is the working directory by chance must not be where modules come from.
    command = [sys.executable, "-P", "-m", "device.voice.surgery", str(voice), str(bench)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - every word is ours
    if done.returncode == _UNFIT:
        for left in bench.iterdir():
            left.unlink()
    elif done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise FetchError(f"{voice.name} could not be prepared ({last[0]}); run again: voxframe models fetch")
    return done.stdout.strip()


def _sizes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in folder.iterdir() if file.name != SIZES}


def _place(voice: Path) -> Path:
    return voice.parent / "prepared" / f"{voice.stem}-{_key(voice)}"


def _key(voice: Path) -> str:
    with contextlib.suppress(OSError):
        about = voice.stat()
        parts = (FORMAT, runtime.VERSION, _processor(), about.st_size, about.st_mtime_ns)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:_KEY_DIGITS]
    return "missing"


def _processor() -> str:
    """What the runtime's choices depend on; the optimised files are for one instruction set."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    said = (line.partition(":") for line in lines)
    found = {name.strip(): value.strip() for name, _, value in said if name.strip() in _CPU_LINES}
    return repr(sorted(found.items()))
