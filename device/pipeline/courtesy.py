"""Who pressed a button waits for a voice; what comes in meanwhile can wait for a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.ports import Clock

COURTESY_SECONDS = 2.0
"""By then the first word is heard, also on a small device."""


class Courtesy:
    """Holds up what is in no hurry. For the loop alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = float("-inf")

    def ask(self) -> None:
        """Somebody waits from now on."""
        self._until = self._clock.monotonic() + COURTESY_SECONDS

    async def wait(self) -> None:
        """Return when nobody waits."""
        left = self._until - self._clock.monotonic()
        if left > 0:
            await self._clock.sleep(left)
