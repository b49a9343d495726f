"""What may happen to any file: bytes are changed, lost, moved, or come from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz.numbers import some_put

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Mutation = Callable[[Random, bytes, bytes], bytes]
    """From a source of chance, a file and another of the same format, a file that is no longer what it was."""

HEAD = 160
"""Bytes in which most headers lie."""


def flip_bits(random: Random, data: bytes, _other: bytes) -> bytes:
    changed = bytearray(data)
    reach = random.choice((HEAD, len(data)))
    for _ in range(random.randint(1, 12)):
        if changed:
            changed[random.randrange(min(reach, len(changed)))] ^= 1 << random.randrange(8)
    return bytes(changed)


def new_bytes(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + random.randbytes(end - start) + data[end:]


def odd_numbers(random: Random, data: bytes, _other: bytes) -> bytes:
    for _ in range(random.randint(1, 3)):
        data = some_put(random, data, end=random.choice((HEAD, None)))
    return data


def cut_short(random: Random, data: bytes, _other: bytes) -> bytes:
    return data[: random.choice((random.randrange(len(data) + 1), max(0, len(data) - random.randrange(1, 40))))]


def drop(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + data[end:]


def repeat(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + data[start:end] * random.randint(2, 5) + data[end:]


def insert(random: Random, data: bytes, _other: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.randint(1, 64)) + data[at:]


def blank(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + random.choice((b"\0", b"\xff")) * (end - start) + data[end:]


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + other[random.choice((at, random.randrange(len(other) + 1))) :]


def transplant(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _stretch(random, data)
    from_, to = _stretch(random, other)
    return data[:start] + other[from_:to] + data[end:]


ANYHOW: tuple[Mutation, ...] = (
    flip_bits,
    new_bytes,
    odd_numbers,
    cut_short,
    drop,
    repeat,
    insert,
    blank,
    splice,
    transplant,
)


def _stretch(random: Random, data: bytes) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    longest = random.choice((4, 64, len(data) // 4 + 1))
    return start, min(len(data), start + random.randint(1, longest))
