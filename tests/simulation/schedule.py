"""What is ready, what will be, and which of it comes next."""

from __future__ import annotations

import asyncio
import heapq
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context
    from random import Random

LATE_SHARE = 0.02
"""How often a timer that is nearly due overtakes what is ready, as on a machine that is slow for a moment."""

_FEW_TIMERS = 64


class Schedule:
    """Callbacks in virtual time; `now` is in seconds.

    Args:
        loop: Whose callbacks they are.
        random: Chance.
        start: The first moment.
        late_seconds: A timer that is due within so many seconds may come before what is ready now.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, random: Random, start: float, late_seconds: float) -> None:
        self.now = start
        self._loop = loop
        self._draw = random.random
        self._late_seconds = late_seconds
        self._ready: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._timers_made = 0
        self._timers_cancelled = 0

    def soon(
        self, call: Callable[..., object], args: tuple[Any, ...], context: Context | None = None
    ) -> asyncio.Handle:
        """It is ready."""
        handle = asyncio.Handle(call, args, self._loop, context)
        self._ready.append(handle)
        return handle

    def at(
        self, when: float, call: Callable[..., object], args: tuple[Any, ...], context: Context | None = None
    ) -> asyncio.TimerHandle:
        """It is ready at that moment."""
        handle = asyncio.TimerHandle(when, call, args, self._loop, context)
        if when <= self.now:
            self._ready.append(handle)
        else:
            self._timers_made += 1
            heapq.heappush(self._timers, (when, self._timers_made, handle))
        return handle

    def take(self, before: float) -> asyncio.Handle | None:
        """Any that is ready, at a later moment where none is ready now; None where none will be up to `before`."""
        ready, timers = self._ready, self._timers
        while True:
            if not ready:
                while timers and timers[0][2].cancelled():
                    heapq.heappop(timers)
                if not timers or timers[0][0] > before:
                    return None
                self._pass_time()
            elif (
                self._late_seconds
                and timers
                and timers[0][0] <= min(self.now + self._late_seconds, before)
                and self._draw() < LATE_SHARE
            ):
                self._pass_time()
            chosen = int(self._draw() * len(ready))
            handle, last = ready[chosen], ready.pop()
            if last is not handle:
                ready[chosen] = last
            if not handle._cancelled:
                return handle

    def wait(self, moment: float) -> bool:
        """Nothing is ready before that moment; it is now. False where nothing will ever be ready."""
        if moment == math.inf:
            return False
        self.now = max(self.now, moment)
        return True

    def count_cancelled(self) -> None:
        """A timer was cancelled: where many were, they are thrown out."""
        self._timers_cancelled += 1
        if self._timers_cancelled > _FEW_TIMERS + len(self._timers) // 2:
            self._timers_cancelled = 0
            self._timers[:] = [timer for timer in self._timers if not timer[2].cancelled()]
            heapq.heapify(self._timers)

    def clear(self) -> None:
        """Forget it all."""
        self._ready.clear()
        self._timers.clear()

    def _pass_time(self) -> None:
        self.now = max(self.now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self.now:
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._ready.append(handle)
