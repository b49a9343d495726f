"""The one door for a new photo."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from device.core.errors import BadPhotoError, StoreFullError
from device.core.faults import passing
from device.core.types import NewJob

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from device.core.ports import Executor, Incoming, JobStore, PhotoStore, Random
    from device.core.types import Job, Source
    from device.pipeline.courtesy import Courtesy

T = TypeVar("T")

HEAD_BYTES = 64
"""What the format of a photo is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Takes photos in; whoever brings one may forget it once `photo` has returned.

    Attributes:
        executor: Where the disk is waited for.
        is_photo: Whether these first bytes are those of a format that can be read.
        taken: Called on the loop when a job is there.
        limit_bytes: The largest photo.
        reserve_bytes: The room on the disk that no photo may take.
        courtesy: Lets a person who pressed a button go first, where somebody may press one.
        refused: Is told why a photo is not taken in, and where it comes from: whoever brought it may wait for a voice.
    """

    executor: Executor
    photos: PhotoStore
    jobs: JobStore
    random: Random
    is_photo: Callable[[bytes], bool]
    taken: Callable[[Job], None]
    limit_bytes: int
    reserve_bytes: int
    courtesy: Courtesy | None = None
    refused: Callable[[BaseException, Source], None] = lambda _error, _source: None

    async def photo(
        self,
        chunks: AsyncIterable[bytes],
        *,
        name: str,
        source: Source,
        seen_as: str | None = None,
        known: bool = False,
    ) -> Job:
        """Put the photo and its job on disk, in this order, so that a power cut leaves no job without its photo.

        Args:
            chunks: Its bytes, in order; they are written as they come.
            name: What its source calls it.
            source: Where it comes from.
            seen_as: What makes it the same photo as one before; its bytes alone where it is None.
            known: Whether it was refused before, and that was told.

        Raises:
            BadPhotoError: It is empty, too large, or no photo.
            AlreadyHereError: The same photo was taken in before.
            QueueFullError: As many photos wait as may; bring it again later.
            StoreFullError: The disk is full; bring it again later.
            StoreError: The disk fails.
        """
        begun: list[Incoming] = []
        try:
            await self._done(lambda: begun.append(self._begin()))
            (incoming,) = begun
            await self._fill(incoming, chunks, name, hurried=source == "button")
            return await self._done(partial(self._keep, incoming, name, source, seen_as))
        except BaseException as error:
            if not known:
                self.refused(error, source)
            for incoming in begun:
                await self._done(incoming.discard)
            raise

    async def _fill(self, incoming: Incoming, chunks: AsyncIterable[bytes], name: str, *, hurried: bool) -> None:
        size, head = 0, b""
        async for chunk in chunks:
            if self.courtesy and not hurried:
                await self.courtesy.wait()
            size += len(chunk)
            if size > self.limit_bytes:
                raise BadPhotoError("too_large", f"{name} is larger than {self.limit_bytes} bytes")
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
                if len(head) == HEAD_BYTES:
                    self._check(head, name)
            await self._done(partial(incoming.write, chunk))
        if not size:
            raise BadPhotoError("empty", f"{name} has no bytes")
        self._check(head, name)

    async def _done(self, work: Callable[[], T]) -> T:
        """What comes of the work; where whoever waits is cancelled, once or more, it is waited for all the same.

        It goes on in its thread: a photo must not be discarded there while it is being kept.
        """
        task = asyncio.ensure_future(self.executor.run(work))
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait((task,))
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled:
            # Whatever the work raised, nobody is left to hear of it.
            await asyncio.gather(task, return_exceptions=True)
            raise cancelled
        return task.result()

    def _check(self, head: bytes, name: str) -> None:
        if not self.is_photo(head):
            raise BadPhotoError("unsupported", f"{name} is no photo that voxframe reads")

    def _begin(self) -> Incoming:
        if self.photos.free_bytes() < self.reserve_bytes:
            # Without the figure: whoever tries again says it once, and not each time anew.
            raise StoreFullError(f"less than {self.reserve_bytes} bytes are free, which no photo takes; make room")
        # A photo that is brought again and again to a full queue must not be written each time.
        self.jobs.check_room()
        return self.photos.begin()

    def _keep(self, incoming: Incoming, name: str, source: Source, seen_as: str | None) -> Job:
        kept = incoming.keep()
        passing("a photo is kept and has no job")
        try:
            new = NewJob(
                path=kept.path,
                name=name,
                sha256=kept.sha256,
                source=source,
                seen_as=seen_as or f"sha256:{kept.sha256}",
            )
            job = self.jobs.add(new, adding=partial(self.photos.has_job, kept.path))
        except Exception:
            self.photos.remove(kept.path)
            raise
        passing("a job is there and nobody knows")
        # From here, for whoever brought it may have gone meanwhile.
        self.executor.post(partial(self.taken, job))
        return job
