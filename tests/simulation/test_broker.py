"""What the simulated broker does to a device, and what it keeps from one life to the next."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from device.core.errors import BusLostError
from device.core.types import Message, Subscription
from tests.simulation.broker import KEEPALIVE_SECONDS, SimBroker
from tests.simulation.life import Life, PowerCut
from tests.simulation.loop import SimLoop

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.simulation.bus import SimBus, SimSession

PHOTO, STATE, AVAILABILITY = "frame/photo/set", "frame/state", "frame/availability"
WILL = Message(topic=AVAILABILITY, payload=b"offline", retain=True)
ONLINE = Message(topic=AVAILABILITY, payload=b"online", retain=True)


class World:
    """A broker, and one life after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same again for the same seed
        self.broker = SimBroker(self.random)
        self.begin()

    def begin(self, start: float = 0.0) -> None:
        self.life = Life()
        self.loop = SimLoop(self.random, life=self.life, start=start)
        self.bus: SimBus = self.broker.bus(self.life, self.loop, "frame")

    def run(self, story: Coroutine[None, None, None]) -> None:
        self.loop.run_until_complete(story)

    def die(self, *, power: bool) -> None:
        self.loop.kill()
        self.broker.lost(self.life, power=power)

    async def connect(self) -> SimSession:
        session = await self.bus.connect(will=WILL, subscriptions=[Subscription(topic=PHOTO, kept=True)])
        await session.publish(ONLINE)
        return session

    def availability(self) -> list[bytes]:
        return [heard.payload for heard in self.broker.heard if heard.topic == AVAILABILITY]


async def everything(session: SimSession) -> None:
    while True:
        await session.receive()


@pytest.fixture(params=range(10))
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@pytest.mark.parametrize("power", [True, False])
def test_a_device_that_dies_is_said_to_be_offline_within_the_keepalive(world: World, *, power: bool) -> None:
    async def story() -> None:
        await world.connect()

    world.run(story())
    died = world.loop.time()
    world.die(power=power)
    assert world.availability() == [b"online"]
    world.begin(died + 1000)
    world.loop.run()
    assert world.availability() == [b"online", b"offline"]
    assert died <= world.broker.heard[-1].time <= died + (KEEPALIVE_SECONDS if power else 1.0)
    assert world.broker.retained == {AVAILABILITY: b"offline"}


def test_what_a_killed_process_has_sent_arrives(world: World) -> None:
    async def story() -> None:
        session = await world.connect()
        for number in range(5):
            session.publish(Message(topic=STATE, payload=b"%d" % number))

    world.run(story())
    world.die(power=False)
    world.begin(100.0)
    world.loop.run()
    assert [heard.payload for heard in world.broker.heard] == [b"online", b"0", b"1", b"2", b"3", b"4", b"offline"]


def test_where_the_power_went_the_first_of_what_was_sent_arrives_and_the_rest_does_not() -> None:
    arrived = set()
    for seed in range(40):
        world = World(seed)

        async def story(world: World = world) -> None:
            session = await world.connect()
            for number in range(3):
                session.publish(Message(topic=STATE, payload=b"%d" % number))

        world.run(story())
        world.die(power=True)
        world.begin(100.0)
        world.loop.run()
        arrived.add(tuple(heard.payload for heard in world.broker.heard[1:-1]))
    assert arrived == {(), (b"0",), (b"0", b"1"), (b"0", b"1", b"2")}


def test_a_dead_process_does_nothing_more(world: World) -> None:
    sessions = []

    async def story() -> None:
        sessions.append(await world.connect())

    world.run(story())
    world.die(power=False)
    with pytest.raises(PowerCut):
        sessions[0].publish(ONLINE)
    with pytest.raises(PowerCut):
        world.bus.connect(will=WILL, subscriptions=[]).send(None)


def test_a_photo_is_brought_in_each_life_until_it_is_acknowledged(world: World) -> None:
    acknowledged = []
    world.broker.on_acknowledged = lambda topic, payload: acknowledged.append((topic, payload))

    async def take(*, acknowledge: bool) -> None:
        session = await world.connect()
        inbound = await session.receive()
        assert inbound.payload == b"photo"
        if acknowledge:
            session.acknowledge(inbound)
            assert acknowledged == [(PHOTO, b"photo")]
            await session.close()

    async def subscribe() -> None:
        await (await world.connect()).close()

    world.run(subscribe())
    world.loop.close()
    world.broker.publish(PHOTO, b"photo")
    for life in range(1, 4):
        world.begin(100.0 * life)
        world.run(take(acknowledge=life == 3))
        assert world.broker.waiting("frame") == (life < 3)
        world.die(power=life == 1)
    assert world.broker.acknowledged == acknowledged


@pytest.mark.parametrize("before", [True, False])
def test_a_cut_around_the_acknowledgement_to_the_device_leaves_the_message_with_the_house(
    world: World, *, before: bool
) -> None:
    async def story() -> None:
        session = await world.connect()
        world.broker.cut_around_puback("device", before=before)
        try:
            await session.publish(Message(topic=STATE, payload=b"1"))
        except BusLostError:
            pass
        else:
            assert not before
        with pytest.raises(BusLostError):
            await session.receive()

    world.run(story())
    assert [heard.payload for heard in world.broker.heard] == [b"online", b"1", b"offline"]


@pytest.mark.parametrize("before", [True, False])
def test_a_cut_around_the_acknowledgement_of_a_photo_brings_it_again_or_not(world: World, *, before: bool) -> None:
    async def story() -> None:
        session = await world.connect()
        world.broker.publish(PHOTO, b"photo")
        world.broker.cut_around_puback("broker", before=before)
        session.acknowledge(await session.receive())
        with pytest.raises(BusLostError):
            await session.receive()
        assert world.broker.waiting("frame") == before
        session = await world.connect()
        if before:
            assert (await session.receive()).payload == b"photo"

    world.run(story())


@pytest.mark.parametrize("forget", [True, False])
def test_a_restart_keeps_photos_and_what_is_retained_unless_it_forgets(world: World, *, forget: bool) -> None:
    async def story() -> None:
        session = await world.connect()
        world.broker.publish(PHOTO, b"photo")
        world.broker.restart(forget=forget)
        assert world.broker.waiting("frame") == (not forget)
        assert (AVAILABILITY in world.broker.retained) is (not forget)
        with pytest.raises(BusLostError):
            await everything(session)
        assert world.availability() == [b"online"]
        session = await world.connect()
        world.broker.publish(PHOTO, b"new")
        assert (await session.receive()).payload == (b"new" if forget else b"photo")

    world.run(story())


def test_who_is_refused_gets_a_connection_later(world: World) -> None:
    async def story() -> None:
        world.broker.refuse(60.0)
        refusals = 0
        while True:
            try:
                await world.connect()
            except BusLostError:
                refusals += 1
            else:
                break
        assert world.loop.time() >= 60.0
        assert refusals > 5

    world.run(story())


def test_the_same_seed_gives_the_same_story() -> None:
    def story_of(seed: int) -> list[object]:
        world = World(seed)

        async def story() -> None:
            for number in range(20):
                session = await world.connect()
                session.publish(Message(topic=STATE, payload=b"%d" % number))
                world.broker.cut()
                with pytest.raises(BusLostError):
                    await session.receive()

        world.run(story())
        return [*world.broker.heard, world.loop.time()]

    assert story_of(1) == story_of(1)
    assert story_of(1) != story_of(2)
