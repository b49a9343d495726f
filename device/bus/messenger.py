"""What the house hears of this device, and what it asks of it, over whatever connection there is at the moment.

The state is a value of this moment: the newest one is sent, and sent again on each connection, and never stored.
Notices are facts: they wait in the outbox until the broker has taken them, and leave it in their order. A connection
that breaks between a message and its acknowledgement makes the message come twice: an event says by its `id` that it
is the same one.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from device.bus.payloads import OFFLINE, ONLINE, notice_payload, state_payload
from device.core.errors import (
    AlreadyHereError,
    BadPhotoError,
    BusLostError,
    BusRefusedError,
    RefusedError,
    StoreError,
    UsageError,
)
from device.core.faults import passing
from device.core.types import Event, Last, Message, Subscription
from device.pipeline.waiting import happened, stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from device.bus.topics import Topics
    from device.core.ports import Bus, BusSession, Clock, Executor, Outbox, Random
    from device.core.types import Inbound, Posted, Status
    from device.pipeline.submit import Submit

_log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0
FAREWELL_SECONDS = 3.0

MOST_IN_FLIGHT = 20
"""Notices that are sent before the first of them is acknowledged."""

AGAIN_SECONDS = 5.0
"""How soon a photo is tried again that the disk or the queue had no room for."""


@dataclass(slots=True, kw_only=True)
class Messenger:
    """Keeps the house told. For the loop alone.

    Attributes:
        executor: Where the outbox is waited for.
        obey: Does what a command says; raises UsageError where it is none.
    """

    bus: Bus
    topics: Topics
    outbox: Outbox
    executor: Executor
    clock: Clock
    random: Random
    submit: Submit
    obey: Callable[[bytes], Awaitable[None]]
    _status: Status | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _farewell: asyncio.Event = field(default_factory=asyncio.Event)
    _said_goodbye: bool = False
    _waits: set[int] = field(default_factory=set)
    _obeying: set[asyncio.Task[None]] = field(default_factory=set)

    def show(self, status: Status) -> None:
        """This is what the device is doing now."""
        self._status = status
        self._news.set()

    def told(self) -> None:
        """There is something new in the outbox."""
        self._news.set()

    def say_goodbye(self) -> None:
        """Say offline, and end `run`."""
        self._farewell.set()
        self._news.set()

    async def run(self) -> None:
        """Stay connected until `say_goodbye`, or until it is cancelled."""
        try:
            await self._stay_connected()
        finally:
            for each in self._obeying:
                each.cancel()

    async def _stay_connected(self) -> None:
        wait, told = FIRST_WAIT_SECONDS, ""
        while not self._farewell.is_set():
            try:
                session = await self._connect()
            except BusLostError as error:
                if str(error) != told:
                    _log.warning("%s", error)
                    told = str(error)
            else:
                _log.info("connected to the broker")
                self._said_goodbye = False
                try:
                    await self._serve(session)
                finally:
                    # Else the house would take it to be online, where it ends with its goodbye unsaid.
                    await session.close(in_order=self._said_goodbye)
                if not self._farewell.is_set():
                    _log.warning("the connection to the broker is lost; trying again")
                wait, told = FIRST_WAIT_SECONDS, ""
            # Jitter, so that ten devices do not come back at the same moment after a power cut.
            await happened(self._farewell, self.clock, within_seconds=wait * (0.5 + self.random.fraction() / 2))
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _connect(self) -> BusSession:
        return await self.bus.connect(
            will=Message(topic=self.topics.availability, payload=OFFLINE, retain=True),
            subscriptions=[
                Subscription(topic=self.topics.photo_set, kept=True),
                # A command that comes late is worse than one that is lost.
                Subscription(topic=self.topics.command_set, kept=False),
            ],
        )

    async def _serve(self, session: BusSession) -> None:
        work = (asyncio.ensure_future(self._talk(session)), asyncio.ensure_future(self._listen(session)))
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                if task not in done:
                    continue
                error = task.exception()
                if error and not isinstance(error, BusLostError):
                    raise error
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _talk(self, session: BusSession) -> None:
        await self._publish(session, Message(topic=self.topics.availability, payload=ONLINE, retain=True))
        shown: Status | None = None
        while True:
            self._news.clear()
            if self._status and self._status is not shown:
                shown = self._status
                state = Message(topic=self.topics.state, payload=state_payload(shown), retain=True)
                await self._publish(session, state)
            if self._farewell.is_set():
                await self._leave(session)
                return
            if not await self._empty_outbox(session):
                await self._news.wait()

    async def _empty_outbox(self, session: BusSession) -> bool:
        """Send the oldest notices and forget those that were taken; False where there is none."""
        posted = await self._stored(partial(self.outbox.pending, after=0, most=MOST_IN_FLIGHT))
        through, lost = 0, None
        for each, taken in [(each, session.publish(self._message(each))) for each in posted]:
            try:
                await self._taken(taken, each.id)
            except BusLostError as error:
                lost = error
                break
            through = each.number
        passing("a notice is with the house and in the outbox")
        if through:
            await self._stored(partial(self.outbox.delivered, up_to=through))
        if lost:
            raise lost
        return bool(posted)

    async def _leave(self, session: BusSession) -> None:
        said = session.publish(Message(topic=self.topics.availability, payload=OFFLINE, retain=True))
        self._said_goodbye = True
        work = (asyncio.ensure_future(self._heard(said)), asyncio.ensure_future(self.clock.sleep(FAREWELL_SECONDS)))
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in work:
                each.cancel()

    async def _heard(self, said: Awaitable[None]) -> None:
        # Where the connection breaks now, the broker says the will in place of this.
        with suppress(BusLostError):
            await self._taken(said, "that this device is offline")

    async def _publish(self, session: BusSession, message: Message) -> None:
        await self._taken(session.publish(message), message.topic)

    async def _taken(self, acknowledgement: Awaitable[None], what: str) -> None:
        try:
            await acknowledgement
        except BusRefusedError as error:
            # It would be refused again: kept, it would hold up everything behind it.
            _log.warning("the broker refuses %s: %s", what, error)

    def _message(self, posted: Posted) -> Message:
        kept = isinstance(posted.notice, Last)
        topic = self.topics.last if kept else self.topics.event
        return Message(topic=topic, payload=notice_payload(posted), retain=kept)

    async def _listen(self, session: BusSession) -> None:
        photos: list[asyncio.Task[None]] = []
        try:
            while True:
                inbound = await session.receive()
                if inbound.retained:
                    # Somebody's mistake from long ago, and it would come again on each connection.
                    session.acknowledge(inbound)
                elif inbound.topic == self.topics.photo_set:
                    # Beside the rest: a photo may have to wait for room, and a command must not wait for it.
                    photo = asyncio.ensure_future(self._take_in(session, inbound))
                    photos.append(photo)
                    photo.add_done_callback(photos.remove)
                else:
                    # Beside the rest, too: a stop must not wait until the volume is stored. It is done also where the
                    # connection breaks meanwhile: half a forgetting leaves what is being said.
                    command = asyncio.ensure_future(self._obey(inbound))
                    self._obeying.add(command)
                    command.add_done_callback(self._obeying.discard)
                    session.acknowledge(inbound)
        finally:
            for photo in photos:
                photo.cancel()
            await asyncio.gather(*list(photos), return_exceptions=True)

    async def _obey(self, inbound: Inbound) -> None:
        try:
            await self.obey(inbound.payload)
        except (UsageError, StoreError) as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001 - as with a photo: whatever it is, the daemon goes on
            _log.exception("a command could not be obeyed: a mistake in voxframe")

    async def _take_in(self, session: BusSession, inbound: Inbound) -> None:
        refused, which = "", hash(inbound.payload)
        while True:
            try:
                await self.submit.photo(_whole(inbound.payload), name="mqtt", source="mqtt", known=which in self._waits)
            except AlreadyHereError:
                # It came again because its acknowledgement was lost.
                break
            except BadPhotoError as error:
                _log.warning("a photo from the broker is refused: %s", error)
                await self._stored(partial(self.outbox.put, Event(event_type="failed", fields={"reason": error.code})))
                self.told()
                break
            except (RefusedError, StoreError) as error:
                if str(error) != refused:
                    _log.warning("a photo from the broker waits: %s", error)
                    refused = str(error)
                    # Also over a connection that breaks, after which it comes again.
                    self._waits.add(which)
                await self.clock.sleep(AGAIN_SECONDS)
            else:
                break
        self._waits.discard(which)
        passing("a photo from the broker is safe and not acknowledged")
        try:
            session.acknowledge(inbound)
        except BusLostError:
            # It comes again, and is known then.
            return

    async def _stored(self, work: Callable[[], T]) -> T:
        return await stored(
            partial(self.executor.run, work),
            clock=self.clock,
            again_seconds=AGAIN_SECONDS,
            failed=lambda error: _log.warning("%s", error),
        )


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data
