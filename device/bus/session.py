"""What is said and heard over one connection to a broker."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from device.core.errors import BusLostError, BusRefusedError
from device.core.types import Inbound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence

    import paho.mqtt.client as paho
    from paho.mqtt.reasoncodes import ReasonCode

    from device.bus.line import Line
    from device.core.types import Message, Subscription

_log = logging.getLogger(__name__)

FAREWELL_SECONDS = 3.0
MOST_QUICK = 100
"""How many messages that nobody keeps may wait here."""

HEADER_BYTES = 16
"""What a packet has at most beside topic and payload."""


class PahoSession:
    """One connection, for the loop alone.

    Args:
        line: The connection, not yet begun.
        where: The broker, for a message.
        limit_bytes: The largest payload that is taken in.
        numbers: For what comes; over all sessions, so that what came in an old one is never acknowledged in a new one.
    """

    def __init__(self, *, line: Line, where: str, limit_bytes: int, numbers: Iterator[int]) -> None:
        self._line = line
        self._where = where
        self._limit_bytes = limit_bytes
        self._numbers = numbers
        self._largest_packet: int | None = None
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[None] = loop.create_future()
        self._granted: asyncio.Future[list[ReasonCode]] = loop.create_future()
        self._sent: dict[int, asyncio.Future[None]] = {}
        self._arrived: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self._unacknowledged: dict[int, int] = {}
        self._gone = asyncio.Event()

    async def open(self, subscriptions: Sequence[Subscription]) -> None:
        """Connect and subscribe; a topic that the broker does not give is told, and the others are there.

        Raises:
            BusLostError: The line says why.
        """
        self._line.start(self)
        await self._answer
        if not subscriptions:
            return
        if self._line.client is None:
            raise self._lost()
        # For a subscription without acknowledgements a broker keeps nothing while nobody is there.
        wanted = [(each.topic, 1 if each.kept else 0) for each in subscriptions]
        if self._line.five:
            error, _ = self._line.client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in wanted])
        else:
            error, _ = self._line.client.subscribe(wanted)
        if error != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._lost()
        for each, reason in zip(subscriptions, await self._granted, strict=False):
            if reason.is_failure:
                _log.warning("the broker at %s does not give %s: %s", self._where, each.topic, reason)

    def publish(self, message: Message) -> Awaitable[None]:
        """Send it, in the order of the calls; what is returned is done when the broker has taken it.

        Raises (what is returned):
            BusLostError: The connection ended before; the broker may have it or not.
            BusRefusedError: The broker does not take it.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        size = len(message.payload) + len(message.topic.encode()) + HEADER_BYTES
        if self._line.client is None:
            _fail(done, self._lost())
        elif self._largest_packet is not None and size > self._largest_packet:
            # To send it all the same would end the connection, each time again.
            _fail(done, BusRefusedError(f"{message.topic}: the broker takes {self._largest_packet} bytes, not {size}"))
        else:
            try:
                info = self._line.client.publish(message.topic, message.payload, qos=1, retain=message.retain)
            except ValueError as error:
                _fail(done, BusRefusedError(f"{message.topic}: {error}"))
            else:
                if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
                    self._sent[info.mid] = done
                else:
                    _fail(done, self._lost())
        return done

    async def receive(self) -> Inbound:
        """The next message that came.

        Raises:
            BusLostError: The connection has ended.
        """
        inbound = None if self._gone.is_set() else await self._arrived.get()
        if inbound is None or self._gone.is_set():
            # Whoever else waits is told too.
            self._arrived.put_nowait(None)
            raise self._lost()
        return inbound

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the broker that the message is safe here; without effect for one of an earlier connection.

        Raises:
            BusLostError: The connection has ended.
        """
        if self._line.client is None:
            raise self._lost()
        packet = self._unacknowledged.pop(inbound.number, None)
        if packet is not None and self._line.client.ack(packet, 1) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._lost()

    async def close(self, *, in_order: bool = True) -> None:
        """End it in order, so that the will is not said, or just so, and it is; without effect where it has ended."""
        if self._gone.is_set():
            return
        if in_order:
            self._line.end("it was closed")
        else:
            self._line.break_off("it was closed")
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._gone.wait()
        except TimeoutError:
            # It takes nothing any more, not even this.
            self._line.abandon()

    # What the line tells.

    def answered(self, largest_packet: int | None) -> None:
        """The broker has taken the connection."""
        self._largest_packet = largest_packet
        if not self._answer.done():
            self._answer.set_result(None)

    def subscribed(self, reasons: list[ReasonCode]) -> None:
        """The broker says what it gives."""
        if not self._granted.done():
            self._granted.set_result(reasons)

    def published(self, packet: int, reason: ReasonCode) -> None:
        """The broker has a message, or does not take it."""
        done = self._sent.pop(packet, None)
        if done is None or done.done():
            return
        if reason.is_failure:
            _fail(done, BusRefusedError(f"the broker at {self._where} does not take a message: {reason}"))
        else:
            done.set_result(None)

    def came(self, message: paho.MQTTMessage) -> None:
        """A message is here."""
        client = self._line.client
        if client is None:
            return
        size = len(message.payload)
        if size > self._limit_bytes:
            # Else a broker would bring it again with each connection.
            _log.warning("a message of %d bytes for %s is dropped: %d may be", size, message.topic, self._limit_bytes)
            client.ack(message.mid, message.qos)
            return
        number = 0
        if message.qos:
            number = next(self._numbers)
            self._unacknowledged[number] = message.mid
        elif self._arrived.qsize() >= MOST_QUICK:
            _log.warning("a message for %s is dropped: %d wait", message.topic, MOST_QUICK)
            return
        self._arrived.put_nowait(
            Inbound(topic=message.topic, payload=bytes(message.payload), retained=message.retain, number=number)
        )

    def ended(self) -> None:
        """There is no connection any more."""
        self._gone.set()
        _fail(self._answer, self._lost())
        _fail(self._granted, self._lost())
        for waiting in self._sent.values():
            _fail(waiting, self._lost())
        self._sent.clear()
        self._unacknowledged.clear()
        self._arrived.put_nowait(None)

    def _lost(self) -> BusLostError:
        return BusLostError(f"the broker at {self._where} is lost: {self._line.trouble}")


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    """End it with an error that need not be asked for: its caller may have gone."""
    if not future.done():
        future.set_exception(error)
        future.exception()
