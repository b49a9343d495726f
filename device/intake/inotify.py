"""Changes of a folder as the kernel tells of them."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from asyncinotify import Inotify, Mask

from device.intake.polling import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)

RENEW_SECONDS = 60.0
"""How often the folders are gone through although nothing is heard of them: nobody tells of a disk that is mounted."""

_WANTED = (
    Mask.CLOSE_WRITE | Mask.MOVED_TO | Mask.CREATE | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.ONLYDIR | Mask.EXCL_UNLINK
)
_FOLDERS_CHANGED = Mask.ISDIR | Mask.IGNORED | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.UNMOUNT | Mask.Q_OVERFLOW
_EVENTS_AT_ONCE = 200
_MOST_EVENTS = 20_000
"""The rest is read the next time."""
_EXHAUSTED = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSYS})


class InotifyWatcher:
    """Watches a folder and those below it, also those that are made later; for the loop, one caller at a time.

    What happens while nobody waits is kept by the kernel, as one thing or as thousands: it is read when somebody
    asks. Where the system gives no more watches, it looks again and again instead.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # A folder tree is gone through in a thread, which may outlive the one who waited for it.
        self._lock = threading.Lock()
        self._inotify: Inotify | None = None
        self._closed = False
        self._is_watched = False
        self._renewed_at = 0.0

    async def changed(self, *, within_seconds: float) -> None:
        """Return when something in the folder or below it may have changed, at the latest after so long."""
        if not self._is_watched:
            await self._renew()
            # What was there before the first watch was not told of: it may have changed.
            if not self._is_watched:
                await asyncio.sleep(min(within_seconds, POLL_SECONDS))
            return
        await self._wait(within_seconds)
        folders_changed = await asyncio.to_thread(self._read)
        if folders_changed or asyncio.get_running_loop().time() - self._renewed_at >= RENEW_SECONDS:
            await self._renew()

    def close(self) -> None:
        """Let it go; it may be called twice."""
        with self._lock:
            self._closed = True
            self._is_watched = False
            if self._inotify:
                self._inotify.close()
                self._inotify = None

    async def _wait(self, within_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        with self._lock:
            if not self._inotify:
                return
            descriptor = self._inotify.fd
        loop.add_reader(descriptor, heard.set)
        try:
            async with asyncio.timeout(within_seconds):
                await heard.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(descriptor)

    def _read(self) -> bool:
        """Read what happened, and say whether there may be other folders now."""
        folders_changed = False
        for _ in range(_MOST_EVENTS):
            with self._lock:
                event = self._inotify.sync_get() if self._inotify else None
                if event is None or not self._inotify:
                    break
                if Mask.Q_OVERFLOW in event.mask:
                    # More happened than the kernel keeps, so that nobody knows which watches it still has.
                    self._inotify.close()
                    self._inotify = None
            folders_changed = folders_changed or bool(event.mask & _FOLDERS_CHANGED)
        return folders_changed

    async def _renew(self) -> None:
        """Watch the folders that there are now, and no others."""
        self._renewed_at = asyncio.get_running_loop().time()
        try:
            self._is_watched = await asyncio.to_thread(self._watch_all)
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            _log.warning(
                "%s is looked at every %d seconds: the system gives no more watches (%s); raise "
                "fs.inotify.max_user_watches and start again",
                self._folder,
                POLL_SECONDS,
                error.strerror,
            )
            # Closed as it is, it still returns in time.
            self.close()

    def _watch_all(self) -> bool:
        watched: set[int] = set()
        for folder in self._folders():
            with self._lock:
                if self._closed:
                    return False
                if not self._inotify:
                    self._inotify = Inotify(cache_size=_EVENTS_AT_ONCE, sync_timeout=0)
                try:
                    # The folder itself may be a link; those below it are never followed.
                    mask = _WANTED if folder == self._folder else _WANTED | Mask.DONT_FOLLOW
                    watched.add(self._inotify.add_watch(folder, mask).wd)
                except OSError as error:
                    if error.errno in _EXHAUSTED:
                        raise
                    # It is gone again, or nobody may look into it.
                    continue
        with self._lock:
            for watch in self._inotify.watches if self._inotify else ():
                if self._inotify and watch.wd not in watched:
                    # The kernel may have let go of it by itself.
                    with suppress(OSError):
                        self._inotify.rm_watch(watch)
        return bool(watched)

    def _folders(self) -> Iterator[Path]:
        """Each before what is in it is asked for: what is made in a folder after that is told of by its watch."""
        folders = [self._folder]
        while folders:
            folder = folders.pop()
            yield folder
            with suppress(OSError), os.scandir(folder) as entries:
                folders += [
                    folder / entry.name
                    for entry in entries
                    if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
                ]
