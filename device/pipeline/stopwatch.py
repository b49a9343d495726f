"""Laps in milliseconds, by the clock that was handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.ports import Clock


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = self._lap = clock.monotonic()

    def lap(self) -> float:
        """Milliseconds since the last lap, or since the start."""
        before, self._lap = self._lap, self._clock.monotonic()
        return (self._lap - before) * 1000

    def total(self) -> float:
        """Milliseconds since the start."""
        return (self._clock.monotonic() - self._start) * 1000
