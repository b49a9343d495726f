"""A phrase as it was spoken, its key, and the bytes that it is kept as.

All is little-endian:

    magic, version, length of the JSON, length of the samples | JSON with rate and marks | samples | CRC-32 of all that

A CRC, because accidents alone are to be found: it sees every changed byte for certain, and costs a slow processor a
fraction of a cryptographic hash.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from device.core.types import Mark

if TYPE_CHECKING:
    from device.core.types import Pcm

FORMAT = 2
"""Raised by whoever changes the files, or what a phrase is; part of each key."""

Value: TypeAlias = str | int | float | None
Part: TypeAlias = Value | tuple[Value, ...] | dict[str, Value]
"""What a key is made of."""

_HEADER = struct.Struct("<4sIII")
_CHECKSUM = struct.Struct("<I")
_MAGIC = b"VXPH"
_SAMPLE = np.dtype("<i2")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phrase:
    """What was made of one text.

    Attributes:
        pcm: Levelled samples.
        sample_rate: Samples a second.
        marks: What is heard when, in samples from the start of the phrase.
    """

    pcm: Pcm
    sample_rate: int
    marks: tuple[Mark, ...]


def phrase_key(**parts: Part) -> str:
    """The name of a phrase: a hash of all that its sound depends on, and of `FORMAT`.

    The order of the parts does not matter; 1, 1.0 and "1" are different, and so are a part that is None and one that is
    not there.
    """
    # ASCII, because a text with half a surrogate pair has no UTF-8.
    content = json.dumps([FORMAT, parts], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def packed(phrase: Phrase) -> bytes:
    """The phrase as the bytes of a file."""
    # int: NumPy's own, which come from arithmetic on lengths, are no JSON.
    marks = [(mark.kind, mark.text, int(mark.first), int(mark.end)) for mark in phrase.marks]
    about = json.dumps({"rate": int(phrase.sample_rate), "marks": marks}, separators=(",", ":")).encode("ascii")
    samples = phrase.pcm.astype(_SAMPLE, copy=False).tobytes()
    whole = _HEADER.pack(_MAGIC, FORMAT, len(about), len(samples)) + about + samples
    return whole + _CHECKSUM.pack(zlib.crc32(whole))


def unpacked(data: bytes) -> Phrase:
    """The phrase of a file.

    Raises:
        ValueError: It is torn, damaged or of another version.
    """
    if len(data) < _HEADER.size + _CHECKSUM.size:
        raise ValueError("torn")
    magic, version, about_size, samples_size = _HEADER.unpack_from(data)
    samples_at = _HEADER.size + about_size
    end = samples_at + samples_size
    if (magic, version) != (_MAGIC, FORMAT) or len(data) != end + _CHECKSUM.size:
        raise ValueError("torn or of another version")
    if _CHECKSUM.unpack_from(data, end)[0] != zlib.crc32(memoryview(data)[:end]):
        raise ValueError("damaged")
    about = json.loads(data[_HEADER.size : samples_at])
    # A copy: aligned, and the caller's own to write to.
    pcm = np.frombuffer(data, _SAMPLE, samples_size // _SAMPLE.itemsize, samples_at).astype(np.int16)
    marks = tuple(Mark(kind=kind, text=text, first=first, end=stop) for kind, text, first, stop in about["marks"])
    return Phrase(pcm=pcm, sample_rate=about["rate"], marks=marks)
