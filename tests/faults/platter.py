"""A disk with what is safe on it and what is not yet: what of it a power cut may leave.

Data belongs to a file, names belong to a folder. What was written to a file is safe once the file was synced; that it
bears a name, or has none any more, once the folder was: strictly, as POSIX has it, for file systems differ in what they
give beyond. Of what is not safe any part may have reached the disk, in any order, and of a write any of its sectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from tests.faults.trace import Act

SECTORS = (512, 4096)


class Choose(Protocol):
    """Decides what of the unsafe reaches the disk."""

    def change(self) -> bool:
        """Whether a change of a name, or of a length, does."""

    def pieces(self, offset: int, data: bytes) -> list[tuple[int, bytes]]:
        """The parts of a write that do."""


class Nothing:
    """Only what is safe is there."""

    def change(self) -> bool:
        return False

    def pieces(self, offset: int, data: bytes) -> list[tuple[int, bytes]]:  # noqa: ARG002
        return []


class Everything:
    """All is there, as after a kill."""

    def change(self) -> bool:
        return True

    def pieces(self, offset: int, data: bytes) -> list[tuple[int, bytes]]:
        return [(offset, data)]


class Some:
    """Each with some chance, writes torn at the borders of sectors."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._share = random.choice((0.1, 0.5, 0.9))
        self._sector = random.choice(SECTORS)

    def change(self) -> bool:
        return self._random.random() < self._share

    def pieces(self, offset: int, data: bytes) -> list[tuple[int, bytes]]:
        pieces = []
        at = offset
        while at < offset + len(data):
            end = min((at // self._sector + 1) * self._sector, offset + len(data))
            if self.change():
                pieces.append((at, data[at - offset : end - offset]))
            at = end
        return pieces


@dataclass(slots=True)
class _Write:
    offset: int
    data: bytes
    act: int


@dataclass(slots=True)
class _Cut:
    length: int
    act: int


@dataclass(slots=True, eq=False)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[_Write | _Cut] = field(default_factory=list)
    size: int = 0

    def sync(self, before: int) -> None:
        for each in self.pending:
            if each.act < before:
                _apply(self.safe, each, Everything())
        self.pending = [each for each in self.pending if each.act >= before]

    def left(self, choose: Choose) -> bytes:
        data = bytearray(self.safe)
        for each in self.pending:
            _apply(data, each, choose)
        return bytes(data)


@dataclass(slots=True)
class _Change:
    """Of names: each is set, or taken away for None; all of it or nothing."""

    names: dict[str, _File | _Folder | None]
    act: int


@dataclass(slots=True, eq=False)
class _Folder:
    safe: dict[str, _File | _Folder] = field(default_factory=dict)
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    pending: list[_Change] = field(default_factory=list)

    def change(self, names: dict[str, _File | _Folder | None], act: int) -> None:
        _rename(self.now, names)
        self.pending.append(_Change(names, act))

    def sync(self, before: int) -> None:
        for each in self.pending:
            if each.act < before:
                _rename(self.safe, each.names)
        self.pending = [each for each in self.pending if each.act >= before]

    def left(self, choose: Choose) -> dict[str, _File | _Folder]:
        names = dict(self.safe)
        for each in self.pending:
            if choose.change():
                _rename(names, each.names)
        return names


class Platter:
    """All below one folder, which itself is safe.

    Args:
        root: The folder.
        ignore: What of it is of no interest.
    """

    def __init__(self, root: Path, *, ignore: Callable[[Path], bool]) -> None:
        self._root = root
        self._ignore = ignore
        self._top = _Folder()

    def do(self, act: Act) -> bool:
        """Let it happen; whether it changed anything here."""
        if not act.path.is_relative_to(self._root) or self._ignore(act.path):
            return False
        match act.kind:
            case "folder":
                self._folder(act.path.parent).change({act.path.name: _Folder()}, act.ended)
            case "create":
                return self._create(act)
            case "write":
                file = self._file(act.path)
                offset = file.size if act.offset is None else act.offset
                file.pending.append(_Write(offset, act.data, act.ended))
                file.size = max(file.size, offset + len(act.data))
            case "truncate":
                assert act.offset is not None
                self._cut(self._file(act.path), act.offset, act.ended)
            case "rename":
                assert act.to
                self._rename(act.path, act.to, act.ended)
            case "remove":
                self._folder(act.path.parent).change({act.path.name: None}, act.ended)
            case "sync":
                # What was written after the call began need not be in it.
                self._find(act.path).sync(act.began)
            case _:
                return False
        return True

    def leave(self, folder: Path, choose: Choose) -> None:
        """Build below an empty folder what a power cut leaves."""
        _build(self._top, folder, choose)

    def _create(self, act: Act) -> bool:
        folder = self._folder(act.path.parent)
        here = folder.now.get(act.path.name)
        if here is None:
            folder.change({act.path.name: _File()}, act.ended)
        elif act.empties and isinstance(here, _File):
            self._cut(here, 0, act.ended)
        else:
            return False
        return True

    def _cut(self, file: _File, length: int, act: int) -> None:
        file.pending.append(_Cut(length, act))
        file.size = length

    def _rename(self, old: Path, new: Path, act: int) -> None:
        moved = self._find(old)
        if old.parent != new.parent:
            raise ValueError(f"{old} is renamed into another folder: nobody has thought of that yet")
        self._folder(old.parent).change({old.name: None, new.name: moved}, act)

    def _find(self, path: Path) -> _File | _Folder:
        found: _File | _Folder = self._top
        for name in path.relative_to(self._root).parts:
            assert isinstance(found, _Folder), path
            found = found.now[name]
        return found

    def _file(self, path: Path) -> _File:
        found = self._find(path)
        assert isinstance(found, _File), path
        return found

    def _folder(self, path: Path) -> _Folder:
        found = self._find(path)
        assert isinstance(found, _Folder), path
        return found


def _rename(names: dict[str, _File | _Folder], changed: dict[str, _File | _Folder | None]) -> None:
    for name, node in changed.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _apply(data: bytearray, each: _Write | _Cut, choose: Choose) -> None:
    if isinstance(each, _Cut):
        if choose.change():
            del data[each.length :]
            data.extend(bytes(each.length - len(data)))
        return
    for offset, piece in choose.pieces(each.offset, each.data):
        if len(data) < offset:
            data.extend(bytes(offset - len(data)))
        data[offset : offset + len(piece)] = piece


def _build(node: _Folder, folder: Path, choose: Choose) -> None:
    for name, each in node.left(choose).items():
        if isinstance(each, _Folder):
            (folder / name).mkdir()
            _build(each, folder / name, choose)
        else:
            (folder / name).write_bytes(each.left(choose))
