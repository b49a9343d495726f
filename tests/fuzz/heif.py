"""HEIF: a tree of boxes, of which one is changed, with the sizes of those around it made right again."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fuzz.anyhow import ANYHOW
from tests.fuzz.numbers import odd_number, put, size, some_put

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.anyhow import Mutation

_INSIDE = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iref": 4, b"iinf": 6, b"dinf": 0, b"moov": 0, b"trak": 0}
"""Boxes that hold others, and how many bytes stand before these."""

_HEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _BoxAt:
    """Where a box lies, what it is, and where those lie that it is in."""

    at: int
    end: int
    name: bytes
    around: tuple[int, ...]


def _boxes(data: bytes, start: int = 0, end: int | None = None, around: tuple[int, ...] = ()) -> list[_BoxAt]:
    end = len(data) if end is None else end
    found: list[_BoxAt] = []
    while start + _HEAD <= end:
        length, name = struct.unpack_from(">I4s", data, start)
        if length < _HEAD or start + length > end:
            break
        found.append(_BoxAt(at=start, end=start + length, name=name, around=around))
        if name in _INSIDE:
            found += _boxes(data, start + _HEAD + _INSIDE[name], start + length, (*around, start))
        start += length
    return found


def _replaced(data: bytes, box: _BoxAt, new: bytes) -> bytes:
    grown = len(new) - (box.end - box.at)
    for at in box.around:
        data = put(data, at, struct.unpack_from(">I", data, at)[0] + grown, 4)
    return data[: box.at] + new + data[box.end :]


def _chosen(random: Random, data: bytes) -> _BoxAt | None:
    boxes = [box for box in _boxes(data) if box.name != b"mdat" or random.random() < 1 / 2]
    return random.choice(boxes) if boxes else None


def change_numbers(random: Random, data: bytes, _other: bytes) -> bytes:
    """Inside of a box; nothing else moves."""
    box = _chosen(random, data)
    if box is None:
        return data
    for _ in range(random.randint(1, 3)):
        data = some_put(random, data, first=box.at + _HEAD, end=box.end)
    return data


def change_size(random: Random, data: bytes, _other: bytes) -> bytes:
    """How large the picture is, or how it is cut or turned."""
    known = [box for box in _boxes(data) if box.name in {b"ispe", b"clap", b"irot", b"imir"}]
    if not known:
        return data
    box = random.choice(known)
    if box.name == b"ispe":
        return put(data, box.at + random.choice((12, 16)), size(random), 4)
    return some_put(random, data, first=box.at + _HEAD, end=box.end)


def change_length(random: Random, data: bytes, _other: bytes) -> bytes:
    box = _chosen(random, data)
    return data if box is None else put(data, box.at, odd_number(random, 4), 4)


def change_inside(random: Random, data: bytes, other: bytes) -> bytes:
    box = _chosen(random, data)
    if box is None or box.at + _HEAD == box.end:
        return data
    content = random.choice(ANYHOW)(random, data[box.at + _HEAD : box.end], other)
    return _replaced(data, box, struct.pack(">I", len(content) + _HEAD) + box.name + content)


def move_boxes(random: Random, data: bytes, other: bytes) -> bytes:
    """One is gone, comes again, has another name, or comes from another file."""
    box, theirs = _chosen(random, data), _chosen(random, other)
    if box is None or theirs is None:
        return data
    whole = data[box.at : box.end]
    names = [each.name for each in _boxes(other)]
    kinds = (b"", whole * random.choice((2, 30)), whole[:4] + random.choice(names) + whole[_HEAD:])
    return _replaced(data, box, random.choice((*kinds, other[theirs.at : theirs.end])))


HEIF: tuple[Mutation, ...] = (change_numbers, change_numbers, change_size, change_length, change_inside, move_boxes)
