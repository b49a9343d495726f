"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

HEAD_BYTES = 64
"""How many bytes `format_of` wants to see."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)


def format_of(head: bytes) -> str | None:
    """The name of the photo format that begins with these bytes, or None where it is none that is read."""
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and _is_heif(head):
        return "heif"
    return None


def _is_heif(head: bytes) -> bool:
    # A brand is four bytes: the major one first, then, after a version, those that the file is compatible with.
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, len(head) - 3, 4))}
    return bool(brands & _HEIF_BRANDS) and b"avif" not in brands
