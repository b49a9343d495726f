"""What a person may ask of the device at any time."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from device.core.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Choices, Executor, JobStore
    from device.pipeline.books import Books
    from device.pipeline.quiet import Hush
    from device.pipeline.slideshow import Slideshow
    from device.pipeline.status import StatusBoard
    from device.pipeline.worker import Worker

_log = logging.getLogger(__name__)

LOUDER = 10
"""One step of the volume, in percent."""

ACTIONS = ("describe", "repeat", "stop", "pause", "resume", "louder", "softer", "forget")


@dataclass(slots=True, kw_only=True)
class Controls:
    """Does what a person asks; what was set is remembered, and is so again after a restart.

    Attributes:
        slideshow: None where there is no camera.
        set_volume: Tells the player.
    """

    executor: Executor
    choices: Choices
    jobs: JobStore
    worker: Worker
    books: Books
    slideshow: Slideshow | None
    hush: Hush
    board: StatusBoard
    set_volume: Callable[[int], None]
    _not_stored: dict[str, str] = field(default_factory=dict)
    _storing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def restore(self) -> None:
        """Set what a person had set before the restart."""
        volume = await self.executor.run(partial(self.choices.get, "volume"))
        if volume is not None:
            self.hush.volume = int(volume)
        self._apply_volume()
        self.worker.pause(paused=await self.executor.run(partial(self.choices.get, "paused")) == "yes")

    async def obey(self, command: bytes) -> None:
        """Do it.

        Args:
            command: JSON with an `action`.

        Raises:
            UsageError: It is none that the device knows.
            StoreError: The disk fails, and not all of it was done.
        """
        match _action(command):
            case "describe":
                if self.slideshow is None:
                    raise UsageError("there is no camera to take a photo with; set [capture] source")
                self.slideshow.press()
            case "repeat":
                self.worker.repeat()
            case "stop":
                self.worker.cut("stop")
            case "pause":
                self.worker.pause(paused=True)
                await self._remember("paused", "yes")
            case "resume":
                self.worker.pause(paused=False)
                await self._remember("paused", "no")
            case "louder":
                await self._turn_up(LOUDER)
            case "softer":
                await self._turn_up(-LOUDER)
            case "forget":
                await self._forget()

    async def _turn_up(self, by: int) -> None:
        self.hush.volume = min(100, max(0, self.hush.volume + by))
        self._apply_volume()
        await self._remember("volume", str(self.hush.volume))

    def _apply_volume(self) -> None:
        self.set_volume(self.hush.volume)
        self.board.because("muted", holds=self.hush.volume == 0)
        if self.hush.volume == 0:
            self.worker.cut("stop")

    async def _remember(self, name: str, value: str) -> None:
        self._not_stored[name] = value
        try:
            await self.store()
        except StoreError as error:
            _log.warning("until the disk takes it, this will not outlive a restart: %s", error)

    async def store(self) -> None:
        """Store what a person has set and the disk had not taken.

        Raises:
            StoreError: It does not take it now either.
        """
        # One at a time, and of each the newest: what is stored last is what was asked for last.
        async with self._storing:
            for name, value in list(self._not_stored.items()):
                await self.executor.run(partial(self.choices.set, name, value))
                if self._not_stored[name] == value:
                    del self._not_stored[name]

    async def _forget(self) -> None:
        forgotten = await self.executor.run(self.jobs.forget)
        self.worker.forget(forgotten)
        self.board.narration(None)
        self.books.told()
        await self.books.erase()


def _action(command: bytes) -> str:
    try:
        values: Any = json.loads(command)
        action = values["action"] if isinstance(values, dict) else None
    except (ValueError, KeyError):
        action = None
    if action not in ACTIONS:
        raise UsageError(f'a command is JSON such as {{"action": "stop"}}, with one of: {", ".join(ACTIONS)}')
    return str(action)
