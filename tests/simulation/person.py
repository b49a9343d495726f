"""What somebody else does on the simulated disk: a person with a copying tool, who belongs to no life."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulation.disk import SimDisk


class Copying:
    """A file that somebody copies to the disk, piece by piece; a power cut ends it."""

    def __init__(self, disk: SimDisk, path: Path) -> None:
        self._disk = disk
        self._path = path
        self._file = disk.create(path)
        self._cuts = disk.cuts

    @property
    def cut_off(self) -> bool:
        """Whether the power was cut meanwhile: nothing more is written."""
        return self._cuts != self._disk.cuts

    def write(self, data: bytes) -> None:
        if not self.cut_off:
            self._disk.write(self._file, data, self._path)

    def done(self, *, synced: bool = True) -> None:
        """The last byte is written; `synced`: and all of it is safe, name included."""
        if self.cut_off:
            return
        self._file.writers -= 1
        if synced:
            self._disk.sync(self._file)
            self._disk.sync_folder(self._path.parent)
        self._disk.on_change(self._path)


class Person:
    """Somebody with files."""

    def __init__(self, disk: SimDisk) -> None:
        self._disk = disk

    def make_folder(self, path: Path) -> None:
        """A folder that is safe, and all those above it."""
        self._disk.make_folder(path)
        for folder in reversed(path.parents):
            self._disk.sync_folder(folder)

    def put(self, path: Path, data: bytes) -> None:
        """A whole file, at once, safe; it takes the place of one that is there."""
        if self._disk.present(path) is not None:
            self._disk.remove(path)
        copying = self.copy(path)
        copying.write(data)
        copying.done()

    def copy(self, path: Path) -> Copying:
        """Begin to copy a file."""
        return Copying(self._disk, path)

    def move(self, old: Path, new: Path) -> None:
        """Rename it, also from one folder into another, and have that safe."""
        self._disk.rename(old, new)
        self._disk.sync_folder(new.parent)

    def delete(self, path: Path) -> None:
        """Delete it, and have that safe."""
        self._disk.remove(path)
        self._disk.sync_folder(path.parent)
