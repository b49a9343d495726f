"""The bytes of a photo, from a file that may be anything."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from device.core.errors import BadPhotoError

if TYPE_CHECKING:
    from pathlib import Path


def read_photo(path: Path, *, most_bytes: int) -> bytes:
    """All bytes of a regular file; a pipe or a device is refused without waiting for it.

    Raises:
        BadPhotoError: There is no such file, it cannot be opened, is no regular file, is empty, or is over the limit.
    """
    try:
        # O_NONBLOCK: opening a pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise BadPhotoError("missing", f"{path} is not there; check the name") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadPhotoError("missing", f"{path} cannot be opened ({reason}); check its name and permissions") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise BadPhotoError("refused", f"{path} is no file but a folder, pipe or device; name a photo")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size == 0:
            raise BadPhotoError("empty", f"{path} is empty; copy it again")
        if status.st_size > most_bytes:
            raise BadPhotoError("too_large", _too_many_bytes(path, status.st_size, most_bytes))
        try:
            data = file.read(most_bytes + 1)
        except OSError as error:
            raise BadPhotoError("missing", f"{path} cannot be read ({error.strerror}); copy it again") from error
    if len(data) > most_bytes:
        raise BadPhotoError("too_large", _too_many_bytes(path, len(data), most_bytes))
    return data


def _too_many_bytes(path: Path, size: int, most: int) -> str:
    return (
        f"{path} has {size / 1e6:.1f} megabytes, the limit is {most / 1e6:g}; "
        "make it smaller or raise [limits] megabytes"
    )
