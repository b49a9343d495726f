"""Memory: little is taken at work, and it goes back to the system when the device comes to rest."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress
from pathlib import Path

MAPS = Path("/proc/self/maps")
"""What this process has mapped: proc(5)."""


_M_ARENA_MAX = -8
"""From malloc.h: how many heaps there may be."""


def one_heap() -> None:
    """Let all threads share one heap; without effect once a thread has taken memory from another.

    The C library gives each thread a heap of its own, and keeps at the end of each what a large photo or a long
    sentence took there; only of the first heap can that be asked back. Two threads work at once here at most, so that
    they hardly wait for one another.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def trim() -> None:
    """Give back what the C library keeps of memory that is free: after a photo 5 to 11 MB, in less than 1 ms."""
    # Only the GNU C library has it, which is that of Raspberry Pi OS.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def give_back() -> None:
    """Give back what the C library keeps of memory that is free, and the text of programs that nobody runs at rest.

    The libraries that look and speak cannot be unloaded, and a third of an idle process is their text. It stays in the
    page cache as long as nobody else needs the room, and comes back page by page when it is run again.
    """
    trim()
    # Only Linux has these.
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for start, length in text():
            library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), mmap.MADV_DONTNEED)


def text() -> list[tuple[int, int]]:
    """Address and length of what is mapped from files to be run: never written to, and so the same when read again.

    Nothing else is taken: what the linker wrote addresses into can look as if it had never been written to.

    Raises:
        OSError: The system does not tell.
    """
    found: list[tuple[int, int]] = []
    for line in MAPS.read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, permissions, _, _, inode, *path = line.split(maxsplit=5)
        if permissions == "r-xp" and inode != "0" and path:
            start, end = (int(each, 16) for each in addresses.split("-"))
            found.append((start, end - start))
    return found
