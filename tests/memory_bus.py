"""A broker in memory, as small as it can be and still honest: it loses nothing that it took, and says what it took."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from device.core.errors import BusLostError, BusRefusedError
from device.core.types import Inbound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from device.core.types import Message, Subscription


class MemoryBus:
    """The broker and the way to it.

    Attributes:
        down: Why it is not reached, or None.
        mute: It takes messages and does not say so.
        refused: Topics on which it takes nothing.
        taken: What it has, in order; also what it did not say that it has.
        connections: How often it was reached.
        tries: How often somebody tried.
    """

    def __init__(self) -> None:
        self.down: str | None = None
        self.mute = False
        self.refused: set[str] = set()
        self.taken: list[Message] = []
        self.acknowledged: list[int] = []
        self.subscriptions: Sequence[Subscription] = ()
        self.will: Message | None = None
        self.connections = self.tries = 0
        self.session: MemorySession | None = None
        self.closed_in_order = 0
        self._numbers = 0
        self._news = asyncio.Event()

    async def connect(self, *, will: Message, subscriptions: Sequence[Subscription]) -> MemorySession:
        self.tries += 1
        self.happens()
        # A real one answers later.
        await asyncio.sleep(0)
        if self.down is not None:
            raise BusLostError(self.down)
        self.will, self.subscriptions = will, subscriptions
        self.connections += 1
        self.session = MemorySession(self)
        self.happens()
        return self.session

    def send(self, topic: str, payload: bytes, *, retained: bool = False) -> int:
        """Somebody else sends it to the device that is connected; returns the number that it is acknowledged by."""
        assert self.session is not None
        self._numbers += 1
        self.session.arrived.put_nowait(Inbound(topic=topic, payload=payload, retained=retained, number=self._numbers))
        return self._numbers

    def cut(self) -> None:
        """The connection breaks."""
        assert self.session is not None
        self.session.end()

    def on(self, topic: str) -> list[bytes]:
        """What it took on topics that end so, in order."""
        return [message.payload for message in self.taken if message.topic.endswith(topic)]

    def happens(self) -> None:
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds after something has happened here."""
        while not condition():
            self._news.clear()
            await self._news.wait()


class MemorySession:
    """One connection to it."""

    def __init__(self, bus: MemoryBus) -> None:
        self.arrived: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self._bus = bus
        self._ended = False
        self._unsaid: list[asyncio.Future[None]] = []

    def publish(self, message: Message) -> Awaitable[None]:
        said: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._ended:
            _fail(said, BusLostError("the connection has ended"))
        elif any(message.topic.endswith(topic) for topic in self._bus.refused):
            _fail(said, BusRefusedError("not authorised"))
        else:
            self._bus.taken.append(message)
            if self._bus.mute:
                self._unsaid.append(said)
            else:
                said.set_result(None)
            self._bus.happens()
        return said

    async def receive(self) -> Inbound:
        inbound = None if self._ended else await self.arrived.get()
        if inbound is None:
            raise BusLostError("the connection has ended")
        return inbound

    def acknowledge(self, inbound: Inbound) -> None:
        if self._ended:
            raise BusLostError("the connection has ended")
        self._bus.acknowledged.append(inbound.number)
        self._bus.happens()

    async def close(self, *, in_order: bool = True) -> None:
        if not self._ended:
            self._bus.closed_in_order += in_order
        self.end()

    def end(self) -> None:
        self._ended = True
        self.arrived.put_nowait(None)
        for each in self._unsaid:
            _fail(each, BusLostError("the connection has ended"))
        self._unsaid.clear()


def _fail(said: asyncio.Future[None], error: Exception) -> None:
    if not said.done():
        said.set_exception(error)
        # Whoever published may have gone.
        said.exception()
