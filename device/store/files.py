"""The file system."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
from typing import TYPE_CHECKING

from device.core.types import FoundFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from pathlib import Path

CHUNK_BYTES = 1 << 20


class SystemFiles:
    """The files of this machine; any thread may call it."""

    def make_folder(self, folder: Path) -> None:
        """Make it, and those above it, where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)

    def create(self, path: Path) -> SystemFile:
        """A new, empty file; FileExistsError where there is one."""
        return SystemFile(path.open("xb", buffering=0))

    def rename(self, old: Path, new: Path) -> None:
        """In one step; what was `new` before is gone. Safe only once the folder is synced."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Delete it; FileNotFoundError where it is gone. Safe only once the folder is synced."""
        path.unlink()

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder are on the disk as they are now."""
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    def names(self, folder: Path) -> list[str]:
        """What is in the folder, in no order."""
        return [path.name for path in folder.iterdir()]

    def tree(self, folder: Path) -> list[FoundFile]:
        """The plain files in the folder and in those below it; links are passed over, and what is hidden.

        So is what vanishes meanwhile, and a folder below it that may not be read (`lost+found`).
        """
        found = []
        folders = [folder]
        while folders:
            looked_at = folders.pop()
            try:
                entries = [entry for entry in os.scandir(looked_at) if not entry.name.startswith(".")]
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                if looked_at == folder:
                    raise
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(looked_at / entry.name)
                elif entry.is_file(follow_symlinks=False) and (file := _found(looked_at / entry.name)):
                    found.append(file)
        return found

    def look(self, path: Path) -> FoundFile | None:
        """One plain file, as `tree` would find it; None where there is none."""
        return _found(path)

    def chunks(self, path: Path) -> Iterator[bytes]:
        """The bytes of a file, in pieces of up to a megabyte."""
        # What was a file when it was found may be a link by now, or a pipe that never gives anything.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(opened, "rb", buffering=0) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def is_being_written(self, path: Path) -> bool:
        """Whether somebody on this machine has it open for writing; False also where that cannot be known.

        A lease for reading is given only where nobody writes. It cannot be known of the files of another user, and on
        a file system without leases.
        """
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            # Who opens the file for writing just now makes the kernel ask for the lease back, by a signal. The usual
            # one ends the process; this one is ignored.
            fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return error.errno == errno.EAGAIN
        finally:
            os.close(opened)
        return False

    def free_bytes(self, folder: Path) -> int:
        """The room that is left where the folder is."""
        room = os.statvfs(folder)
        return room.f_bavail * room.f_frsize


class SystemFile:
    """A file that is being written; nothing of it is kept in this process."""

    def __init__(self, file: FileIO) -> None:
        self._file = file

    def write(self, data: bytes) -> None:
        """Append; nothing is safe yet."""
        left = memoryview(data)
        while left:
            # A disk that is nearly full takes a part, and refuses the rest at the next try.
            left = left[self._file.write(left) :]

    def sync(self) -> None:
        """What was written is on the disk when this returns; the name of the file may not be."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let it go; it may be called twice."""
        self._file.close()


def _found(path: Path) -> FoundFile | None:
    try:
        status = path.stat(follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    # Who copies a file may set the first back to any time, but never the second.
    return FoundFile(path=path, size_bytes=status.st_size, changed=status.st_mtime_ns + status.st_ctime_ns)
