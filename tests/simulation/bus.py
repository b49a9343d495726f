"""The side of a device in a connection to the simulated broker."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from device.core.errors import BusLostError, BusRefusedError
from device.core.types import Inbound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from device.core.types import Message, Subscription
    from tests.simulation.broker import SimBroker
    from tests.simulation.link import Link, Parcel

CONNECT_SECONDS = 10.0
FAREWELL_SECONDS = 3.0


class Living(Protocol):
    """The life of a process."""

    def check(self) -> None:
        """Raise PowerCut where it is over."""


class SimBus:
    """A way to the simulated broker, for one life."""

    def __init__(self, *, broker: SimBroker, life: Living, loop: asyncio.AbstractEventLoop, client_id: str) -> None:
        self._broker = broker
        self._life = life
        self._loop = loop
        self._client_id = client_id
        self._numbers = itertools.count(1)

    async def connect(self, *, will: Message, subscriptions: Sequence[Subscription]) -> SimSession:
        self._life.check()
        session = SimSession(broker=self._broker, life=self._life, loop=self._loop, numbers=self._numbers)
        session.link = link = self._broker.dial(session, life=self._life, client_id=self._client_id)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                link.up.send(partial(self._broker.connect, link, will))
                await session.accepted
                link.up.send(partial(self._broker.subscribe, link, tuple(subscriptions)))
                await session.subscribed
        except TimeoutError:
            self._broker.abandon(link)
            raise BusLostError("no broker: it does not answer") from None
        except asyncio.CancelledError:
            self._broker.abandon(link)
            raise
        return session


class SimSession:
    """One connection to the simulated broker."""

    link: Link

    def __init__(
        self, *, broker: SimBroker, life: Living, loop: asyncio.AbstractEventLoop, numbers: itertools.count[int]
    ) -> None:
        self._broker = broker
        self._life = life
        self._loop = loop
        self._numbers = numbers
        self.accepted: asyncio.Future[None] = loop.create_future()
        self.subscribed: asyncio.Future[None] = loop.create_future()
        self._gone: asyncio.Future[None] = loop.create_future()
        self._lost = ""
        self._packets = itertools.count(1)
        self._sent: dict[int, asyncio.Future[None]] = {}
        self._arrived: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self._unacknowledged: dict[int, Parcel] = {}

    def publish(self, message: Message) -> Awaitable[None]:
        self._life.check()
        done: asyncio.Future[None] = self._loop.create_future()
        if self._lost:
            _fail(done, BusLostError(self._lost))
            return done
        packet = next(self._packets)
        self._sent[packet] = done
        self.link.up.send(partial(self._broker.take, self.link, packet, message))
        return done

    async def receive(self) -> Inbound:
        self._life.check()
        inbound = None if self._lost else await self._arrived.get()
        self._life.check()
        if inbound is None or self._lost:
            self._arrived.put_nowait(None)
            raise BusLostError(self._lost)
        return inbound

    def acknowledge(self, inbound: Inbound) -> None:
        self._life.check()
        if self._lost:
            raise BusLostError(self._lost)
        parcel = self._unacknowledged.pop(inbound.number, None)
        if parcel is not None:
            self._broker.acknowledges(parcel)
            self.link.up.send(partial(self._broker.acknowledged_by, self.link, parcel))

    async def close(self, *, in_order: bool = True) -> None:
        self._life.check()
        if not (self._lost or in_order):
            self._broker.abandon(self.link)
            self.lose("it was closed")
        if not self._lost:
            self.link.up.send(partial(self._broker.farewell, self.link))
            self.link.up.end()
            try:
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await asyncio.shield(self._gone)
            except TimeoutError:
                self.lose("it was closed")

    # What comes from the broker.

    def accept(self) -> None:
        if not self.accepted.done():
            self.accepted.set_result(None)

    def granted(self) -> None:
        if not self.subscribed.done():
            self.subscribed.set_result(None)

    def taken(self, packet: int, refused: str | None = None) -> None:
        done = self._sent.pop(packet, None)
        if done is None or done.done():
            return
        if refused:
            _fail(done, BusRefusedError(refused))
        else:
            done.set_result(None)

    def came(self, parcel: Parcel) -> None:
        if self._lost:
            return
        number = 0
        if parcel.kept:
            number = next(self._numbers)
            self._unacknowledged[number] = parcel
        self._arrived.put_nowait(
            Inbound(topic=parcel.topic, payload=parcel.payload, retained=parcel.retained, number=number)
        )

    def lose(self, trouble: str) -> None:
        """The device notices that there is no connection any more."""
        if self._lost:
            return
        self._lost = f"the broker is lost: {trouble}"
        for waiting in (self.accepted, self.subscribed, *self._sent.values()):
            _fail(waiting, BusLostError(self._lost))
        self._sent.clear()
        self._unacknowledged.clear()
        self._arrived.put_nowait(None)
        if not self._gone.done():
            self._gone.set_result(None)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()
