"""What every way to a broker promises; the broker is a part of it."""

from __future__ import annotations

import asyncio
import gc
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from device.bus.broker import OwnBroker
from device.bus.paho import Connection, PahoBus
from device.core.errors import BusLostError, BusRefusedError
from device.core.types import Message, Subscription
from tests.mosquitto import mosquitto, relay
from tests.simulation.broker import SimBroker
from tests.simulation.life import Life
from tests.simulation.loop import SimLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from typing import Literal

    from device.core.ports import Bus, BusSession
    from device.core.types import Inbound
    from tests.mosquitto import Relay

WAIT_SECONDS = 60.0
LIMIT_BYTES = 100_000
SEEDS = 20
"""In the simulation each is another order of things."""

PHOTO, COMMAND, STATE = "voxframe/frame/photo/set", "voxframe/frame/command/set", "voxframe/frame/state"
AVAILABILITY, DENIED, DONE = "voxframe/frame/availability", "voxframe/frame/denied", "voxframe/frame/done"
OFFLINE = Message(topic=AVAILABILITY, payload=b"offline", retain=True)
NO_WILL = Message(topic="house/will", payload=b"")
IN = (Subscription(topic=PHOTO, kept=True), Subscription(topic=COMMAND, kept=False))
KEEPS_NOTHING = "amqtt forgets what a client has not acknowledged, and what comes while it is away"


class Network(Protocol):
    """A broker, a device on a line that can fail, and a house on one that does not."""

    @property
    def frame(self) -> Bus:
        """The device's way to the broker."""

    @property
    def house(self) -> Bus:
        """Somebody else's."""

    def silence(self) -> None:
        """The device hears nothing any more."""

    def cut(self) -> None:
        """The device's line breaks."""


class Place(Protocol):
    """Where a story runs."""

    @property
    def name(self) -> str:
        """Which broker it is."""

    def run(self, story: Callable[[Network], Awaitable[None]]) -> None:
        """Run it to its end."""


@dataclass(frozen=True)
class RealNetwork:
    frame: Bus
    house: Bus
    between: Relay

    def silence(self) -> None:
        self.between.silence()

    def cut(self) -> None:
        self.between.cut()


@dataclass(frozen=True, kw_only=True)
class RealPlace:
    name: str
    port: int
    version: Literal["auto", "3.1.1"]

    def run(self, story: Callable[[Network], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with relay(self.port) as between:
                frame, house = self._bus("frame", between.port), self._bus("house", self.port)
                async with asyncio.timeout(WAIT_SECONDS):
                    await story(RealNetwork(frame, house, between))

        asyncio.run(whole())

    def _bus(self, client_id: str, port: int) -> PahoBus:
        connection = Connection(host="127.0.0.1", port=port, version=self.version)
        return PahoBus(connection=connection, client_id=client_id, limit_bytes=LIMIT_BYTES)


@dataclass(frozen=True)
class SimNetwork:
    frame: Bus
    house: Bus
    broker: SimBroker

    def silence(self) -> None:
        self.broker.silence("frame")

    def cut(self) -> None:
        self.broker.cut("frame")


class SimPlace:
    name = "simulated"

    def run(self, story: Callable[[Network], Awaitable[None]]) -> None:
        for seed in range(SEEDS):
            chance = random.Random(seed)  # noqa: S311 - the same again for the same seed
            broker, life = SimBroker(chance), Life()
            broker.denied.add(DENIED)
            loop = SimLoop(chance, life=life)
            frame, house = broker.bus(life, loop, "frame"), broker.bus(life, loop, "house")
            loop.run_until_complete(story(SimNetwork(frame, house, broker)))
            loop.close()


@pytest.fixture(params=["mosquitto", "mosquitto-3.1.1", "own", "simulated"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    name = request.param
    if name == "simulated":
        yield SimPlace()
    elif name == "own":
        own = OwnBroker()
        yield RealPlace(name=name, port=own.start(), version="3.1.1")
        own.stop()
    else:
        rights = tmp_path / "rights"
        rights.write_text(f"topic readwrite #\ntopic deny {DENIED}\n")
        rights.chmod(0o600)
        with mosquitto(tmp_path, f"acl_file {rights}") as broker:
            yield RealPlace(name=name, port=broker.port, version="3.1.1" if name.endswith("3.1.1") else "auto")


@asynccontextmanager
async def session(
    bus: Bus, subscriptions: Sequence[Subscription] = IN, *, will: Message = OFFLINE
) -> AsyncIterator[BusSession]:
    connected = await bus.connect(will=will, subscriptions=subscriptions)
    try:
        yield connected
    finally:
        await connected.close()


def listening(network: Network) -> AbstractAsyncContextManager[BusSession]:
    return session(network.house, [Subscription(topic="voxframe/frame/#", kept=True)], will=NO_WILL)


async def say(network: Network, *messages: Message) -> None:
    async with session(network.house, [], will=NO_WILL) as house:
        for message in messages:
            await house.publish(message)


async def until(connected: BusSession, topic: str, *, acknowledge: bool = True) -> list[Inbound]:
    """All that comes up to the first message of this topic, which is the last."""
    came: list[Inbound] = []
    while not came or came[-1].topic != topic:
        came.append(await connected.receive())
        if acknowledge:
            connected.acknowledge(came[-1])
    return came


def photo(number: int) -> Message:
    return Message(topic=PHOTO, payload=b"photo %d" % number)


def payloads(came: Sequence[Inbound], topic: str) -> list[bytes]:
    return [each.payload for each in came if each.topic == topic]


def test_what_is_sent_to_a_subscribed_topic_comes_in_order(place: Place) -> None:
    async def story(network: Network) -> None:
        async with session(network.frame) as frame:
            await say(network, *(photo(number) for number in range(10)), Message(topic=COMMAND, payload=b"stop"))
            came: list[Inbound] = []
            while len(came) < 11:
                came.append(await frame.receive())
                frame.acknowledge(came[-1])
        assert payloads(came, PHOTO) == [b"photo %d" % number for number in range(10)]
        assert payloads(came, COMMAND) == [b"stop"]
        assert not any(each.retained for each in came)

    place.run(story)


def test_what_is_published_is_with_the_house_in_the_order_of_the_calls(place: Place) -> None:
    async def story(network: Network) -> None:
        async with listening(network) as house, session(network.frame) as frame:
            sent = [frame.publish(Message(topic=STATE, payload=b"%d" % number)) for number in range(30)]
            sent.append(frame.publish(Message(topic=DONE, payload=b"")))
            for each in sent:
                await each
            came = await until(house, DONE)
        assert payloads(came, STATE) == [b"%d" % number for number in range(30)]

    place.run(story)


def test_the_broker_has_what_was_published_when_the_call_is_done(place: Place) -> None:
    async def story(network: Network) -> None:
        frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
        await frame.publish(Message(topic=STATE, payload=b"safe", retain=True))
        network.cut()
        async with listening(network) as house:
            came = await until(house, STATE)
        assert (came[-1].payload, came[-1].retained) == (b"safe", True)
        await frame.close()

    place.run(story)


def test_who_comes_later_gets_the_newest_retained_message_and_no_other(place: Place) -> None:
    async def story(network: Network) -> None:
        async with session(network.frame) as frame:
            await frame.publish(Message(topic=STATE, payload=b"old", retain=True))
            await frame.publish(Message(topic=STATE, payload=b"new", retain=True))
            await frame.publish(Message(topic=DONE, payload=b"not retained"))
            async with listening(network) as house:
                first = await house.receive()
                house.acknowledge(first)
                await frame.publish(Message(topic=DONE, payload=b"live"))
                came = await until(house, DONE)
        assert (first.topic, first.payload, first.retained) == (STATE, b"new", True)
        assert [(each.payload, each.retained) for each in came] == [(b"live", False)]

    place.run(story)


def test_a_retained_message_on_a_subscribed_topic_is_marked(place: Place) -> None:
    async def story(network: Network) -> None:
        await say(network, Message(topic=COMMAND, payload=b"old", retain=True))
        async with session(network.frame) as frame:
            came = await frame.receive()
        assert (came.payload, came.retained) == (b"old", True)

    place.run(story)


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(place: Place) -> None:
    if place.name == "own":
        pytest.skip(KEEPS_NOTHING)

    async def story(network: Network) -> None:
        frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
        await say(network, photo(1), photo(2))
        first, second = await frame.receive(), await frame.receive()
        frame.acknowledge(first)
        # Its answer comes after the acknowledgement has arrived.
        await frame.publish(Message(topic=STATE, payload=b""))
        network.cut()
        with pytest.raises(BusLostError):
            await frame.receive()
        async with session(network.frame) as frame:
            again = await frame.receive()
            frame.acknowledge(again)
            await say(network, photo(3))
            last = await frame.receive()
            frame.acknowledge(last)
        assert (second.payload, again.payload, last.payload) == (b"photo 2", b"photo 2", b"photo 3")

    place.run(story)


def test_an_acknowledgement_of_an_earlier_connection_takes_nothing_from_a_later_one(place: Place) -> None:
    if place.name == "own":
        pytest.skip(KEEPS_NOTHING)

    async def story(network: Network) -> None:
        async with session(network.frame) as frame:
            await say(network, photo(1))
            old = await frame.receive()
        async with session(network.frame) as frame:
            await frame.receive()
            frame.acknowledge(old)
            await frame.publish(Message(topic=STATE, payload=b""))
        async with session(network.frame) as frame:
            assert (await frame.receive()).payload == b"photo 1"

    place.run(story)


def test_of_what_came_meanwhile_the_kept_topic_is_there_and_the_other_is_not(place: Place) -> None:
    if place.name == "own":
        pytest.skip(KEEPS_NOTHING)

    async def story(network: Network) -> None:
        async with session(network.frame):
            pass
        await say(network, Message(topic=COMMAND, payload=b"late"), photo(1), Message(topic=COMMAND, payload=b"late"))
        async with session(network.frame) as frame:
            came = [await frame.receive()]
            frame.acknowledge(came[0])
            await say(network, photo(2))
            came += await until(frame, PHOTO)
        assert [each.payload for each in came] == [b"photo 1", b"photo 2"]

    place.run(story)


def test_the_will_is_said_when_the_connection_breaks(place: Place) -> None:
    async def story(network: Network) -> None:
        async with listening(network) as house:
            frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
            network.cut()
            came = await until(house, AVAILABILITY)
            await frame.close()
        async with listening(network) as house:
            retained = await until(house, AVAILABILITY)
        assert (came[-1].payload, retained[-1].payload, retained[-1].retained) == (b"offline", b"offline", True)

    place.run(story)


def test_the_will_is_said_when_it_is_closed_and_not_in_order(place: Place) -> None:
    async def story(network: Network) -> None:
        async with listening(network) as house:
            frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
            await frame.close(in_order=False)
            await frame.close(in_order=False)
            came = await until(house, AVAILABILITY)
            with pytest.raises(BusLostError):
                await frame.receive()
        assert came[-1].payload == b"offline"

    place.run(story)


def test_the_will_is_not_said_when_it_is_closed_which_may_be_done_twice(place: Place) -> None:
    async def story(network: Network) -> None:
        async with listening(network) as house:
            frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
            await frame.close()
            await frame.close()
            async with session(network.frame) as again:
                await again.publish(Message(topic=DONE, payload=b""))
            came = await until(house, DONE)
        assert not payloads(came, AVAILABILITY)

    place.run(story)


def test_a_lost_connection_is_told_to_all_who_wait_and_to_all_who_come(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(network: Network) -> None:
        frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
        await say(network, photo(1))
        old = await frame.receive()
        network.silence()
        waits = [asyncio.ensure_future(frame.receive()) for _ in range(2)]
        pending = [frame.publish(Message(topic=STATE, payload=b"%d" % number)) for number in range(15)]
        # Nobody asks for this one.
        frame.publish(Message(topic=STATE, payload=b"forgotten"))
        network.cut()
        for each in (*waits, *pending):
            with pytest.raises(BusLostError):
                await each
        with pytest.raises(BusLostError):
            await frame.receive()
        with pytest.raises(BusLostError):
            await frame.publish(Message(topic=STATE, payload=b""))
        with pytest.raises(BusLostError):
            frame.acknowledge(old)
        await frame.close()

    place.run(story)
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_what_was_pending_when_the_connection_broke_is_not_sent_by_itself_later(place: Place) -> None:
    async def story(network: Network) -> None:
        frame = await network.frame.connect(will=OFFLINE, subscriptions=IN)
        network.cut()
        with pytest.raises(BusLostError):
            await frame.receive()
        with pytest.raises(BusLostError):
            await frame.publish(Message(topic=STATE, payload=b"too late"))
        async with listening(network) as house, session(network.frame) as again:
            await again.publish(Message(topic=DONE, payload=b""))
            came = await until(house, DONE)
        assert not payloads(came, STATE)

    place.run(story)


def test_a_message_that_the_broker_does_not_take_is_refused_and_the_next_is_taken(place: Place) -> None:
    if "3.1.1" in place.name or place.name == "own":
        pytest.skip("MQTT 3.1.1 has no word for it: a broker acknowledges what it does not take")

    async def story(network: Network) -> None:
        async with session(network.frame) as frame:
            with pytest.raises(BusRefusedError, match="Not authorized"):
                await frame.publish(Message(topic=DENIED, payload=b""))
            await frame.publish(Message(topic=STATE, payload=b""))

    place.run(story)


def test_a_second_connection_of_the_same_device_ends_the_first(place: Place) -> None:
    if place.name == "own":
        pytest.skip("amqtt ends the second one as well")

    async def story(network: Network) -> None:
        old = await network.frame.connect(will=OFFLINE, subscriptions=IN)
        async with session(network.frame) as new:
            with pytest.raises(BusLostError):
                await old.receive()
            await new.publish(Message(topic=STATE, payload=b""))
            await say(network, photo(1))
            assert (await new.receive()).payload == b"photo 1"
        await old.close()

    place.run(story)
