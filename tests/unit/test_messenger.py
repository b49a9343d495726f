"""The house is told all, once and in order, over connections that break; and what it asks is done once it is safe."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from device.bus.messenger import AGAIN_SECONDS, FAREWELL_SECONDS, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Messenger
from device.bus.topics import Topics
from device.core.errors import StoreFullError, UsageError
from device.core.types import Event, Last, Status, Subscription
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from tests.house import HEAD, House, in_house
from tests.memory_bus import MemoryBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

PHOTO, COMMAND = "voxframe/frame/photo/set", "voxframe/frame/command/set"
IDLE = Status(activity="idle", reason=None, queue=0, last_narration=None)


class Steady:
    """Chance that is none."""

    def fraction(self) -> float:
        return 0.5

    def token(self) -> str:
        raise NotImplementedError


STEADY = 0.75
"""What the jitter makes of a wait where chance is in the middle."""


class Watched(SqliteOutbox):
    """The real one; it tells a test when something has left it."""

    def __init__(self, house: House, news: Callable[[], None]) -> None:
        super().__init__(house.database, most_events=100)
        self._loop = asyncio.get_running_loop()
        self._news = news

    def delivered(self, *, up_to: int) -> None:
        super().delivered(up_to=up_to)
        self._loop.call_soon_threadsafe(self._news)


class Post:
    """A messenger with a real outbox between a house and a broker."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.bus = MemoryBus()
        self.commands: list[bytes] = []
        self.refusal: Exception | None = None
        self.stored = asyncio.Event()
        self.stored.set()
        self.obeyed: list[bytes] = []
        self.messenger = Messenger(
            bus=self.bus,
            topics=Topics("frame"),
            outbox=Watched(house, self.bus.happens),
            executor=house.disk,
            clock=house.clock,
            random=Steady(),
            submit=house.submit,
            obey=self._obey,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.messenger.run())
        yield
        if task.done():
            task.result()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    def put(self, *numbers: int) -> None:
        for number in numbers:
            self.house.outbox.put(Event(event_type="spoken", fields={"photo": number}))
        self.messenger.told()

    def events(self) -> list[int]:
        return [json.loads(payload)["photo"] for payload in self.bus.on("/event")]

    def left(self) -> int:
        return len(self.house.outbox.pending(after=0, most=1000))

    async def delivered(self) -> None:
        """Wait until nothing is left in the outbox."""
        await self.bus.until(lambda: not self.left())

    async def _obey(self, command: bytes) -> None:
        self.commands.append(command)
        self.bus.happens()
        if command != b"stop":
            await self.stored.wait()
        if self.refusal:
            raise self.refusal
        self.obeyed.append(command)
        self.bus.happens()


def with_post(state: Path, story: Callable[[Post], Awaitable[None]], **options: Any) -> None:
    async def whole(house: House) -> None:
        await story(Post(house))

    in_house(state, whole, **options)


def test_it_says_online_and_what_is_being_done_and_leaves_a_will(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.messenger.show(IDLE)
        async with post.at_work():
            await post.bus.until(lambda: len(post.bus.taken) == 2)
        online, state = post.bus.taken
        assert (online.topic, online.payload, online.retain) == ("voxframe/frame/availability", b"online", True)
        assert (state.topic, state.retain) == ("voxframe/frame/state", True)
        assert json.loads(state.payload)["activity"] == "idle"
        will = post.bus.will
        assert will is not None
        assert (will.topic, will.payload, will.retain) == ("voxframe/frame/availability", b"offline", True)
        assert list(post.bus.subscriptions) == [
            Subscription(topic=PHOTO, kept=True),
            Subscription(topic=COMMAND, kept=False),
        ]

    with_post(tmp_path, story)


def test_the_newest_state_is_told_and_told_again_on_each_connection(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            post.messenger.show(IDLE)
            await post.bus.until(lambda: len(post.bus.on("/state")) == 1)
            post.messenger.show(replace(IDLE, queue=1))
            post.messenger.show(replace(IDLE, queue=2))
            await post.bus.until(lambda: len(post.bus.on("/state")) == 2)
            post.bus.cut()
            await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
            post.house.clock.advance(FIRST_WAIT_SECONDS)
            await post.bus.until(lambda: len(post.bus.on("/state")) == 3)
        assert [json.loads(payload)["queue"] for payload in post.bus.on("/state")] == [0, 2, 2]
        assert post.bus.on("/availability") == [b"online"] * 2

    with_post(tmp_path, story)


def test_notices_are_told_in_order_and_then_forgotten(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.put(*range(50))
        async with post.at_work():
            await post.bus.until(lambda: len(post.events()) == 50)
            await post.delivered()
            post.put(50)
            await post.bus.until(lambda: len(post.events()) == 51)
        assert post.events() == list(range(51))
        assert not any(message.retain for message in post.bus.taken if message.topic.endswith("/event"))

    with_post(tmp_path, story)


def test_what_was_made_of_the_last_photo_stays_with_the_broker(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.house.outbox.put(Last(record={"people": 2}))
        async with post.at_work():
            await post.bus.until(lambda: bool(post.bus.on("/last")))
        (last,) = [message for message in post.bus.taken if message.topic == "voxframe/frame/last"]
        assert (json.loads(last.payload), last.retain) == ({"people": 2}, True)

    with_post(tmp_path, story)


def test_what_the_broker_did_not_say_it_has_is_told_again_with_the_same_ids(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: bool(post.bus.on("/availability")))
            post.bus.mute = True
            post.put(1, 2, 3)
            await post.bus.until(lambda: len(post.events()) == 3)
            assert post.left() == 3
            post.bus.mute = False
            post.bus.cut()
            await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
            post.house.clock.advance(FIRST_WAIT_SECONDS)
            await post.bus.until(lambda: len(post.events()) == 6)
            await post.delivered()
        assert post.events() == [1, 2, 3, 1, 2, 3]
        ids = [json.loads(payload)["id"] for payload in post.bus.on("/event")]
        assert ids[:3] == ids[3:]
        assert len(set(ids)) == 3

    with_post(tmp_path, story)


def test_a_message_that_the_broker_never_takes_holds_up_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(post: Post) -> None:
        post.bus.refused = {"/last", "/state"}
        post.messenger.show(IDLE)
        post.house.outbox.put(Last(record={}))
        post.put(1)
        async with post.at_work():
            await post.bus.until(lambda: post.events() == [1])
            await post.delivered()
        assert post.bus.connections == 1

    with_post(tmp_path, story)
    assert "the broker refuses" in caplog.text


def test_a_broker_that_is_away_is_tried_less_and_less_often_and_complained_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(post: Post) -> None:
        post.bus.down = "no broker at 127.0.0.1 port 1"
        async with post.at_work():
            wait = FIRST_WAIT_SECONDS
            for tries in range(1, 12):
                await post.house.clock.until_somebody_sleeps(wait * STEADY)
                assert post.bus.tries == tries
                post.house.clock.advance(wait * STEADY)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            # It was just woken for the next try.
            post.put(1)
            post.bus.down = None
            await post.bus.until(lambda: post.events() == [1])

    with_post(tmp_path, story)
    assert caplog.text.count("no broker at 127.0.0.1") == 1


def test_a_photo_is_acknowledged_once_it_is_safe(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            number = post.bus.send(PHOTO, HEAD + b"a")
            await post.bus.until(lambda: post.bus.acknowledged == [number])
            job = post.house.job(1)
            assert (job.source, job.path.read_bytes()) == ("mqtt", HEAD + b"a")
            again = post.bus.send(PHOTO, HEAD + b"a")
            await post.bus.until(lambda: post.bus.acknowledged == [number, again])
            assert len(post.house.jobs.listed()) == 1

    with_post(tmp_path, story)


def test_a_photo_that_cannot_be_read_is_acknowledged_and_told(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            for payload in (b"no photo", b"", HEAD + b"x" * 200_000):
                post.bus.send(PHOTO, payload)
            await post.bus.until(lambda: len(post.bus.acknowledged) == 3 and len(post.bus.on("/event")) == 3)
        told = [json.loads(payload) for payload in post.bus.on("/event")]
        assert {event["event_type"] for event in told} == {"failed"}
        assert {event["reason"] for event in told} == {"unsupported", "empty", "too_large"}
        assert post.house.files() == []

    with_post(tmp_path, story)


class Narrow(SqliteJobs):
    """One photo may wait."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more | {"policy": Policy(most=1)})


def test_a_photo_without_room_waits_unacknowledged_and_no_command_waits_for_it(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            first = post.bus.send(PHOTO, HEAD + b"a")
            await post.bus.until(lambda: post.bus.acknowledged == [first])
            second = post.bus.send(PHOTO, HEAD + b"b")
            await post.house.clock.until_somebody_sleeps(AGAIN_SECONDS)
            third = post.bus.send(COMMAND, b"stop")
            await post.bus.until(lambda: post.bus.acknowledged == [first, third])
            assert post.commands == [b"stop"]
            post.house.jobs.finish(post.house.job(1))
            post.house.clock.advance(AGAIN_SECONDS)
            await post.bus.until(lambda: post.bus.acknowledged == [first, third, second])
            assert post.house.jobs.waiting() == 1

    with_post(tmp_path, story, jobs=Narrow)


def test_a_photo_that_waits_when_the_connection_breaks_is_given_up_and_taken_when_it_comes_again(
    tmp_path: Path,
) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            post.bus.send(PHOTO, HEAD + b"a")
            await post.bus.until(lambda: len(post.bus.acknowledged) == 1)
            post.bus.send(PHOTO, HEAD + b"b")
            await post.house.clock.until_somebody_sleeps(AGAIN_SECONDS)
            post.bus.cut()
            await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
            post.house.jobs.finish(post.house.job(1))
            post.house.clock.advance(FIRST_WAIT_SECONDS)
            await post.bus.until(lambda: post.bus.connections == 2)
            again = post.bus.send(PHOTO, HEAD + b"b")
            await post.bus.until(lambda: again in post.bus.acknowledged)
            assert [job.id for job in post.house.jobs.listed("waiting")] == [2]

    with_post(tmp_path, story, jobs=Narrow)


class Full(SqliteJobs):
    def check_room(self) -> None:
        raise StoreFullError("the disk is full")


def test_a_photo_that_waits_for_a_full_disk_is_told_once_also_over_another_connection(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        told: list[str] = []

        def refused(error: BaseException, source: str) -> None:
            told.append(f"{source} {error}")
            post.bus.happens()

        post.messenger.submit = replace(post.house.submit, refused=refused)
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            post.bus.send(PHOTO, HEAD + b"a")
            for _ in range(3):
                await post.house.clock.until_somebody_sleeps(AGAIN_SECONDS)
                post.house.clock.advance(AGAIN_SECONDS)
            await post.house.clock.until_somebody_sleeps(AGAIN_SECONDS)
            post.bus.cut()
            await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
            post.house.clock.advance(FIRST_WAIT_SECONDS)
            await post.bus.until(lambda: post.bus.connections == 2)
            post.bus.send(PHOTO, HEAD + b"a")
            await post.house.clock.until_somebody_sleeps(AGAIN_SECONDS)
            assert told == ["mqtt the disk is full"]
            post.bus.send(PHOTO, HEAD + b"b")
            await post.bus.until(lambda: told == ["mqtt the disk is full"] * 2)

    with_post(tmp_path, story, jobs=Full)


@pytest.mark.parametrize("topic", [PHOTO, COMMAND])
def test_what_lay_on_the_broker_from_before_is_not_obeyed(tmp_path: Path, topic: str) -> None:
    async def story(post: Post) -> None:
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            old = post.bus.send(topic, HEAD + b"a", retained=True)
            new = post.bus.send(COMMAND, b"stop")
            await post.bus.until(lambda: post.bus.acknowledged == [old, new])
        assert post.commands == [b"stop"]
        assert post.house.jobs.listed() == ()

    with_post(tmp_path, story)


@pytest.mark.parametrize("refusal", [UsageError("a command is JSON"), StoreFullError("the disk is full")])
def test_a_command_that_cannot_be_done_is_told_in_the_log_and_ends_nothing(
    tmp_path: Path, refusal: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(post: Post) -> None:
        post.refusal = refusal
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            for command in (b"sing", b"dance"):
                post.bus.send(COMMAND, command)
            await post.bus.until(lambda: len(post.bus.acknowledged) == 2)
        assert post.commands == [b"sing", b"dance"]
        assert post.bus.connections == 1

    with_post(tmp_path, story)
    assert str(refusal) in caplog.text


def test_a_stop_does_not_wait_for_what_a_command_before_it_stores(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.stored.clear()
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            post.bus.send(COMMAND, b"louder")
            post.bus.send(COMMAND, b"stop")
            await post.bus.until(lambda: bool(post.commands[1:]))
        assert post.obeyed == [b"stop"]

    with_post(tmp_path, story)


def test_a_command_is_done_to_its_end_although_the_connection_breaks(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.stored.clear()
        async with post.at_work():
            await post.bus.until(lambda: post.bus.connections == 1)
            post.bus.send(COMMAND, b"forget")
            await post.bus.until(lambda: post.commands == [b"forget"])
            post.bus.cut()
            await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
            post.stored.set()
            await post.bus.until(lambda: post.obeyed == [b"forget"])

    with_post(tmp_path, story)


def test_a_goodbye_says_what_is_done_at_last_and_offline_and_ends_it_in_order(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.messenger.show(IDLE)
        task = asyncio.create_task(post.messenger.run())
        await post.bus.until(lambda: bool(post.bus.on("/state")))
        post.messenger.show(replace(IDLE, queue=1))
        post.messenger.say_goodbye()
        await task
        assert [message.topic.rsplit("/", 1)[1] for message in post.bus.taken[2:]] == ["state", "availability"]
        assert post.bus.taken[-1].payload == b"offline"
        assert post.bus.taken[-1].retain
        assert post.bus.closed_in_order == 1

    with_post(tmp_path, story)


def test_whoever_ends_with_its_goodbye_unsaid_leaves_it_to_the_will(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        task = asyncio.create_task(post.messenger.run())
        await post.bus.until(lambda: bool(post.bus.on("/availability")))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert post.bus.on("/availability") == [b"online"]
        assert post.bus.closed_in_order == 0

    with_post(tmp_path, story)


def test_a_goodbye_does_not_wait_for_ever_for_a_broker_that_says_nothing(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        task = asyncio.create_task(post.messenger.run())
        await post.bus.until(lambda: bool(post.bus.on("/availability")))
        post.bus.mute = True
        post.messenger.say_goodbye()
        await post.house.clock.until_somebody_sleeps(FAREWELL_SECONDS)
        post.house.clock.advance(FAREWELL_SECONDS)
        await task

    with_post(tmp_path, story)


def test_a_goodbye_without_a_broker_is_short(tmp_path: Path) -> None:
    async def story(post: Post) -> None:
        post.bus.down = "no broker"
        task = asyncio.create_task(post.messenger.run())
        await post.house.clock.until_somebody_sleeps(FIRST_WAIT_SECONDS * STEADY)
        post.messenger.say_goodbye()
        await task
        assert post.bus.tries == 1

    with_post(tmp_path, story)
