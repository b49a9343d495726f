"""A folder that stands in for a camera."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.core.errors import MissingDeviceError
from device.core.types import Captured

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


class ReplayCamera:
    """Plays each file of a folder once, in the order of names, and later also what was added; changes nothing there.

    What is no photo is left to the decoder to refuse; hidden files are passed over.
    """

    def __init__(self, *, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._played: set[str] = set()

    def capture(self) -> Captured | None:
        """The next file that was not played yet, or None.

        Raises:
            MissingDeviceError: The folder is not there.
        """
        try:
            files = sorted(path for path in self._folder.iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise MissingDeviceError(
                f"{self._folder} cannot be replayed ({error.strerror}); set [capture] folder to a folder of photos"
            ) from error
        for path in files:
            if path.name not in self._played:
                captured = self._read(path)
                if captured:
                    return captured
        return None

    def close(self) -> None:
        """Nothing is held."""

    def _read(self, path: Path) -> Captured | None:
        try:
            # A link may lead anywhere, so that even asking for its kind can fail.
            if not path.is_file():
                return None
            self._played.add(path.name)
            size = path.stat().st_size
            if size > self._limit_bytes:
                _log.warning("%s is left out: %d bytes, the limit is %d", path, size, self._limit_bytes)
                return None
            return Captured(name=path.name, data=path.read_bytes())
        except OSError as error:
            self._played.add(path.name)
            _log.warning("%s is left out: it cannot be read (%s)", path, error.strerror)
            return None
