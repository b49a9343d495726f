"""JPEG: its segments are dropped, repeated, moved and changed inside, each with a length that is right again."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeAlias

from tests.fuzz.anyhow import ANYHOW
from tests.fuzz.numbers import odd_number, put, size, some_put
from tests.fuzz.tiff import mangled_exif

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.anyhow import Mutation

Segments: TypeAlias = "list[tuple[int, bytes]]"
"""Marker and content of each; the last one holds the scans with all that follows."""

SCAN, APP1 = 0xDA, 0xE1
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_NAME = b"Exif\0\0"
_MOST_LENGTH = 65533


def _segments(data: bytes) -> Segments:
    segments: Segments = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        length = struct.unpack_from(">H", data, at + 2)[0]
        segments.append((data[at + 1], data[at + 4 : at + 2 + length]))
        at += 2 + max(2, length)
    return [*segments, (SCAN, data[at + 2 :])]


def _whole(segments: Segments) -> bytes:
    parts = [b"\xff\xd8"]
    for marker, content in segments:
        known = content[:_MOST_LENGTH]
        parts.append(bytes((0xFF, marker)))
        parts.append(content if marker == SCAN else struct.pack(">H", len(known) + 2) + known)
    return b"".join(parts)


def change_frame(random: Random, data: bytes, _other: bytes) -> bytes:
    """Its size, its bits, its number of colours, how they are sampled, or how they are coded."""
    return _whole(
        [_odd_frame(random, *segment) if segment[0] in FRAMES else segment for segment in _segments(data)],
    )


def _odd_frame(random: Random, marker: int, content: bytes) -> tuple[int, bytes]:
    kind = random.randrange(4)
    if kind == 0:
        return marker, put(content, random.choice((1, 3)), size(random), 2)
    if kind == 1:
        return random.choice(sorted(FRAMES)), content
    if kind == 2:
        return marker, put(content, random.choice((0, 5)), random.choice((0, 1, 2, 3, 4, 5, 8, 12, 16, 255)), 1)
    return marker, some_put(random, content, first=6)


def change_segment(random: Random, data: bytes, other: bytes) -> bytes:
    segments = _segments(data)
    number = random.randrange(len(segments))
    marker, content = segments[number]
    segments[number] = (marker, random.choice(ANYHOW)(random, content, other) if content else b"\0")
    return _whole(segments)


def change_length(random: Random, data: bytes, _other: bytes) -> bytes:
    """A segment that says it is longer or shorter than it is."""
    segments = _segments(data)
    at = 2 + sum(4 + len(content) for _, content in segments[: random.randrange(len(segments))])
    return put(data, at + 2, odd_number(random, 2), 2)


def move_segments(random: Random, data: bytes, other: bytes) -> bytes:
    """One is gone, comes again, comes elsewhere, or comes from another file."""
    segments, theirs = _segments(data), _segments(other)
    number = random.randrange(len(segments))
    kind = random.randrange(4)
    if kind == 0:
        del segments[number]
    elif kind == 1:
        segments[number:number] = [segments[number]] * random.choice((1, 2, 50))
    elif kind == 2:
        random.shuffle(segments)
    else:
        segments[number] = random.choice(theirs)
    return _whole(segments)


def change_marker(random: Random, data: bytes, _other: bytes) -> bytes:
    segments = _segments(data)
    number = random.randrange(len(segments))
    segments[number] = (random.randrange(0xC0, 0xFF), segments[number][1])
    return _whole(segments)


def markers_in_scan(random: Random, data: bytes, _other: bytes) -> bytes:
    segments = _segments(data)
    marker, scan = segments[-1]
    for _ in range(random.randint(1, 9)):
        at = random.randrange(len(scan) + 1)
        new = bytes((0xFF, random.choice((0xD0, 0xD1, 0xD7, 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDC, 0xDD, 0xFF, 0x01))))
        scan = scan[:at] + new + scan[at + random.choice((0, 2)) :]
    return _whole([*segments[:-1], (marker, scan)])


def mangle_exif(random: Random, data: bytes, other: bytes) -> bytes:
    segments = _segments(data)
    for number, (marker, content) in enumerate(segments):
        if marker == APP1 and content.startswith(_NAME):
            segments[number] = (APP1, _NAME + mangled_exif(random, content[len(_NAME) :]))
            return _whole(segments)
    return change_segment(random, data, other)


JPEG: tuple[Mutation, ...] = (
    change_frame,
    change_frame,
    change_segment,
    change_length,
    move_segments,
    change_marker,
    markers_in_scan,
    mangle_exif,
)
