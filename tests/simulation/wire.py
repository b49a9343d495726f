"""What is on its way: packets of a connection, and deadlines that outlive the device."""

from __future__ import annotations

import contextlib
import heapq
import itertools
from collections import deque
from typing import TYPE_CHECKING

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from random import Random


class Agenda:
    """What happens when; it goes on with the next loop where the one before has died."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._late: float | None = None

    def use(self, loop: asyncio.AbstractEventLoop) -> None:
        """What was due while there was no loop happens at once, in its order."""
        if loop is not self._loop:
            self._loop = loop
            for when, _, _ in self._due:
                self._wake(when)

    def now(self) -> float:
        """Seconds; what is late believes that it is in time."""
        if self._late is not None:
            return self._late
        return self._loop.time() if self._loop else 0.0

    def at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (when, next(self._count), call))
        self._wake(when)

    def _wake(self, when: float) -> None:
        if self._loop is not None:
            # Where its life is over, the next loop does it.
            with contextlib.suppress(PowerCut):
                self._loop.call_at(when, self._run)

    def _run(self) -> None:
        # The loop may call in any order, and late; what is due is done in its own.
        assert self._loop is not None
        # A real clock may be a little short of the moment for which it calls.
        now = self._loop.time() + 0.001
        try:
            while self._due and self._due[0][0] <= now:
                self._late, _, call = heapq.heappop(self._due)
                call()
        finally:
            self._late = None


class Pipe:
    """One direction of a connection: each packet takes its time, and none overtakes another."""

    def __init__(self, *, agenda: Agenda, random: Random, slowest_seconds: float) -> None:
        self.silent = False
        self._agenda = agenda
        self._random = random
        self._slowest_seconds = slowest_seconds
        self._under_way: deque[Callable[[], None]] = deque()
        self._free_at = 0.0
        self._broken = False

    def send(self, arrive: Callable[[], None]) -> None:
        if self._broken or self.silent:
            return
        self._under_way.append(arrive)
        self._agenda.at(self.next_arrival(), self._arrive)

    def next_arrival(self) -> float:
        """When a packet would come that is sent now; it has its place."""
        latency = self._random.random() * self._slowest_seconds
        self._free_at = max(self._free_at, self._agenda.now() + latency)
        return self._free_at

    def end(self) -> None:
        """Nothing more is sent; what is under way comes."""
        self._broken = True

    def cut(self, *, keep: bool = True) -> None:
        """Nothing more is sent; of what is under way only the first few packets come, or none."""
        self._broken = True
        arriving = int(self._random.random() * (len(self._under_way) + 1)) if keep else 0
        while len(self._under_way) > arriving:
            self._under_way.pop()

    def _arrive(self) -> None:
        if self._under_way and not self.silent:
            self._under_way.popleft()()
