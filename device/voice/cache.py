"""Phrases as they were spoken before, in a bounded folder that no crash, full card or other process can spoil.

One file a phrase, named by its key. What is kept is not synced: a phrase lost in a power cut is made again, while each
sync wears the card. The checksum in a file finds what a power cut left torn.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from device.core.errors import UsageError
from device.voice.phrase import Phrase, packed, phrase_key, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Phrase", "PhraseCache", "phrase_key"]

_log = logging.getLogger(__name__)

_PART = ".part"
_KEY = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(rf"{_KEY.pattern}(?:{re.escape(_PART)})?")
"""Other files are neither counted nor deleted: the folder may be set to a wrong one."""

_BLOCK_BYTES = 4096
"""A file takes whole blocks, of at least this size."""

_LARGEST_SHARE = 10
"""One phrase has at most this part of the limit: a long one is rarely said again, and would push out many."""

_DAY_SECONDS = 86400.0
"""A use is written down at most once a day; in between, memory knows."""


class PhraseCache:
    """Keeps phrases in a folder of its own, and forgets those that were not used for longest.

    Several processes may use one folder. Who wants to write while another one writes does without, so that nobody
    waits and the limit holds. What a killed process left half written is deleted here and before each write.

    Args:
        folder: Where; made when something is kept.
        limit_bytes: Of all files, in whole blocks as they are on disk; what is beyond it is deleted at once. With 0
            nothing is kept.
    """

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._used: dict[str, float] = {}
        self._told = False
        # A folder that cannot be tidied may still be read; one that is not there needs nothing.
        with contextlib.suppress(OSError), _alone(folder) as alone:
            if alone:
                self._make_room(0)

    def get(self, key: str) -> Phrase | None:
        """The phrase bit by bit as it was kept, or None.

        A file that is torn, damaged or of another version is deleted. A folder that cannot be read has no phrases.

        Raises:
            ValueError: The key is not one of `phrase_key`.
        """
        path = self._path(key)
        with self._lock:
            try:
                with path.open("rb") as file:
                    phrase = unpacked(file.read())
                    self._note_use(key, file.fileno())
            except FileNotFoundError:
                return None
            except (OSError, ValueError, KeyError, TypeError):
                # A sector that cannot be read any more is tried for seconds each time.
                with contextlib.suppress(OSError):
                    path.unlink()
                return None
            return phrase

    def __contains__(self, key: str) -> bool:
        """Whether there is a file for it, whole or not.

        Raises:
            ValueError: The key is not one of `phrase_key`.
        """
        return os.path.exists(self._path(key))  # noqa: PTH110 - which says no where the folder cannot be read

    def put(self, key: str, phrase: Phrase) -> None:
        """Keep the phrase, unless it is large, or the disk is full or read-only: that is logged once.

        Raises:
            ValueError: The key is not one of `phrase_key`.
        """
        path = self._path(key)
        data = packed(phrase)
        if len(data) * _LARGEST_SHARE > self._limit:
            return
        with self._lock:
            try:
                # Another process may clear the folder meanwhile: then nothing is kept, as it asked.
                with contextlib.suppress(FileNotFoundError):
                    self._folder.mkdir(parents=True, exist_ok=True)
                    with _alone(self._folder) as alone:
                        if alone and self._make_room(len(data)):
                            _write(path, data)
                            self._used[key] = time.time()
            except OSError as error:
                self._tell(error)

    def clear(self) -> None:
        """Delete all phrases, also what another process is about to keep; they do not come back after a power cut.

        A `put` that begins afterwards is kept: who forgets a photo stops its speech first.

        Raises:
            UsageError: They cannot be deleted.
        """
        with self._lock:
            self._used.clear()
            try:
                # Where there is no folder nothing was kept.
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    # Again, because a half written file may have got its name since it was listed.
                    while files := self._files():
                        for each in files:
                            Path(each).unlink(missing_ok=True)
                    _sync(self._folder)
            except OSError as error:
                raise UsageError(
                    f"phrases in {self._folder} cannot be forgotten ({error.strerror}); make it writable, or delete it"
                ) from error

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            # Not said which: it may be a text, and errors are logged.
            raise ValueError("not a key that phrase_key made")
        return self._folder / key

    def _files(self) -> list[os.DirEntry[str]]:
        with os.scandir(self._folder) as entries:
            return [each for each in entries if _OURS.fullmatch(each.name) and each.is_file(follow_symlinks=False)]

    def _note_use(self, key: str, descriptor: int) -> None:
        now = time.time()
        self._used[key] = now
        if abs(now - os.fstat(descriptor).st_mtime) > _DAY_SECONDS:
            with contextlib.suppress(OSError):
                os.utime(descriptor)

    def _make_room(self, wanted: int) -> bool:
        """Whether a file of that length fits now; only for who writes alone."""
        block = max(_BLOCK_BYTES, os.statvfs(self._folder).f_frsize)
        total = _whole(wanted, block)
        if total > self._limit:
            return False
        kept: list[tuple[float, int, os.DirEntry[str]]] = []
        too_late = time.time() + _DAY_SECONDS
        for each in self._files():
            if each.name.endswith(_PART):
                Path(each).unlink(missing_ok=True)  # whoever wrote it is dead
                continue
            about = each.stat(follow_symlinks=False)
            # From a clock that was wrong; believed, it would keep the file for years and let newer ones go instead.
            written = 0.0 if about.st_mtime > too_late else about.st_mtime
            kept.append((max(written, self._used.get(each.name, 0.0)), _whole(about.st_size, block), each))
            total += kept[-1][1]
        for _, size, each in sorted(kept, key=lambda one: one[0]):
            if total <= self._limit:
                break
            Path(each).unlink(missing_ok=True)
            total -= size
        names = {each.name for *_, each in kept}
        self._used = {name: used for name, used in self._used.items() if name in names}
        return True

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            _log.warning("spoken phrases are not kept: %s cannot be written (%s)", self._folder, error.strerror)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else writes; the folder itself is the lock, so that clearing leaves nothing behind."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(_PART)
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        # Half a phrase would keep a full disk full.
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whole(size: int, block: int) -> int:
    return -(-size // block) * block
