"""All that runs in the daemon, and how it begins and ends."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from device.core.errors import StoreError
from device.core.types import Last
from device.pipeline.record import text_of

if TYPE_CHECKING:
    from device.bus.messenger import Messenger
    from device.core.ports import Clock, Executor, Supervisor
    from device.intake.inbox import Inbox
    from device.pipeline.captions import LiveCaptions
    from device.pipeline.controls import Controls
    from device.pipeline.minder import Minder
    from device.pipeline.regrets import Regrets
    from device.pipeline.slideshow import Slideshow
    from device.pipeline.status import StatusBoard
    from device.pipeline.worker import Worker
    from device.store.jobs import SqliteJobs
    from device.store.outbox import SqliteOutbox
    from device.web.uploads import Uploads

_log = logging.getLogger(__name__)

GOODBYE_SECONDS = 10.0
"""After a signal: what has not come to an end by then is left as a crash would leave it."""


@dataclass(slots=True, kw_only=True)
class Daemon:
    """The parts of the daemon. For the loop alone."""

    clock: Clock
    disk: Executor
    supervisor: Supervisor
    outbox: SqliteOutbox
    jobs: SqliteJobs
    uploads: Uploads
    board: StatusBoard
    captions: LiveCaptions
    worker: Worker
    regrets: Regrets
    controls: Controls
    minder: Minder
    slideshow: Slideshow | None
    inbox: Inbox | None
    messenger: Messenger | None
    _halted: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `halt` is called.

        Whatever goes wrong in one of its parts is raised here and ends all of it: the supervisor starts it anew.
        """
        await self.controls.restore()
        await self._remember()
        worker = asyncio.ensure_future(self.worker.run())
        messenger = asyncio.ensure_future(self.messenger.run()) if self.messenger else None
        parts = (self.minder, self.regrets, self.captions, self.slideshow, self.inbox)
        others = [asyncio.ensure_future(each.run()) for each in parts if each]
        tasks: list[asyncio.Future[None]] = [worker, *([messenger] if messenger else []), *others]
        halted: asyncio.Future[Any] = asyncio.ensure_future(self._halted.wait())
        self.supervisor.ready()
        try:
            await asyncio.wait({*tasks, halted}, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
            await self._say_goodbye(worker, messenger)
        finally:
            for task in (*tasks, halted):
                task.cancel()
            await asyncio.gather(*tasks, halted, return_exceptions=True)

    def halt(self) -> None:
        """End what is being spoken, say offline, and end `run`."""
        self._halted.set()

    async def _remember(self) -> None:
        """Tell the house anew what was said last: its broker may have forgotten."""
        last = await self.disk.run(self.jobs.last)
        if last and last.record:
            self.board.narration(text_of(last.record))
            try:
                await self.disk.run(partial(self.outbox.put, Last(record=last.record)))
            except StoreError as error:
                _log.warning("%s", error)

    async def _say_goodbye(self, worker: asyncio.Future[None], messenger: asyncio.Future[None] | None) -> None:
        self.worker.halt()
        await self._within(worker)
        if self.messenger and messenger:
            self.messenger.say_goodbye()
            await self._within(messenger)

    async def _within(self, task: asyncio.Future[None]) -> None:
        sleep = asyncio.ensure_future(self.clock.sleep(GOODBYE_SECONDS))
        await asyncio.wait({task, sleep}, return_when=asyncio.FIRST_COMPLETED)
        sleep.cancel()
