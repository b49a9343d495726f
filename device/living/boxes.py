"""A box of MP4 that players pass over and that those find who ask where a film comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""What the box of XMP is known by: part 3 of the XMP specification, MPEG-4."""

_HEADER = 8


def append_xmp(file: BinaryIO, packet: bytes) -> None:
    """Put a packet of XMP behind the last box of a complete film that stands at its end."""
    size = _HEADER + len(_XMP) + len(packet)
    file.write(size.to_bytes(4, "big") + b"uuid" + _XMP + packet)
