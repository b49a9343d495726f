"""The simulated disk, as one process sees it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from device.core.types import FoundFile
from tests.simulation.disk import trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from tests.simulation.disk import SimDisk
    from tests.simulation.life import Life
    from tests.simulation.loop import SimLoop
    from tests.simulation.nodes import File

MOST_CHUNK_BYTES = 1 << 20

AFTERWARDS_SHARE = 0.25
"""How often a call takes its time when all is done already: whoever made it does not know that yet."""


class SimFiles:
    """The `Files` of one life.

    Args:
        disk: Where they are.
        life: Whose they are.
        loop: Where a call waits; without one, and before the loop runs, none does. A call on the loop itself fails.
        random: Chance.
        slowest_seconds: How long a call takes at most; a sync takes up to ten times as long.
    """

    def __init__(
        self, disk: SimDisk, *, life: Life, loop: SimLoop | None, random: Random, slowest_seconds: float = 0.005
    ) -> None:
        self.disk = disk
        self._life = life
        self._loop = loop
        self._random = random
        self._slowest_seconds = slowest_seconds
        self._looked_at: Path | None = None

    def make_folder(self, folder: Path) -> None:
        self.begin(folder)
        self.disk.make_folder(folder)
        self.end()

    def create(self, path: Path) -> SimFile:
        self.begin(path)
        file = SimFile(self, path, self.disk.create(path), self._random)
        self.end()
        return file

    def rename(self, old: Path, new: Path) -> None:
        self.begin(old)
        self.disk.rename(old, new)
        self.end()

    def remove(self, path: Path) -> None:
        # Who looks at a file and removes it in one breath is as good as alone: some microseconds are not modelled.
        self.begin(path, times=0.0 if self._looked_at == path else 1.0)
        self.disk.remove(path)
        self.end()

    def sync_folder(self, folder: Path) -> None:
        self.begin(folder, times=10)
        self.disk.sync_folder(folder)
        self.end()

    def names(self, folder: Path) -> list[str]:
        self.begin(folder, changes=False)
        names = list(self.disk.folder(folder).now)
        self._random.shuffle(names)
        return names

    def tree(self, folder: Path) -> list[FoundFile]:
        self.begin(folder, changes=False)
        found = [
            FoundFile(path=path, size_bytes=len(file.data), changed=file.changed)
            for path, file in self.disk.files(folder)
        ]
        self._random.shuffle(found)
        self.end()
        return found

    def look(self, path: Path) -> FoundFile | None:
        self.begin(path, changes=False)
        self._looked_at = path
        if self.disk.present(path) is None:
            return None
        file = self.disk.file(path)
        return FoundFile(path=path, size_bytes=len(file.data), changed=file.changed)

    def chunks(self, path: Path) -> Iterator[bytes]:
        self.begin(path, changes=False)
        if path in self.disk.unreadable:
            raise trouble(errno.EACCES, path)
        file = self.disk.file(path)
        done = 0
        most = self._random.choice((MOST_CHUNK_BYTES, 1 + len(file.data) // 3))
        while chunk := bytes(file.data[done : done + self._random.randint(1, min(most, MOST_CHUNK_BYTES))]):
            yield chunk
            done += len(chunk)
            self.begin(path, changes=False)

    def is_being_written(self, path: Path) -> bool:
        self.begin(path, changes=False)
        return self.disk.leases and self.disk.file(path).writers > 0

    def free_bytes(self, folder: Path) -> int:
        self.begin(folder, changes=False)
        self.disk.folder(folder)
        return self.disk.free_bytes()

    def check(self) -> None:
        """Nothing is done by the dead."""
        self._life.check()

    def begin(self, path: Path, *, changes: bool = True, times: float = 1.0) -> None:
        """What comes before each call: it waits, and fails where the disk does."""
        self._life.check()
        self._looked_at = None
        self._wait(times)
        if self.disk.failing is not None and (changes or self.disk.failing != errno.EROFS):
            raise trouble(self.disk.failing, path)

    def end(self) -> None:
        """What comes after each call that may change something."""
        if self._random.random() < AFTERWARDS_SHARE:
            self._wait(1.0)

    def _wait(self, times: float) -> None:
        if times and self._loop is not None and self._loop.is_running():
            self._loop.block(self._random.random() * self._slowest_seconds * times * self.disk.slowness)


class SimFile:
    """A file that a life is writing."""

    def __init__(self, files: SimFiles, path: Path, file: File, random: Random) -> None:
        self._files = files
        self._path = path
        self._file: File | None = file
        self._random = random
        files.disk.held.append(file)

    def write(self, data: bytes) -> None:
        file = self._open()
        self._files.begin(self._path)
        done = self._random.randint(0, len(data))
        self._files.disk.write(file, data[:done], self._path)
        self._files.end()
        self._files.disk.write(file, data[done:], self._path)

    def sync(self) -> None:
        file = self._open()
        try:
            self._files.begin(self._path, times=10)
        except OSError:
            file.spoiled = True
            raise
        self._files.disk.sync(file)
        self._files.end()

    def close(self) -> None:
        self._files.check()
        if self._file is not None:
            self._files.disk.held.remove(self._file)
            self._file.writers -= 1
            self._file = None

    def _open(self) -> File:
        if self._file is None:
            raise ValueError("the file is closed")
        return self._file
