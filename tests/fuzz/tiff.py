"""TIFF, and with it EXIF: folders of entries are changed in place, so that all that they point at stays where it is."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fuzz.numbers import odd_number, put, size

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.anyhow import Mutation

_FOLDERS = frozenset({0x8769, 0x8825, 0xA005, 0x014A})
_SIZES = (0x100, 0x101, 0x116, 0x142, 0x143)
_TAGS = (0x100, 0x101, 0x102, 0x103, 0x106, 0x111, 0x112, 0x115, 0x116, 0x117, 0x11C, 0x13D, 0x140, 0x142, 0x152, 0x153)
_ENTRY = 12
_MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """Where the entries of a TIFF lie, where each folder ends, and in which order its bytes are."""

    order: str
    places: tuple[int, ...]
    ends: tuple[int, ...]


def _entries(data: bytes) -> _Entries:
    order = "<" if data[:2] == b"II" else ">"
    places: list[int] = []
    ends: list[int] = []
    folders = [_number(data, 4, 4, order)]
    seen: set[int] = set()
    while folders and len(places) < _MOST_ENTRIES:
        folder = folders.pop()
        if folder in seen or folder + 2 > len(data):
            continue
        seen.add(folder)
        number = min(_number(data, folder, 2, order), _MOST_ENTRIES)
        for place in range(folder + 2, folder + 2 + number * _ENTRY, _ENTRY):
            if place + _ENTRY > len(data):
                break
            places.append(place)
            if _number(data, place, 2, order) in _FOLDERS:
                folders.append(_number(data, place + 8, 4, order))
        ends.append(folder + 2 + number * _ENTRY)
        folders.append(_number(data, ends[-1], 4, order))
    return _Entries(order=order, places=tuple(places), ends=tuple(ends))


def _number(data: bytes, at: int, width: int, order: str) -> int:
    part = data[at : at + width]
    return int(struct.unpack(order + {2: "H", 4: "I"}[width], part)[0]) if len(part) == width else 0


def change_entry(random: Random, data: bytes, _other: bytes) -> bytes:
    """Its tag, its type, its count, or its value or where that lies."""
    entries = _entries(data)
    if not entries.places:
        return data
    place = random.choice(entries.places)
    at, width = random.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 2)))
    number = random.choice(_TAGS) if at == 0 else odd_number(random, width)
    if random.random() < 1 / 4:
        number = random.randrange(20 if at == 2 else len(data))
    return put(data, place + at, number, width, order=entries.order)


def change_size(random: Random, data: bytes, _other: bytes) -> bytes:
    entries = _entries(data)
    lengths = [place for place in entries.places if _number(data, place, 2, entries.order) in _SIZES]
    if not lengths:
        return data
    at = random.choice(lengths)
    new = size(random)
    # A short number stands at the beginning of its four bytes.
    short = new <= 0xFFFF
    data = put(data, at + 8, new << 16 if short and entries.order == ">" else new, 4, order=entries.order)
    return put(data, at + 2, 3 if short else 4, 2, order=entries.order)


def change_chain(random: Random, data: bytes, _other: bytes) -> bytes:
    """Where the next folder lies: it may be this one again."""
    entries = _entries(data)
    if not entries.ends:
        return data
    target = random.choice((random.randrange(len(data) + 1), *(each - 2 for each in entries.places), 4, 8))
    return put(data, random.choice((*entries.ends, 4)), target, 4, order=entries.order)


def change_number_of_entries(random: Random, data: bytes, _other: bytes) -> bytes:
    entries = _entries(data)
    first = _number(data, 4, 4, entries.order)
    return put(data, first, odd_number(random, 2), 2, order=entries.order)


def swap_entries(random: Random, data: bytes, other: bytes) -> bytes:
    """An entry becomes a copy of another, perhaps of another file."""
    entries, theirs = _entries(data), _entries(other)
    if not entries.places or not theirs.places:
        return data
    to = random.choice(entries.places)
    source, places = random.choice(((data, entries.places), (other, theirs.places)))
    from_ = random.choice(places)
    return data[:to] + source[from_ : from_ + _ENTRY] + data[to + _ENTRY :]


TIFF: tuple[Mutation, ...] = (
    change_entry,
    change_entry,
    change_size,
    change_chain,
    change_number_of_entries,
    swap_entries,
)


def mangled_exif(random: Random, exif: bytes) -> bytes:
    """An EXIF block after its name, with one to three things wrong."""
    for _ in range(random.randint(1, 3)):
        exif = random.choice(TIFF)(random, exif, exif)
    return exif
