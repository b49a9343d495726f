"""Files that are a row of chunks: PNG, whose checksums are made right again so that decoding goes deep, and WebP."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from tests.fuzz.anyhow import ANYHOW
from tests.fuzz.numbers import odd_number, put, size, some_put
from tests.fuzz.tiff import mangled_exif

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.fuzz.anyhow import Mutation

Chunks: TypeAlias = "list[tuple[bytes, bytes]]"
"""Name and content of each."""

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_NAMES = b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP tEXt zTXt iTXt bKGD pHYs sBIT hIST tIME eXIf acTL fcTL fdAT"
_WEBP_NAMES = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"JUNK")
_MOST_UNPACKED = 10_000_000


def _png(data: bytes) -> Chunks:
    chunks: Chunks = []
    at = len(_PNG_HEAD)
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _whole_png(chunks: Chunks) -> bytes:
    return _PNG_HEAD + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def _webp(data: bytes) -> Chunks:
    chunks: Chunks = []
    at = 12
    while at + 8 <= len(data):
        length = struct.unpack_from("<I", data, at + 4)[0]
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return chunks


def _whole_webp(chunks: Chunks) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _on(
    read: Callable[[bytes], Chunks], write: Callable[[Chunks], bytes], change: Callable[[Random, Chunks, Chunks], None]
) -> Mutation:
    """A change of the list of chunks, as a change of the file; a file that has none is left as it is."""

    def mutation(random: Random, data: bytes, other: bytes) -> bytes:
        chunks = read(data)
        if not chunks:
            return data
        change(random, chunks, read(other) or chunks)
        return write(chunks)

    mutation.__name__ = change.__name__.lstrip("_")
    return mutation


def _change_chunk(random: Random, chunks: Chunks, theirs: Chunks) -> None:
    number = random.randrange(len(chunks))
    name, content = chunks[number]
    other = random.choice(theirs)[1]
    chunks[number] = (name, random.choice(ANYHOW)(random, content, other) if content else random.randbytes(9))


def _move_chunks(random: Random, chunks: Chunks, theirs: Chunks) -> None:
    number = random.randrange(len(chunks))
    kind = random.randrange(4)
    if kind == 0:
        del chunks[number]
    elif kind == 1:
        chunks[number:number] = [chunks[number]] * random.choice((1, 2, 50))
    elif kind == 2:
        random.shuffle(chunks)
    else:
        chunks[number] = random.choice(theirs)


def _rename_png(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    number = random.randrange(len(chunks))
    chunks[number] = (random.choice(_PNG_NAMES.split()), chunks[number][1])


def _rename_webp(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    number = random.randrange(len(chunks))
    chunks[number] = (random.choice(_WEBP_NAMES), chunks[number][1])


def _add_png(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    """One that says something about the picture, and nothing that makes sense."""
    name = random.choice((b"tRNS", b"PLTE", b"iCCP", b"zTXt", b"iTXt", b"gAMA", b"cHRM", b"acTL", b"fcTL", b"eXIf"))
    content = random.choice(
        (
            random.randbytes(random.randrange(40)),
            b"name\0\0" + zlib.compress(bytes(random.choice((10, 100_000)))),
            struct.pack(">IIIIIHHBB", *(odd_number(random, 4) for _ in range(5)), 1, 1, 0, 0),
        )
    )
    chunks.insert(random.randrange(len(chunks) + 1), (name, content))


def _change_header(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    """Size, depth, kind of colours, interlacing."""
    name, content = chunks[0]
    if random.random() < 1 / 2:
        content = put(content, random.choice((0, 4)), size(random), 4)
    else:
        content = put(content, random.randrange(8, 13), random.choice((0, 1, 2, 3, 4, 6, 8, 16, 255)), 1)
    chunks[0] = (name, content)


def _change_rows(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    """What was packed, packed again after a change: filters and rows are wrong where the packing is right."""
    whole = b"".join(content for name, content in chunks if name == b"IDAT")
    with suppress(zlib.error):
        rows = zlib.decompressobj().decompress(whole, _MOST_UNPACKED)
        rows = random.choice(ANYHOW)(random, rows, rows)
        packed = zlib.compress(rows, random.choice((0, 1)))
        first = next((number for number, chunk in enumerate(chunks) if chunk[0] == b"IDAT"), len(chunks))
        chunks[:] = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
        chunks.insert(first, (b"IDAT", packed))


def _change_canvas(random: Random, chunks: Chunks, _theirs: Chunks) -> None:
    """The size and the flags of a WebP, or a number in the head of its picture."""
    name, content = chunks[0]
    if name == b"VP8X":
        at = random.choice((0, 4, 7))
        chunks[0] = (name, put(content, at, random.randrange(256) if at == 0 else size(random), 2 if at else 1))
    else:
        chunks[0] = (name, some_put(random, content, end=16))


def _mangle_exif(random: Random, chunks: Chunks, theirs: Chunks) -> None:
    for number, (name, content) in enumerate(chunks):
        if name in {b"EXIF", b"eXIf"}:
            start = 6 if content.startswith(b"Exif\0\0") else 0
            chunks[number] = (name, content[:start] + mangled_exif(random, content[start:]))
            return
    _change_chunk(random, chunks, theirs)


def lie_about_length(random: Random, data: bytes, _other: bytes) -> bytes:
    """The length of the whole or of the first chunks is wrong."""
    order, places = ("<", (4, 16)) if data.startswith(b"RIFF") else (">", (8, 33))
    return put(data, random.choice(places), odd_number(random, 4), 4, order=order)


PNG: tuple[Mutation, ...] = (
    *(
        _on(_png, _whole_png, change)
        for change in (_change_chunk, _move_chunks, _rename_png, _add_png, _change_header, _change_rows, _mangle_exif)
    ),
    lie_about_length,
)
WEBP: tuple[Mutation, ...] = (
    *(
        _on(_webp, _whole_webp, change)
        for change in (_change_chunk, _change_chunk, _move_chunks, _rename_webp, _change_canvas, _mangle_exif)
    ),
    lie_about_length,
)
