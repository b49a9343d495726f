"""Numbers that programs trip over, written over those that are there."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_WIDTHS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def odd_number(random: Random, width: int) -> int:
    """One of so many bytes: none, few, a power of two or its neighbour, all ones, or anything."""
    most: int = 256**width
    near = 1 << random.randrange(8 * width)
    numbers = (0, 1, random.randrange(20), near - 1, near, near + 1, most // 2, most - 1, most - 2)
    return random.choice(numbers) % most


def size(random: Random) -> int:
    """A number of pixels: odd, or what a picture may well have, so that memory is taken before the data ends."""
    return odd_number(random, 4) if random.random() < 1 / 3 else random.randrange(1, 2500)


def put(data: bytes, at: int, number: int, width: int, *, order: str = ">") -> bytes:
    """The data with this number at this place, as far as they reach; `order` as in `struct`."""
    new = struct.pack(order + _WIDTHS[width], number % 256**width)[: max(0, len(data) - at)]
    return data[:at] + new + data[at + len(new) :]


def some_put(random: Random, data: bytes, *, first: int = 0, end: int | None = None) -> bytes:
    """The data with an odd number somewhere from `first` on and before `end`."""
    end = len(data) if end is None else min(end, len(data))
    if first >= end:
        return data
    width = random.choice((1, 1, 2, 4, 8))
    return put(data, random.randrange(first, end), odd_number(random, width), width, order=random.choice("<>"))
