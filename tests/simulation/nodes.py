"""What is on the simulated disk, and how a power cut leaves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

BLOCK_BYTES = 4096


@dataclass(slots=True, eq=False, kw_only=True)
class File:
    """A file; the first `safe` of its bytes are on the disk."""

    data: bytearray = field(default_factory=bytearray)
    safe: int = 0
    changed: int = 0
    writers: int = 0
    spoiled: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Folder:
    """A folder: its names as everybody sees them, and as they are on the disk."""

    now: dict[str, Node] = field(default_factory=dict)
    safe: dict[str, Node] = field(default_factory=dict)


Node: TypeAlias = File | Folder
Name: TypeAlias = tuple[Folder, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Change:
    """A node loses a name, or gets one, or both in one step; `replaced` had the name before."""

    node: Node
    taken: Name | None = None
    given: Name | None = None
    replaced: Node | None = None

    @property
    def nodes(self) -> set[int]:
        return {id(node) for node in (self.node, self.replaced) if node is not None}

    def touches(self, folder: Folder) -> bool:
        return any(name is not None and name[0] is folder for name in (self.taken, self.given))

    def reach_the_disk(self) -> None:
        if self.taken:
            self.taken[0].safe.pop(self.taken[1], None)
        if self.given:
            self.given[0].safe[self.given[1]] = self.node


def files(folder: Folder) -> Iterator[tuple[tuple[str, ...], File]]:
    """All below it, each with the names that lead there."""
    for name, node in folder.now.items():
        if isinstance(node, File):
            yield (name,), node
        else:
            for names, file in files(node):
                yield (name, *names), file


def be_as_on_disk(folder: Folder) -> None:
    """Everybody sees what was safe."""
    folder.now = dict(folder.safe)
    for node in folder.now.values():
        if isinstance(node, Folder):
            be_as_on_disk(node)


def what_is_left(file: File, random: Random) -> bytes:
    """What is safe, and of the rest all, nothing, or a part in which blocks may be missing."""
    written, safe = len(file.data), file.safe
    fate = random.choice(("all", "nothing", "beginning", "holes"))
    if fate == "all" or written == safe:
        return bytes(file.data)
    if fate == "nothing":
        return bytes(file.data[:safe])
    left = bytearray(file.data[: random.randint(safe, written)])
    if fate == "holes":
        for start in range(safe - safe % BLOCK_BYTES, len(left), BLOCK_BYTES):
            first, end = max(start, safe), min(start + BLOCK_BYTES, len(left))
            if random.random() < 0.5:
                left[first:end] = bytes(end - first)
    return bytes(left)
