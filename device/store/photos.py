"""Photos on disk, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from device.core.errors import StoreError, StoreFullError
from device.core.faults import passing
from device.core.types import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from device.core.ports import Files, NewFile, Random

PART = ".part"


class PhotoFolder:
    """Keeps photos in a folder of its own; any thread may call it."""

    def __init__(self, folder: Path, *, files: Files, random: Random) -> None:
        self._folder = folder
        self._files = files
        self._random = random
        with _told(folder):
            files.make_folder(folder)
            # Else a power cut could take the folder, and every photo in it with it.
            files.sync_folder(folder.parent)
            # What comes in from now on is not swept, whole or not.
            self._from_before = files.names(folder)
        # Kept, and with no job yet.
        self._between: set[Path] = set()
        # What a failing disk did not delete.
        self._left: set[Path] = set()

    def begin(self) -> IncomingPhoto:
        """Somewhere for a new photo to go, a file of its own for each."""
        path = self._folder / self._random.token()
        return IncomingPhoto(path, self._files, between=self._between, left=self._left)

    def has_job(self, path: Path) -> None:
        """A kept photo will not get a job any more, if it has none by now."""
        self._between.discard(path)

    def remove(self, path: Path) -> None:
        """Delete a kept photo; without effect where it is gone."""
        self.has_job(path)
        with _told(path):
            self._delete([path])

    def remove_left(self) -> None:
        """Delete what could not be deleted before."""
        if self._left:
            with _told(self._folder):
                self._delete(list(self._left))

    def sweep(self, needed: Collection[Path] | None) -> int:
        """Delete what a crash left behind, and say how many files it was.

        That is everything but `needed` that was there when this was made, for photos may be coming in by now; where
        `needed` is None, what is not whole.
        """
        with _told(self._folder):
            here = [self._folder / name for name in self._from_before]
            left = [path for path in here if path.suffix == PART or (needed is not None and path not in needed)]
            if left:
                self._delete(left)
            self._from_before = []
        return len(left)

    def erase(self, known: Callable[[], Collection[Path]]) -> None:
        """Delete each photo that is here and that no job has, nor will have.

        The order matters, for photos are coming in: what is here and not between keeping and its job has had its job
        by now, and `known` names it, or it is forgotten.
        """
        with _told(self._folder):
            here = [self._folder / name for name in self._files.names(self._folder)]
            between = frozenset(self._between)
            stays = frozenset(known()) | between
            # Also where none is left: one that was deleted before may not be synced.
            self._delete([path for path in here if path.suffix != PART and path not in stays])

    def free_bytes(self) -> int:
        """The room that is left for photos."""
        with _told(self._folder):
            return self._files.free_bytes(self._folder)

    def _delete(self, paths: list[Path]) -> None:
        """Delete them, and have that safe; what could not be is left for later."""
        self._left.update(paths)
        for path in paths:
            # It may be gone already, where the disk failed in the middle.
            with suppress(FileNotFoundError):
                self._files.remove(path)
        # A photo that a power cut brings back would be kept longer than was promised.
        self._files.sync_folder(self._folder)
        self._left.difference_update(paths)


class IncomingPhoto:
    """A photo that is being written, under a name that nobody takes for a photo until it is whole."""

    def __init__(self, path: Path, files: Files, *, between: set[Path], left: set[Path]) -> None:
        self._path = path
        self._part = path.with_suffix(PART)
        self._files = files
        self._between = between
        self._left = left
        self._hash = hashlib.sha256()
        self._size = 0
        # The folder is named and not the file, which is another at each try: what is wrong is said once.
        with _told(path.parent):
            self._file: NewFile | None = files.create(self._part)

    def write(self, data: bytes) -> None:
        """The next bytes of it."""
        with _told(self._path.parent):
            self._open_file().write(data)
        self._hash.update(data)
        self._size += len(data)

    def keep(self) -> Kept:
        """It is whole, and safe on the disk when this returns: its bytes, its name, and the folder."""
        file = self._open_file()
        with _told(self._path.parent):
            file.sync()
            file.close()
            passing("a photo is synced and has no name")
            self._between.add(self._path)
            self._files.rename(self._part, self._path)
            self._files.sync_folder(self._path.parent)
        self._file = None
        return Kept(path=self._path, sha256=self._hash.hexdigest(), size_bytes=self._size)

    def discard(self) -> None:
        """Forget what came so far; without effect after `keep`."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with suppress(OSError):
            file.close()
        self._between.discard(self._path)
        for path in (self._part, self._path):
            try:
                self._files.remove(path)
            except FileNotFoundError:
                continue
            except OSError:
                self._left.add(path)

    def _open_file(self) -> NewFile:
        if self._file is None:
            raise StoreError(f"{self._path} was kept or discarded before")
        return self._file


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"{path} cannot be written: the disk is full; make room") from error
        raise StoreError(f"{path} cannot be written ({error.strerror}); check the disk") from error
