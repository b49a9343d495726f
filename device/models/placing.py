"""Files put in place whole: written beside, synced, checked, renamed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from device.core.errors import FetchError
from device.models.hashing import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.models.manifest import Model

_WORKSHOP = ".fetch-"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A temporary folder inside `folder`, for one fetch at a time; what a killed one left behind is removed.

    Raises:
        FetchError: Another fetch is at work, or the folder cannot be written.
    """
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FetchError(f"another fetch is at work in {folder}; wait for its end") from None
            for left in folder.glob(f"{_WORKSHOP}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_WORKSHOP, dir=folder) as made:
                yield Path(made)


def place(content: IO[bytes], model: Model, place_to: Path, bench: Path) -> None:
    """Put the content where the model belongs, if it has the right hash; until then what was there stays.

    Raises:
        FetchError: The content has a wrong hash.
    """
    part = bench / model.file
    with part.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    if sha256_of(part) != model.sha256:
        raise FetchError(f"{model.file} has a wrong hash and was thrown away; try again or take another source")
    move(part, place_to)


def move(part: Path, place_to: Path) -> None:
    """Rename a synced file into its place, and sync the folder."""
    part.chmod(0o644)
    part.replace(place_to)
    descriptor = os.open(place_to.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """What the file system refuses, as one line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(f"the disk of {folder} is full; free some space and try again") from error
        raise FetchError(f"{folder} cannot be written ({error.strerror}); VOXFRAME_MODELS names another") from error
