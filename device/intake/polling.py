"""Looking again and again, where nobody tells of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.ports import Clock

POLL_SECONDS = 5.0


class PollingWatcher:
    """Takes it that something may have changed each time its interval is over."""

    def __init__(self, clock: Clock, *, interval_seconds: float = POLL_SECONDS) -> None:
        self._clock = clock
        self._interval_seconds = interval_seconds

    async def changed(self, *, within_seconds: float) -> None:
        """Return after the interval, or earlier where `within_seconds` is shorter."""
        await self._clock.sleep(min(self._interval_seconds, within_seconds))

    def close(self) -> None:
        """Nothing is held."""
