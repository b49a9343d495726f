"""What a sound file says of itself, for machines: that it is synthetic speech.

Two chunks of RIFF after the samples, which every reader of sound passes over. LIST-INFO (RIFF specification, 1991) is
what shows a comment. XMP names the source of the sound; it lies in the chunk `_PMX`, as part 3 of the XMP
specification has it.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

from device.text.provenance import MADE_BY_A_MODEL, TOOL, xmp

if TYPE_CHECKING:
    from typing import BinaryIO

COMMENT = "Synthetic speech: a machine made this sound from a text."

_RIFF_HEADER = 8
"""Bytes that the size of a RIFF file does not count."""


def mark(file: BinaryIO) -> None:
    """Append the mark to a complete WAV file that stands at its end, and count it in the file's size."""
    file.write(_chunks())
    end = file.tell()
    file.seek(4)
    file.write(struct.pack("<I", end - _RIFF_HEADER))
    file.seek(end)


@cache
def _chunks() -> bytes:
    info = b"INFO" + _chunk(b"ISFT", TOOL.encode() + b"\0") + _chunk(b"ICMT", COMMENT.encode() + b"\0")
    return _chunk(b"LIST", info) + _chunk(b"_PMX", xmp(MADE_BY_A_MODEL))


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk ends at an even byte; its size does not count the one that is added."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
