"""GIF and BMP: formats with one head and no nesting; the numbers in it are changed, and the blocks behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz.anyhow import flip_bits, odd_numbers
from tests.fuzz.numbers import odd_number, put, size

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.anyhow import Mutation

_BMP_FIELDS = ((2, 4), (10, 4), (14, 4), (26, 2), (28, 2), (30, 4), (34, 4), (46, 4), (50, 4), (54, 4), (58, 4))
_BMP_DEPTHS = (0, 1, 2, 4, 8, 16, 24, 32, 64)
_BMP_DEPTH, _BMP_WAY = 28, 30
_GIF_HEAD = 13
_PICTURE, _EXTENSION = 0x2C, 0x21


def change_bmp_head(random: Random, data: bytes, _other: bytes) -> bytes:
    at, width = random.choice(_BMP_FIELDS)
    number = odd_number(random, width)
    if at == _BMP_DEPTH:
        number = random.choice(_BMP_DEPTHS)
    elif at == _BMP_WAY:
        number = random.randrange(14)
    return put(data, at, number, width, order="<")


def change_bmp_size(random: Random, data: bytes, _other: bytes) -> bytes:
    new = size(random)
    return put(data, random.choice((18, 22)), -new if random.random() < 1 / 4 else new, 4, order="<")


def _pictures(data: bytes) -> list[int]:
    """Where the pictures of a GIF begin, as far as a quick look tells."""
    return [at for at in range(_GIF_HEAD, len(data) - 10) if data[at] == _PICTURE and data[at - 1] == 0][:9]


def change_gif_size(random: Random, data: bytes, _other: bytes) -> bytes:
    """That of the whole or that of a picture in it, or where the picture lies."""
    places = [6, 8, *(at + shift for at in _pictures(data) for shift in (1, 3, 5, 7))]
    return put(data, random.choice(places), size(random), 2, order="<")


def change_gif_flags(random: Random, data: bytes, _other: bytes) -> bytes:
    """Whether there is a palette, how large it is, whether the rows are interlaced; the bits of the first code."""
    places = [10, 11, 12, *(at + shift for at in _pictures(data) for shift in (9, 10))]
    return put(data, random.choice(places), odd_number(random, 1), 1)


def change_gif_blocks(random: Random, data: bytes, _other: bytes) -> bytes:
    """A block has another length, or another block stands before it."""
    at = random.randrange(min(_GIF_HEAD, len(data)), len(data) + 1)
    picture = random.choice(_pictures(data) or [at])
    kind = random.randrange(3)
    if kind == 0:
        return put(data, picture + 10 + random.choice((0, 1, 257)), odd_number(random, 1), 1)
    new = bytes((_EXTENSION, random.choice((0x01, 0xF9, 0xFE, 0xFF, 7)), random.randrange(12))) + random.randbytes(8)
    if kind == 1:
        return data[:picture] + new + b"\0" + data[picture:]
    return data[:picture] + data[picture : picture + 500] + data[picture:]


GIF: tuple[Mutation, ...] = (change_gif_size, change_gif_flags, change_gif_blocks, flip_bits)
BMP: tuple[Mutation, ...] = (change_bmp_head, change_bmp_head, change_bmp_size, odd_numbers)
