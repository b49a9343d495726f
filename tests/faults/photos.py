"""Small photos for the fault tests: each has a title, and is its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random

HEAD = b"\xff\xd8\xff\xe0"
POISON = b"poison"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPhoto:
    """What the format of a photo is known by, a title, and some bytes."""

    title: str
    data: bytes
    sha256: str


def small_photo(title: str, random: Random, *, most_bytes: int = 12_000) -> SmallPhoto:
    """A photo with this title; some are larger than a page of the disk, and some are not."""
    data = HEAD + title.encode() + b"\n" + random.randbytes(random.randrange(100, most_bytes))
    return SmallPhoto(title=title, data=data, sha256=hashlib.sha256(data).hexdigest())


def title_of(data: bytes) -> str:
    """Its title."""
    return data[len(HEAD) :].partition(b"\n")[0].decode()


def chance(seed: int, what: str) -> Random:
    """The same for the same seed."""
    return Random(f"{seed} {what}")  # noqa: S311 - a test that can be run again
