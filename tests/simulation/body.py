"""What belongs to one life of the simulated device: its clock, its chance, its camera, who watches over it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from device.core.errors import MissingDeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from device.core.types import Captured
    from tests.simulation.disk import SimDisk
    from tests.simulation.loop import SimLoop

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
"""When every world begins."""


@dataclass(slots=True)
class WallClock:
    """What the clock on the wall says; somebody may set it.

    Attributes:
        on_set: Called before and after somebody sets it: for who wants to know what held until then, and what does now.
    """

    on_set: Callable[[], None] = lambda: None
    _ahead_seconds: float = 0.0

    @property
    def ahead_seconds(self) -> float:
        """How far it is from the truth."""
        return self._ahead_seconds

    @ahead_seconds.setter
    def ahead_seconds(self, seconds: float) -> None:
        self.on_set()
        self._ahead_seconds = seconds
        self.on_set()

    def says(self, moment: float) -> datetime:
        return MIDNIGHT + timedelta(seconds=moment + self._ahead_seconds)


class SimClock:
    """The clock of one life."""

    def __init__(self, loop: SimLoop, wall: WallClock) -> None:
        self._loop = loop
        self._wall = wall

    def monotonic(self) -> float:
        return self._loop.time()

    def now(self) -> datetime:
        return self._wall.says(self._loop.time())

    async def sleep(self, seconds: float) -> None:
        self._loop.life.check()
        await asyncio.sleep(seconds)


class SimRandom:
    """Chance for the device, out of the one source of the world."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def fraction(self) -> float:
        return self._random.random()

    def token(self) -> str:
        return f"{self._random.getrandbits(64):016x}"


@dataclass(slots=True)
class SimSupervisor:
    """Starts the device anew where it says for too long that it is not alive."""

    loop: SimLoop
    interval_seconds: float
    is_ready: bool = False
    heard_at: float = field(init=False)
    text: str = ""

    def __post_init__(self) -> None:
        self.heard_at = self.loop.time()

    def ready(self) -> None:
        self.is_ready = True

    def alive(self) -> None:
        self.heard_at = self.loop.time()

    def says(self, text: str) -> None:
        self.text = text

    @property
    def hangs(self) -> bool:
        """Whether it was silent for as long as systemd bears it."""
        return self.loop.time() - self.heard_at > 2 * self.interval_seconds


class SimWatcher:
    """Sees changes of a folder on the simulated disk; some it misses."""

    def __init__(self, folder: Path, disk: SimDisk, loop: SimLoop, random: Random) -> None:
        self._folder = folder
        self._loop = loop
        self._random = random
        self._changed = asyncio.Event()
        disk.on_change = self._saw

    async def changed(self, *, within_seconds: float) -> None:
        self._loop.life.check()
        try:
            async with asyncio.timeout(max(0.0, within_seconds)):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def close(self) -> None:
        """Nothing is held."""

    def _saw(self, path: Path) -> None:
        if not (self._loop.life.alive and path.is_relative_to(self._folder)):
            return
        if self._random.random() < 0.9:
            self._loop.call_soon_threadsafe(self._changed.set)


@dataclass(slots=True)
class SimCamera:
    """A camera that the world gives photos to; one life after another looks through it."""

    loop: SimLoop
    random: Random
    take: Callable[[], Captured | None]
    plugged: Callable[[], bool]

    def capture(self) -> Captured | None:
        self.loop.block(self.random.random())
        if not self.plugged():
            raise MissingDeviceError("the camera is not there")
        return self.take()

    def close(self) -> None:
        """Nothing is held."""
