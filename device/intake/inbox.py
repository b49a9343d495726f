"""The watched folder: what is put there is taken in, and then gone from there.

The truth is what a scan of the folder finds; that it changes is only a hint, so that a hint that is missed costs time
and no photo. A file is taken when it looks the same in two scans some time apart and nobody has it open for writing,
and it is removed only when its photo is safe, or was taken in before.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from device.core.errors import AlreadyHereError, BadPhotoError, QueueFullError, StoreError, StoreFullError
from device.core.faults import passing
from device.intake.polling import POLL_SECONDS
from device.intake.settling import Settling

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from device.core.ports import Clock, Executor, Files, Watcher
    from device.core.types import FoundFile
    from device.intake.settling import Entry
    from device.pipeline.submit import Submit

_log = logging.getLogger(__name__)

SETTLE_SECONDS = 1.0
NEVER_SECONDS = 600.0
SCAN_SECONDS = 60.0
"""How often the folder is scanned although nobody told of a change, and what failed for its own reasons tried again."""
AGAIN_SECONDS = 10.0
"""When a photo that found no room is brought again."""
GAP_SECONDS = 0.25
SCAN_SHARE = 10.0
"""Between two scans there is at least the gap, and so many times what a scan takes: a burst is not scanned all day."""


class Inbox:
    """Takes in the photos that are put into a folder, or into folders within it.

    Args:
        folder: The folder; it may come and go.
        files: The file system that it is on.
        watcher: Who sees that the folder changes; whoever made it closes it.
        submit: The door for photos.
        executor: Where the disk is waited for.
        clock: For all that waits.
        settle_seconds: How long a file must look the same before it is taken.
        never_seconds: After how long it is said that a file does not stop changing.

    Attributes:
        duplicates: How many files were removed because their photo was here already.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        *,
        folder: Path,
        files: Files,
        watcher: Watcher,
        submit: Submit,
        executor: Executor,
        clock: Clock,
        settle_seconds: float = SETTLE_SECONDS,
        never_seconds: float = NEVER_SECONDS,
    ) -> None:
        self._folder = folder
        self._files = files
        self._watcher = watcher
        self._submit = submit
        self._executor = executor
        self._clock = clock
        self._settling = Settling(settle_seconds=settle_seconds, never_seconds=never_seconds)
        self._paused_until = 0.0
        # What is wrong is said when it begins, and not at each try.
        self._missing = False
        self._refusal: type[Exception] | None = None
        self._keeps_files = False
        self._removals_paused_until = 0.0
        self.duplicates = 0

    async def run(self) -> None:
        """Take photos in until it is cancelled."""
        while True:
            began = self._clock.monotonic()
            there = await self._scan()
            looked = self._clock.monotonic() - began
            if there:
                await self._work()
            gap = max(GAP_SECONDS, SCAN_SHARE * looked)
            await self._watcher.changed(within_seconds=max(gap, self._idle_seconds(there=there)))
            # Who tells of changes may do so at once, and again at once.
            rest = began + looked + gap - self._clock.monotonic()
            if rest > 0:
                await self._clock.sleep(rest)

    def _idle_seconds(self, *, there: bool) -> float:
        if not there:
            return POLL_SECONDS
        due = max(self._settling.due(), self._paused_until)
        return min(due - self._clock.monotonic(), SCAN_SECONDS)

    async def _scan(self) -> bool:
        try:
            found = await self._executor.run(partial(self._files.tree, self._folder))
        except OSError as error:
            if not self._missing:
                _log.warning("the inbox %s cannot be read (%s); it is waited for", self._folder, error.strerror)
            self._missing = True
            return False
        if self._missing:
            _log.info("the inbox %s is there again", self._folder)
        self._missing = False
        now = self._clock.monotonic()
        self._settling.scan(found, now)
        for entry in self._settling.endless(now):
            what = "still being written" if entry.found.size_bytes else "empty"
            seconds = round(now - entry.restless_since)
            _log.warning("%s is %s after %d seconds; it is left until that ends", entry.found.path, what, seconds)
        return True

    async def _work(self) -> None:
        """Take what is ready, until the store says that it has no room."""
        removed_from: set[Path] = set()
        if self._clock.monotonic() >= self._removals_paused_until:
            for entry in self._settling.to_remove():
                if not await self._remove(entry, removed_from):
                    break
        if self._clock.monotonic() >= self._paused_until:
            for entry in self._settling.ready(self._clock.monotonic()):
                if await self._is_safe(entry):
                    await self._remove(entry, removed_from)
                if self._clock.monotonic() < self._paused_until:
                    break
        for folder in sorted(removed_from):
            try:
                await self._executor.run(partial(self._files.sync_folder, folder))
            except OSError:
                # What a power cut brings back is known as here already.
                _log.debug("%s cannot be synced", folder, exc_info=True)

    async def _is_safe(self, entry: Entry) -> bool:
        """Bring one photo in; whether its file may be removed now."""
        path = entry.found.path
        try:
            if await self._executor.run(partial(self._files.is_being_written, path)):
                entry.being_written(self._clock.monotonic(), self._settling.settle_seconds)
                return False
            entry.stopped()
            async with aclosing(self._chunks(entry.found)) as chunks:
                await self._submit.photo(chunks, name=path.name, source="inbox")
        except AlreadyHereError as error:
            self.duplicates += 1
            _log.info("%s is removed: %s", path, error)
        except BadPhotoError as error:
            entry.verdict = "refused"
            _log.warning("%s is left where it is: %s", path, error)
            return False
        except (QueueFullError, StoreError) as error:
            self._pause(entry, error)
            return False
        except _ChangedError:
            entry.since = self._clock.monotonic()
            return False
        except OSError as error:
            self._cannot_read(entry, error)
            return False
        passing("a photo is taken in and its file is there")
        if self._refusal:
            _log.info("the inbox goes on")
        self._refusal = None
        return True

    async def _chunks(self, found: FoundFile) -> AsyncGenerator[bytes, None]:
        """The bytes of a file; an error at their end where they may not be those of one whole file."""
        pieces = await self._executor.run(partial(self._files.chunks, found.path))
        size = 0
        while (piece := await self._executor.run(partial(next, pieces, None))) is not None:
            size += len(piece)
            yield piece
        if size != found.size_bytes or await self._executor.run(partial(self._files.look, found.path)) != found:
            raise _ChangedError

    async def _remove(self, entry: Entry, removed_from: set[Path]) -> bool:
        try:
            removed = await self._executor.run(partial(self._remove_as_it_was, entry.found))
        except FileNotFoundError:
            removed = False
        except OSError as error:
            if not self._keeps_files:
                _log.warning(
                    "%s is taken in and cannot be removed (%s); check the permissions", entry.found.path, error.strerror
                )
            self._keeps_files = True
            self._removals_paused_until = self._clock.monotonic() + SCAN_SECONDS
            entry.verdict = "taken"
            return False
        if removed:
            self._keeps_files = False
            removed_from.add(entry.found.path.parent)
        self._settling.forget(entry)
        return True

    def _remove_as_it_was(self, found: FoundFile) -> bool:
        # Another photo may have come under the same name: that one was not taken in.
        if self._files.look(found.path) != found:
            return False
        self._files.remove(found.path)
        return True

    def _pause(self, entry: Entry, error: QueueFullError | StoreError) -> None:
        if not isinstance(error, QueueFullError | StoreFullError):
            # It may be this one photo that the store fails at: others come first then.
            entry.troubles += 1
        if self._refusal is not type(error):
            _log.warning("the inbox waits: %s", error)
        self._refusal = type(error)
        self._paused_until = self._clock.monotonic() + AGAIN_SECONDS

    def _cannot_read(self, entry: Entry, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            self._settling.forget(entry)
            return
        if not entry.unreadable:
            _log.warning("%s cannot be read (%s); it is tried again", entry.found.path, error.strerror)
        entry.unreadable = True
        entry.not_before = self._clock.monotonic() + SCAN_SECONDS


class _ChangedError(Exception):
    """A file is not, or no longer, what it was when it was found."""
