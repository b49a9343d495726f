"""A disk that outlives the process: what is written, and what of it would outlive a power cut.

Two layers, as on a real one. Bytes are safe up to where the file was synced; names are safe as the folder was when it
was synced. The rest is a list of changes, of which a power cut leaves some.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from tests.simulation.nodes import Change, File, Folder, Node, be_as_on_disk, files, what_is_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from random import Random


class SimDisk:
    """The disk itself; what a process calls is in `mount.py`, what a person does in `person.py`.

    Args:
        capacity: Its size in bytes; names take no room.

    Attributes:
        on_change: Called with the path that changed, for whoever watches a folder.
        failing: The errno that each call fails with now.
        cuts: How often the power was cut.
        slowness: How many times longer than usual each call takes.
        held: The files that a process has open for writing.
        leases: Whether it can be known here that a file is being written.
        unreadable: Files that nobody may read.
    """

    def __init__(self, *, capacity: int = sys.maxsize) -> None:
        self.capacity = capacity
        self.leases = True
        self.unreadable: set[Path] = set()
        self.cuts = 0
        self.held: list[File] = []
        self.on_change: Callable[[Path], None] = lambda _path: None
        self.failing: int | None = None
        self.slowness = 1.0
        self._root = Folder()
        self._changes: list[Change] = []
        self._used = 0
        self._moment = 0

    # Trouble

    def fail_with(self, number: int | None) -> None:
        """Each call of a process fails with this errno from now on; EROFS: each that changes something; None: none."""
        self.failing = number

    def kill(self) -> None:
        """The process is gone, the machine is not: everything that was written stays."""
        for file in self.held:
            file.writers -= 1
        self._recount()

    def crash(self, random: Random) -> None:
        """The power is cut: what is safe stays, of the rest some.

        Of the names either all changes up to some moment, as a journal leaves them, or any, but of one file always the
        earlier ones. Of bytes that were not synced all, none or a part, in which blocks may be missing.
        """
        self.cuts += 1
        journal = random.random() < 0.5
        kept_up_to = random.randint(0, len(self._changes))
        lost: set[int] = set()
        for number, change in enumerate(self._changes):
            kept = number < kept_up_to if journal else random.random() < 0.5
            if kept and not change.nodes & lost:
                change.reach_the_disk()
            else:
                lost |= change.nodes
        self._changes.clear()
        be_as_on_disk(self._root)
        for _, file in files(self._root):
            file.data = bytearray(what_is_left(file, random))
            file.safe, file.writers, file.spoiled = len(file.data), 0, False
        self._recount()

    # For the oracle

    def present(self, path: Path) -> bytes | None:
        """What everybody reads there now; None where there is no such file."""
        node = self._find(path)
        return bytes(node.data) if isinstance(node, File) else None

    def durable(self, path: Path) -> bytes | None:
        """What is there for certain after a power cut now; None where it may be that there is no such file."""
        node: Node | None = self._root
        unsure = set().union(*(change.nodes for change in self._changes))
        for name in path.parts[1:]:
            node = node.safe.get(name) if isinstance(node, Folder) else None
            if id(node) in unsure:
                return None
        return bytes(node.data[: node.safe]) if isinstance(node, File) else None

    # What a kernel does

    def free_bytes(self) -> int:
        return max(0, self.capacity - self._used)

    def folder(self, path: Path) -> Folder:
        node = self._find(path)
        if node is None:
            raise trouble(errno.ENOENT, path)
        if not isinstance(node, Folder):
            raise trouble(errno.ENOTDIR, path)
        return node

    def file(self, path: Path) -> File:
        node = self._find(path)
        if node is None:
            raise trouble(errno.ENOENT, path)
        if not isinstance(node, File):
            raise trouble(errno.EISDIR, path)
        return node

    def files(self, path: Path) -> Iterator[tuple[Path, File]]:
        """All that are in the folder and below it, but for what is hidden."""
        for names, file in files(self.folder(path)):
            if not any(name.startswith(".") for name in names):
                yield path.joinpath(*names), file

    def make_folder(self, path: Path) -> None:
        folder = self._root
        for name in path.parts[1:]:
            if name not in folder.now:
                self._change(Change(node=Folder(), given=(folder, name)), path)
            inner = folder.now[name]
            if not isinstance(inner, Folder):
                raise trouble(errno.EEXIST, path)
            folder = inner

    def create(self, path: Path) -> File:
        folder = self.folder(path.parent)
        if path.name in folder.now:
            raise trouble(errno.EEXIST, path)
        if not self.free_bytes():
            raise trouble(errno.ENOSPC, path)
        file = File(writers=1)
        self._touch(file)
        self._change(Change(node=file, given=(folder, path.name)), path)
        return file

    def write(self, file: File, data: bytes, path: Path) -> None:
        """Append; where there is no room for all of it, a part."""
        room = self.free_bytes()
        file.data += data[:room]
        self._used += len(data[:room])
        self._touch(file)
        self.on_change(path)
        if room < len(data):
            raise trouble(errno.ENOSPC, path)

    def sync(self, file: File) -> None:
        # Once it has failed, Linux takes what it could not write for written.
        if not file.spoiled:
            file.safe = len(file.data)

    def rename(self, old: Path, new: Path) -> None:
        source, target = self.folder(old.parent), self.folder(new.parent)
        node = source.now.get(old.name)
        if node is None:
            raise trouble(errno.ENOENT, old)
        replaced = target.now.get(new.name)
        if replaced is node:
            return
        if isinstance(replaced, Folder):
            raise trouble(errno.EISDIR, new)
        if isinstance(node, File):
            self._touch(node)
        self._forget(replaced)
        taken, given = (source, old.name), (target, new.name)
        self._change(Change(node=node, taken=taken, given=given, replaced=replaced), new)

    def remove(self, path: Path) -> None:
        file = self.file(path)
        self._forget(file)
        self._change(Change(node=file, taken=(self.folder(path.parent), path.name)), path)

    def sync_folder(self, path: Path) -> None:
        """Its names reach the disk, and with them what was done before to the same files elsewhere."""
        folder = self.folder(path)
        nodes: set[int] = set()
        safe = set()
        for change in reversed(self._changes):
            if change.touches(folder) or change.nodes & nodes:
                nodes |= change.nodes
                safe.add(change)
        for change in self._changes:
            if change in safe:
                change.reach_the_disk()
        self._changes = [change for change in self._changes if change not in safe]

    def _change(self, change: Change, path: Path) -> None:
        if change.taken:
            del change.taken[0].now[change.taken[1]]
        if change.given:
            change.given[0].now[change.given[1]] = change.node
        self._changes.append(change)
        self.on_change(path)

    def _find(self, path: Path) -> Node | None:
        assert path.is_absolute(), path
        node: Node | None = self._root
        for name in path.parts[1:]:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node

    def _recount(self) -> None:
        self.held.clear()
        self._used = sum(len(file.data) for _, file in files(self._root))

    def _forget(self, node: Node | None) -> None:
        if isinstance(node, File):
            self._used -= len(node.data)

    def _touch(self, file: File) -> None:
        self._moment += 1
        file.changed = self._moment


def trouble(number: int, path: Path) -> OSError:
    """The error that a kernel gives."""
    return OSError(number, os.strerror(number), str(path))
