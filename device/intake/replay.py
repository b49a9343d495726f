"""A folder that stands in for a camera."""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING, TypeAlias

from device.core.errors import MissingDeviceError
from device.core.types import Captured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)

_Version: TypeAlias = tuple[int, int]
"""Its size, and when it was changed last."""


class ReplayCamera:
    """Plays each file of a folder once, in the order of names, and later also what was added or replaced.

    It changes nothing there. What is no photo is left to the decoder to refuse; hidden files are passed over.
    """

    def __init__(self, *, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._played: dict[str, _Version] = {}
        self._unreadable: set[str] = set()
        self._round: Iterator[Path] = iter(())

    def capture(self) -> Captured | None:
        """The next file that was not played yet as it is now, or None.

        Raises:
            MissingDeviceError: The folder is not there.
        """
        # The folder is listed again only when its files are through: for each photo it would take too long.
        for files in (self._round, self._listed()):
            self._round = files
            for path in files:
                captured = self._read(path)
                if captured:
                    return captured
        return None

    def close(self) -> None:
        """Nothing is held."""

    def _listed(self) -> Iterator[Path]:
        # It lists when the first file is asked for.
        try:
            files = sorted(path for path in self._folder.iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise MissingDeviceError(
                f"{self._folder} cannot be replayed ({error.strerror}); set [capture] folder to a folder of photos"
            ) from error
        yield from files

    def _read(self, path: Path) -> Captured | None:
        try:
            # A link may lead anywhere, so that even asking for its kind can fail.
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or not self._is_new(path, (status.st_size, status.st_mtime_ns)):
                return None
            if status.st_size > self._limit_bytes:
                _log.warning("%s is left out: %d bytes, the limit is %d", path, status.st_size, self._limit_bytes)
                return None
            # With its size and time, so that another photo of the same name is another one.
            seen_as = f"replay:{path.name}:{status.st_size}:{status.st_mtime_ns}"
            return Captured(name=path.name, data=path.read_bytes(), seen_as=seen_as)
        except FileNotFoundError:
            # It was there when the folder was listed; or it is a link that leads nowhere.
            return None
        except OSError as error:
            if path.name not in self._unreadable:
                _log.warning("%s is left out: it cannot be read (%s)", path, error.strerror)
            self._unreadable.add(path.name)
            return None

    def _is_new(self, path: Path, version: _Version) -> bool:
        is_new = self._played.get(path.name) != version
        self._played[path.name] = version
        return is_new
