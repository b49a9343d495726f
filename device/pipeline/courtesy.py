"""Who pressed a button waits for a voice; what comes in meanwhile can wait for a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from device.pipeline.waiting import happened

if TYPE_CHECKING:
    from device.core.ports import Clock

COURTESY_SECONDS = 2.0
"""By then the first word is heard, also on a small device."""


class Courtesy:
    """Holds up what is in no hurry. For the loop alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._came = asyncio.Event()
        self._came.set()

    def ask(self) -> None:
        """Somebody has pressed a button, and waits from now on."""
        self._until = self._clock.monotonic() + COURTESY_SECONDS
        self._came.clear()

    def came(self) -> None:
        """The photo is there, or there is none."""
        self._came.set()

    async def wait(self) -> None:
        """Return when nobody waits for a voice."""
        if self._left() > 0:
            await self._clock.sleep(self._left())

    async def until_it_came(self) -> None:
        """Return when nobody waits for a photo."""
        if self._left() > 0:
            await happened(self._came, self._clock, within_seconds=self._left())

    def _left(self) -> float:
        return self._until - self._clock.monotonic()
