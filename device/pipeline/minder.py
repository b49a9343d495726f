"""Looks around every few seconds: is it quiet hours, is the disk full, does something hang?"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from device.core.ports import Clock, Executor, PhotoStore, Supervisor
    from device.core.types import Status
    from device.pipeline.quiet import Hush
    from device.pipeline.status import StatusBoard
    from device.pipeline.watch import Watch
    from device.pipeline.worker import Worker

_log = logging.getLogger(__name__)

LONGEST_SECONDS = 5.0
"""Between two looks, so that a clock that is set, or quiet hours that begin, are noticed in time."""


@dataclass(slots=True, kw_only=True)
class Minder:
    """Keeps the status true and the supervisor told.

    Attributes:
        store: Stores what the disk had not taken, if anything; a StoreError says that it still does not.
        reserve_bytes: No more room than this on the disk is a full disk, also where it is 0.
    """

    clock: Clock
    executor: Executor
    photos: PhotoStore
    hush: Hush
    board: StatusBoard
    worker: Worker
    watch: Watch
    supervisor: Supervisor
    reserve_bytes: int
    store: Callable[[], Awaitable[None]]
    _hung: bool = False

    async def run(self) -> None:
        """Until it is cancelled."""
        self.board.listen(self._tell)
        while True:
            self._mind_the_hour()
            self._mind_the_work()
            await self._mind_the_disk()
            await self.clock.sleep(min(LONGEST_SECONDS, self.supervisor.interval_seconds))

    def _mind_the_hour(self) -> None:
        quiet = self.hush.reason() == "quiet_hours"
        self.board.because("quiet_hours", holds=quiet)
        if quiet:
            self.worker.cut("quiet")

    def _mind_the_work(self) -> None:
        late = self.watch.late()
        if late is None:
            self.supervisor.alive()
        elif not self._hung:
            self._hung = True
            _log.error("%s hangs; this process no longer says that it is alive", late)

    async def _mind_the_disk(self) -> None:
        try:
            full = await self.executor.run(self.photos.free_bytes) <= self.reserve_bytes
        except StoreError as error:
            _log.warning("%s", error)
            return
        self.board.because("disk_full", holds=full)
        # That it fails was said when it was set.
        with suppress(StoreError):
            await self.store()

    def _tell(self, status: Status) -> None:
        reason = f" ({status.reason})" if status.reason else ""
        self.supervisor.says(f"{status.activity}{reason}, {status.queue} waiting")
