"""The photos of the simulated world: each says itself which one it is, and what is the matter with it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from random import Random

Kind: TypeAlias = Literal["good", "broken", "late", "poison", "mistake", "text", "large"]
"""late: broken, which is found out after the opening. poison: ends the process. text: no photo. large: too large."""

LIMIT_BYTES = 20_000

_HEAD = b"\xff\xd8\xff"
_LABEL = re.compile(rb"photo (\d+) is (\w+);")


@dataclass(frozen=True, slots=True)
class SimPhoto:
    """A photo, and its bytes."""

    number: int
    kind: Kind
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def may_be_taken_in(self) -> bool:
        """Whether a door can tell that it is none."""
        return self.kind not in ("text", "large")


def make(number: int, kind: Kind, random: Random) -> SimPhoto:
    """The photo with this number."""
    head = b"" if kind == "text" else _HEAD
    label = b"photo %d is %s;" % (number, kind.encode())
    size = LIMIT_BYTES + 1 if kind == "large" else random.choice((40, 500, 5000))
    return SimPhoto(number, kind, head + label + random.randbytes(1) * size)


def number_of(data: bytes) -> int:
    """Which photo these bytes are."""
    found = _LABEL.search(data)
    assert found, f"this is no photo that was ever brought: {data[:40]!r}"
    return int(found[1])


def kind_of(data: bytes) -> str:
    """What is the matter with it."""
    found = _LABEL.search(data)
    assert found
    return found[2].decode()
