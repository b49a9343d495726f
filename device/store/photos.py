"""Photos on disk, whole or not at all."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PART = ".part"


class PhotoFolder:
    """Keeps photos in a folder of its own; what a crash left half written there is deleted at the start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        for part in folder.glob(f"*{_PART}"):
            part.unlink()

    def keep(self, data: bytes, sha256: str) -> Path:
        """Put the bytes safely on disk (synced, and the folder too) and say where; each call has a file of its own."""
        path = self._folder / f"{sha256[:16]}-{uuid.uuid4().hex[:8]}"
        part = path.with_suffix(_PART)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            # Half a photo would keep a full disk full.
            part.unlink(missing_ok=True)
            raise
        self._sync_folder()
        return path

    def remove(self, path: Path) -> None:
        """Delete a kept photo; without effect where it is gone."""
        path.unlink(missing_ok=True)
        self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
