"""The camera: a photo each interval while nothing else waits, and one at once when a person asks for it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from device.core.errors import AlreadyHereError, BadPhotoError, MissingDeviceError, RefusedError, StoreError
from device.core.types import Event
from device.pipeline.waiting import happened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from device.core.ports import Camera, Clock, Executor, Outbox
    from device.core.types import Captured
    from device.pipeline.courtesy import Courtesy
    from device.pipeline.status import StatusBoard
    from device.pipeline.submit import Submit

_log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.0
"""How soon a camera that had nothing new is asked again."""


@dataclass(slots=True, kw_only=True)
class Slideshow:
    """Brings the camera's photos in.

    Attributes:
        executor: Where the camera is waited for.
        told: Called when there is something new for the house.
        awaited: Called when a person begins to wait for a photo.
        idle: Set while no photo waits; until then the slideshow holds back.
        interval_seconds: From one photo to the next.
    """

    clock: Clock
    executor: Executor
    camera: Camera
    submit: Submit
    outbox: Outbox
    told: Callable[[], None]
    awaited: Callable[[], None]
    board: StatusBoard
    idle: asyncio.Event
    courtesy: Courtesy
    interval_seconds: float
    _pressed: asyncio.Event = field(default_factory=asyncio.Event)

    def press(self) -> None:
        """A person wants a photo now."""
        self.courtesy.ask()
        self.awaited()
        self._pressed.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            due = self.clock.monotonic() + self.interval_seconds
            pressed = self._pressed.is_set()
            self._pressed.clear()
            captured = await self._capture()
            if captured:
                await self._take_in(captured, pressed=pressed)
            if not self._pressed.is_set():
                self.courtesy.came()
            wait = due - self.clock.monotonic() if captured else max(self.interval_seconds, LOOK_AGAIN_SECONDS)
            await happened(self._pressed, self.clock, within_seconds=max(0.0, wait))
            await self._room()

    async def _room(self) -> None:
        """Wait until no photo waits, or a person does not."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.idle, self._pressed)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    async def _capture(self) -> Captured | None:
        try:
            captured = await self.executor.run(self.camera.capture)
        except MissingDeviceError as error:
            _log.warning("%s", error)
            self.board.because("no_camera", holds=True)
            return None
        self.board.because("no_camera", holds=False)
        return captured

    async def _take_in(self, captured: Captured, *, pressed: bool) -> None:
        try:
            await self.submit.photo(
                _whole(captured.data),
                name=captured.name,
                source="button" if pressed else "camera",
                seen_as=captured.seen_as or f"now:{self.submit.random.token()}",
            )
        except AlreadyHereError:
            # A folder that is replayed after a restart: what was spoken before is passed over.
            return
        except BadPhotoError as error:
            _log.warning("the camera's photo is refused: %s", error)
            failed = Event(event_type="failed", fields={"reason": error.code})
            with suppress(StoreError):
                await self.executor.run(partial(self.outbox.put, failed))
            self.told()
        except (RefusedError, StoreError) as error:
            _log.warning("the camera's photo is not taken in: %s", error)


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data
