"""A clock that goes only when a test says so, for all tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2025, 11, 3, 12, 0, tzinfo=UTC)


class HandClock:
    """Stands still until somebody moves it on; who sleeps wakes up when it has come far enough.

    Any thread may read it; sleeping and moving on while somebody sleeps are for the loop.
    """

    def __init__(self) -> None:
        self.seconds = 100.0
        self.wall = START
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._news = asyncio.Event()

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.wall

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self.seconds + seconds, woken)
        self._sleepers.append(sleeper)
        self._news.set()
        try:
            await woken
        finally:
            self._sleepers.remove(sleeper)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)
        for due, woken in self._sleepers:
            if due <= self.seconds and not woken.done():
                woken.set_result(None)

    async def until_somebody_sleeps(self, seconds: float) -> None:
        """Wait until somebody has so many seconds to sleep."""
        while not any(abs(due - self.seconds - seconds) < 1e-6 and not woken.done() for due, woken in self._sleepers):
            self._news.clear()
            await self._news.wait()
