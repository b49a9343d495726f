"""What is written down of each photo, and how long its file is kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from device.core.errors import StoreError, StoreFullError
from device.core.faults import passing
from device.core.types import Event, Last
from device.pipeline.record import public_record, record_of, text_of
from device.pipeline.waiting import stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Clock, Executor, JobStore, PhotoStore
    from device.core.types import Described, Job, Notice, Record
    from device.pipeline.status import StatusBoard

_log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_ATTEMPTS = 2
"""How often a photo may crash the process before it is set aside."""

STORE_AGAIN_SECONDS = 2.0
"""How soon something is stored again that a full disk did not take."""


@dataclass(slots=True, kw_only=True)
class Books:
    """Keeps jobs and photos in step with what is done, and tells the house of it. On the loop.

    What a disk does not take is tried until it does: whoever waits for a method knows that it is safe.

    Attributes:
        executor: Where the disk is waited for, in turn with the work on photos.
        disk: Where it is waited for beside that.
        keep_photos: Whether a stored photo outlives its narration.
        told: Called when there is something new for the house.
    """

    clock: Clock
    executor: Executor
    disk: Executor
    jobs: JobStore
    photos: PhotoStore
    board: StatusBoard
    keep_photos: bool
    told: Callable[[], None]

    async def recover(self) -> None:
        """After a start: what a crash left at work waits again; what crashed too often is set aside."""
        await self._stored(self._recover)
        self.told()

    async def erase(self) -> None:
        """Delete the photos of what was forgotten.

        Raises:
            StoreError: The disk fails; they are deleted as soon as it does not.
        """
        await self.disk.run(self._erase)

    async def tidy(self) -> None:
        """Delete the photos of what was dropped or set aside long ago, and what could not be deleted before."""
        await self._stored(self._tidy)

    async def claim(self, *, to_look: bool) -> Job | None:
        """The next photo; where asked for, the next one that is still to be looked at."""
        return await self._stored(partial(self.jobs.claim, to_look=to_look))

    async def count(self) -> None:
        """Show how many photos wait."""
        self.board.waiting(await self._stored(self.jobs.waiting))

    async def last(self) -> Job | None:
        """The photo that was described last."""
        return await self._stored(self.jobs.last)

    async def again(self, job: Job, error: StoreError) -> Job | None:
        """After a failure of the disk in the middle of the work, and a pause: the job as it is now."""
        self.failed(error)
        await self.clock.sleep(STORE_AGAIN_SECONDS)
        return await self._stored(partial(self.jobs.get, job.id))

    async def describe(self, job: Job, described: Described) -> Job:
        """It is described; beside the work on it, for it may be heard already."""
        record = public_record(record_of(described))
        text = text_of(record)
        _log.info("photo %d: %s", job.id, text)
        self.board.narration(text)
        fields = {
            "photo": job.id,
            "faces": len(described.scene.faces),
            "people": described.scene.people,
            "text": text,
        }
        notices: list[Notice] = [Last(record=record), Event(event_type="described", fields=fields)]
        noted = await self._stored(partial(self.jobs.describe, job, record, notices=notices), executor=self.disk)
        self.told()
        return noted

    async def finish(self, job: Job, *, heard: Described | None, spoken_seconds: float | None) -> None:
        """It is done.

        Args:
            job: The photo.
            heard: The description with its sound, where something of it was heard.
            spoken_seconds: How long the speech was, where all of it was heard.
        """
        notices: list[Notice] = []
        record: Record | None = None
        if heard:
            record = public_record(record_of(heard))
            notices.append(Last(record=record))
        if spoken_seconds is not None:
            seconds = round(spoken_seconds, 3)
            _log.info("photo %d was spoken, %.1f seconds", job.id, seconds)
            notices.append(Event(event_type="spoken", fields={"photo": job.id, "seconds": seconds}))
        await self._stored(partial(self.jobs.finish, job, record=record, notices=notices))
        passing("a job is done and its photo is there")
        self.told()
        await self._let_go(job)

    async def release(self, job: Job) -> None:
        """It waits again, at the stage it had reached."""
        await self._stored(partial(self.jobs.release, job))

    async def set_aside(self, job: Job, reason: str, *, code: str, needed: bool = True) -> None:
        """It cannot be done; where its photo is `needed`, it may be tried again."""
        notice = Event(event_type="failed", fields={"photo": job.id, "reason": code})
        await self._stored(partial(self.jobs.fail, job, reason, notices=[notice]))
        _log.warning("photo %d is set aside: %s", job.id, reason)
        self.told()
        if not needed:
            await self._let_go(job)

    async def forget(self, job: Job) -> None:
        """It is forgotten already; nothing of it stays."""
        await self._let_go(job, always=True)

    def failed(self, error: StoreError) -> None:
        """Say that the disk fails."""
        if isinstance(error, StoreFullError):
            self.board.because("disk_full", holds=True, says="books")
        _log.warning("%s", error)

    def _tidy(self) -> None:
        self._erase()
        self.photos.remove_left()
        for job in self.jobs.outdated():
            self.photos.remove(job.path)
            self.jobs.let_go(job)

    def _erase(self) -> None:
        forgetting = self.jobs.to_erase()
        if forgetting is not None:
            self.photos.erase(self.jobs.paths)
            self.jobs.erased(forgetting)

    def _recover(self) -> None:
        for job in self.jobs.recover(attempts=MOST_ATTEMPTS):
            _log.warning("photo %d is set aside: %s", job.id, job.reason, extra={"photo": job.id})
        swept = self.photos.sweep(None if self.keep_photos else self.jobs.needed())
        if swept:
            _log.info("%d files that a crash had left were deleted", swept)

    async def _let_go(self, job: Job, *, always: bool = False) -> None:
        if job.has_path and (always or not self.keep_photos):
            await self._stored(partial(self.photos.remove, job.path))

    async def _stored(self, work: Callable[[], T], *, executor: Executor | None = None) -> T:
        result = await stored(
            partial((executor or self.executor).run, work),
            clock=self.clock,
            again_seconds=STORE_AGAIN_SECONDS,
            failed=self.failed,
        )
        self.board.because("disk_full", holds=False, says="books")
        return result
