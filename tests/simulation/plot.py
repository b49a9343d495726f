"""What happens in a world: who comes with photos, what people ask for, and what goes wrong."""

from __future__ import annotations

import errno
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.oracle import RESERVE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulation.person import Copying
    from tests.simulation.photos import Kind, SimPhoto
    from tests.simulation.world import Moment, World

KINDS: tuple[Kind, ...] = ("good",) * 20 + ("broken", "late", "poison", "mistake", "text", "large")

ACTIONS = ("stop", "stop", "pause", "pause", "resume", "louder", "softer", "repeat", "repeat", "describe")

THEN = {
    "stop": ("pause", "repeat"),
    "repeat": ("pause", "stop", "forget"),
    "describe": ("stop", "pause", "describe"),
}
"""What is asked for in one breath with it."""


class Plot:
    """Writes what happens into the agenda of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        # Not everything in every world: what is rare is seen alone, too.
        share = self._random.choice((0.1, 0.2, 0.5))
        self._troubles = [each for each in self._all_troubles() if self._random.random() < share]
        self._forgets = self._random.random() < 0.25

    def write(self, *, sessions: int, session_seconds: float) -> float:
        """Some sessions of life, far apart; returns the virtual moment at which all is over."""
        world, random = self._world, self._random
        if random.random() < 0.3:
            world.broker.publish(world.topic("command/set"), b'{"action": "pause"}', retain=True)
        moment = 0.0
        for session in range(sessions):
            for _ in range(random.randint(1, 6)):
                world.at(moment + random.random() * session_seconds, self._somebody_comes)
            for _ in range(random.randint(0, 6)):
                world.at(moment + random.random() * session_seconds, self._somebody_asks)
            for trouble in self._troubles:
                for _ in range(random.choice((1, 1, 2))):
                    world.at(moment + random.random() * session_seconds, trouble)
            if session == sessions - 1 and random.random() < 0.5:
                # What it has lost in memory a restart would give back.
                return moment + session_seconds
            off = random.random() * 86_400
            world.at(moment + session_seconds, partial(world.switch_off, off))
            if random.random() < 0.3:
                world.at(moment + session_seconds + off / 2, self._somebody_asks_late)
            moment += session_seconds + off
        return moment

    # Who comes

    def _somebody_comes(self) -> None:
        world, random = self._world, self._random
        burst = random.choice((1, 1, 1, 2, 8))
        door = random.choice((world.upload, world.publish, self._into_inbox, world.fill_album))
        for _ in range(burst):
            photo = world.photo(random.choice(KINDS))
            door(photo)
            if random.random() < 0.1 and door != world.fill_album:
                # The same photo once more, by whichever door.
                random.choice((world.upload, world.publish, self._into_inbox))(photo)

    def _into_inbox(self, photo: SimPhoto) -> None:
        world, random = self._world, self._random
        path = world.INBOX / f"{photo.number}-{random.getrandbits(16)}.jpg"
        waiting = world.inbox_paths()
        if waiting and random.random() < 0.1:
            # Another photo comes under the name of one that is still there.
            path = random.choice(waiting)
        try:
            if random.random() < 0.5 or path in waiting:
                self._put(path, photo)
                return
            copying = world.person.copy(path)
        except OSError:
            world.tell("there is no room for a file in the inbox")
            return
        if world.disk.leases:
            self._copy_in_halves(copying, path, photo)
        else:
            self._copy_bit_by_bit(copying, path, photo)

    def _copy_in_halves(self, copying: Copying, path: Path, photo: SimPhoto) -> None:
        """With a long pause between the two; that it is being written can be known."""
        world, random = self._world, self._random
        half = random.randint(0, len(photo.data))

        def write(data: bytes) -> None:
            try:
                copying.write(data)
            except OSError:
                world.tell("the disk is full under a copy")

        def end() -> None:
            if copying.cut_off:
                # It is copied once more, over what a power cut has left of it.
                world.at(random.random() * 600, partial(self._put, path, photo))
            assert copying.cut_off or world.disk.present(path) is not None, f"{path} is gone while it is being written"
            write(photo.data[half:])
            copying.done()
            if world.disk.present(path) == photo.data:
                world.put(path, photo)

        write(photo.data[:half])
        world.at(random.random() * 20, end)

    def _copy_bit_by_bit(self, copying: Copying, path: Path, photo: SimPhoto) -> None:
        """Where nobody can tell that it is being written, only that it goes on growing says so."""
        world, random = self._world, self._random
        pieces = random.randint(3, 30)
        size = len(photo.data) // pieces

        def go_on(piece: int) -> None:
            if copying.cut_off:
                world.at(random.random() * 600, partial(self._put, path, photo))
                return
            assert world.disk.present(path) is not None, f"{path} is gone while it is being written"
            last = piece == pieces - 1
            try:
                copying.write(photo.data[piece * size : None if last else (piece + 1) * size])
            except OSError:
                world.tell("the disk is full under a copy")
            if not last:
                world.at(0.2 + random.random() / 2, partial(go_on, piece + 1))
                return
            copying.done()
            if world.disk.present(path) == photo.data:
                world.put(path, photo)

        go_on(0)

    def _put(self, path: Path, photo: SimPhoto) -> None:
        self._world.take_back(path)
        try:
            self._world.person.put(path, photo.data)
        except OSError:
            self._world.tell("there is no room for a file in the inbox")
        else:
            self._world.put(path, photo)

    def _another_under_a_name(self) -> None:
        """Just when the device is about to remove the one that it has taken in."""
        world = self._world
        for path in world.inbox_paths():
            self._put(path, world.photo("good"))

    def _somebody_asks(self) -> None:
        world, random = self._world, self._random
        action = random.choice(ACTIONS)
        if self._forgets and random.random() < 0.3:
            action = "forget"
        world.asks.ask(action)
        if random.random() < 0.5:
            # In one breath with something else.
            then = random.choice(THEN.get(action, ACTIONS))
            world.at(random.choice((0.0, random.random() / 100, random.random())), partial(world.asks.ask, then))
        if action == "pause":
            world.at(random.random() * 120, lambda: world.asks.ask("resume"))

    def _asked_over_the_broker(self) -> None:
        world = self._world
        action = self._random.choice(("louder", "describe", *(("forget",) if self._forgets else ())))
        if action == "forget":
            world.oracle.forget()
        if action == "describe":
            world.asks.presses.append(world.now)
        world.tell(f"a person, over the broker: {action}")
        world.broker.publish(world.topic("command/set"), f'{{"action": "{action}"}}'.encode())

    def _somebody_asks_late(self) -> None:
        """Over the broker, while the device is away: that is not heard."""
        world = self._world
        if world.device is None:
            world.tell("somebody publishes a pause")
            world.broker.publish(world.topic("command/set"), b'{"action": "pause"}')

    # What goes wrong

    def _all_troubles(self) -> tuple[Callable[[], None], ...]:
        return (
            self._power_cut,
            self._kill,
            self._terminate,
            self._disk_full,
            self._disk_nearly_full,
            self._disk_fails,
            self._database_full,
            self._broker_refuses,
            self._broker_cuts,
            self._broker_is_silent,
            self._broker_restarts,
            self._events_denied,
            self._unplugged,
            self._player_hangs,
            self._voice_is_slow,
            self._something_hangs,
            self._clock_jumps,
            self._disk_is_slow,
            partial(self._while, "speaking", self._quiet_hours_begin),
            partial(self._while, "speaking", self._power_cut),
            partial(self._while, "speaking", self._kill),
            partial(self._while, "speaking", self._somebody_asks),
            partial(self._while, "looking", self._somebody_asks),
            partial(self._while, "looking", self._database_full),
            self._asked_between_two,
            partial(self._while, "looking", self._kill),
            partial(self._while, "speaking", self._clock_jumps),
            partial(self._world.at_next, "taken in", 0.0, self._another_under_a_name),
            self._asked_over_the_broker,
            partial(self._ask_while, "claiming"),
            partial(self._ask_while, "asking what was last"),
            self._no_camera,
            partial(self._world.at_next, "capturing", 0.0, partial(self._world.asks.ask, "describe")),
            partial(self._world.at_next, "described", self._soon(), self._kill),
            partial(self._world.at_next, "forgetting", self._soon(), self._power_cut),
            self._forgotten_while_finished,
            self._forgotten_in_the_middle,
            self._said_again_and_silenced,
            self._killed_before_a_word,
            self._senders_leave,
            self._refused_and_replaced,
            self._unreadable_for_a_while,
            self._stopped_while_the_disk_fails,
            self._asked_while_the_disk_fails,
            self._hangs_while_the_clock_is_set_back,
            self._hangs_while_the_disk_fails,
            self._erased_while_one_is_kept,
            self._killed_twice,
        )

    def _soon(self) -> float:
        return self._random.random() / 10

    def _forgotten_while_finished(self) -> None:
        world = self._world
        if self._forgets:
            late = self._random.random() * world.slowest_start_seconds
            world.at_next("silent", late, partial(world.asks.ask, "forget"))

    def _forgotten_in_the_middle(self) -> None:
        """By a device that dies, or whose disk fails, when it has just begun to."""
        world = self._world
        if self._forgets:
            trouble = self._random.choice((self._power_cut, self._kill, self._disk_fails))
            world.at_next("forgetting", self._soon() / 2, trouble)
            world.asks.ask("forget")

    def _said_again_and_silenced(self) -> None:
        world, random = self._world, self._random

        def again() -> None:
            late = random.random() * world.slowest_start_seconds
            action = random.choice(("pause", "stop", "forget" if self._forgets else "stop"))
            world.at_next("asking what was last", late, partial(world.asks.ask, action))
            world.asks.ask("repeat")

        world.at_next("silent", random.random(), again)
        world.at(random.random() * 120, partial(world.asks.ask, "resume"))

    def _erased_while_one_is_kept(self) -> None:
        if self._forgets:
            self._world.at_next("keeping", self._soon() / 2, partial(self._world.asks.ask, "forget"))

    def _killed_before_a_word(self) -> None:
        """Of a photo that is described and was not to be heard yet."""
        world = self._world

        def resume() -> None:
            world.at_next("claiming", self._random.random() / 2, self._kill)
            world.asks.ask("resume")

        world.at_next("looking", self._random.random() / 2, partial(world.asks.ask, "pause"))
        world.at(20 + self._random.random() * 60, resume)

    def _senders_leave(self) -> None:
        for _ in range(6):
            self._world.upload(self._world.photo("good"), leaves=True)

    def _refused_and_replaced(self) -> None:
        """What is no photo gets to be one, under the same name."""
        world, random = self._world, self._random
        path = world.INBOX / f"replaced-{random.getrandbits(16)}.jpg"
        self._put(path, world.photo("text"))
        world.at(5 + random.random() * 30, lambda: self._put(path, world.photo("good")))

    def _unreadable_for_a_while(self) -> None:
        world, random = self._world, self._random
        path = world.INBOX / f"unreadable-{random.getrandbits(16)}.jpg"
        world.disk.unreadable.add(path)
        self._put(path, world.photo("good"))
        world.at(5 + random.random() * 60, lambda: world.disk.unreadable.discard(path))

    def _stopped_while_the_disk_fails(self) -> None:
        """When its speech is about to be begun on paper, and is put off for that."""
        self._world.fails_at = "beginning"
        self._world.at_next("beginning", self._random.random() * 2, partial(self._world.asks.ask, "stop"))

    def _asked_while_the_disk_fails(self) -> None:
        self._database_full()
        self._world.at_next("failing", 0.0, self._asked_over_the_broker)

    def _hangs_while_the_disk_fails(self) -> None:
        world = self._world
        world.fails_at = "described"
        world.at_next("described", self._soon(), lambda: setattr(world.mood, "hangs", True))
        world.at(500.0, lambda: setattr(world.mood, "hangs", False))

    def _hangs_while_the_clock_is_set_back(self) -> None:
        world = self._world

        def set_back() -> None:
            world.wall.ahead_seconds -= self._random.random() * 7200
            world.tell("the clock is set back")

        world.at_next("hanging", self._random.random(), set_back)
        world.mood.hangs = True
        world.tell("something hangs for long")
        world.at(400.0, lambda: setattr(world.mood, "hangs", False))

    def _killed_twice(self) -> None:
        """Before its photo is heard, and while it is."""
        world = self._world

        def once() -> None:
            world.at_next("speaking", self._random.random(), self._kill)
            self._kill()

        world.at_next("looking", self._random.random() / 2, once)

    def _ask_while(self, moment: Moment) -> None:
        """Hardly later than it begins."""
        slowest = self._world.slowest_start_seconds
        self._world.at_next(moment, self._random.random() * slowest, self._somebody_asks)

    def _asked_between_two(self) -> None:
        """Just when one photo is done with and the next one is taken up."""
        self._world.at_next("silent", self._random.random() / 5, self._somebody_asks)

    def _for_a_while(self, what: str, begin: Callable[[], None], end: Callable[[], None]) -> None:
        world = self._world
        world.tell(what)
        begin()
        world.at(self._random.random() * self._random.choice((1, 30, 300)), end)

    def _while(self, moment: Moment, happen: Callable[[], None]) -> None:
        """What is short is hit by chance too seldom."""
        self._world.at_next(moment, self._random.random(), happen)

    def _power_cut(self) -> None:
        self._world.die("power")

    def _kill(self) -> None:
        self._world.die("kill")

    def _terminate(self) -> None:
        self._world.terminate()

    def _disk_full(self) -> None:
        disk, capacity = self._world.disk, self._world.disk.capacity
        self._for_a_while(
            "the disk is full",
            lambda: setattr(disk, "capacity", 0),
            lambda: setattr(disk, "capacity", capacity),
        )

    def _disk_nearly_full(self) -> None:
        """Nothing is taken in any more; what is there goes on."""
        disk, capacity = self._world.disk, self._world.disk.capacity
        self._for_a_while(
            "the disk is nearly full",
            lambda: setattr(disk, "capacity", capacity - max(0, disk.free_bytes() - RESERVE_BYTES // 2)),
            lambda: setattr(disk, "capacity", capacity),
        )

    def _disk_fails(self) -> None:
        disk = self._world.disk
        number = self._random.choice((errno.EIO, errno.EROFS))
        self._for_a_while("the disk fails", lambda: disk.fail_with(number), lambda: disk.fail_with(None))

    def _database_full(self) -> None:
        database = self._world.database
        name = self._random.choice(("full", "failing"))
        self._for_a_while(
            f"the database is {name}",
            lambda: setattr(database, name, True),
            lambda: setattr(database, name, False),
        )
        if self._random.random() < 0.5:
            self._world.at(self._random.random() * 5, self._somebody_asks)

    def _broker_refuses(self) -> None:
        self._world.broker.refuse(self._random.random() * 600)
        self._world.broker.cut()

    def _broker_cuts(self) -> None:
        broker, random = self._world.broker, self._random
        broker.cut_around_puback(random.choice(("device", "broker")), before=random.random() < 0.5)
        if random.random() < 0.5:
            broker.cut()

    def _broker_is_silent(self) -> None:
        self._world.broker.silence()

    def _broker_restarts(self) -> None:
        self._world.broker.restart(forget=self._random.random() < 0.5)

    def _events_denied(self) -> None:
        broker, topic = self._world.broker, self._world.topic("event")
        self._world.events_denied = True
        self._for_a_while("events are denied", lambda: broker.denied.add(topic), lambda: broker.denied.discard(topic))

    def _unplugged(self) -> None:
        room = self._world.room
        self._for_a_while(
            "the loudspeaker is unplugged",
            lambda: setattr(room, "plugged", False),
            lambda: setattr(room, "plugged", True),
        )

    def _player_hangs(self) -> None:
        room = self._world.room
        self._for_a_while(
            "the player hangs", lambda: setattr(room, "hangs", True), lambda: setattr(room, "hangs", False)
        )

    def _voice_is_slow(self) -> None:
        mood, work = self._world.mood, self._random.choice((0.2, 0.8, 3.0))
        self._for_a_while("the voice is slow", lambda: setattr(mood, "work", work), lambda: setattr(mood, "work", 0.2))

    def _something_hangs(self) -> None:
        mood = self._world.mood
        self._for_a_while(
            "something hangs", lambda: setattr(mood, "hangs", True), lambda: setattr(mood, "hangs", False)
        )

    def _clock_jumps(self) -> None:
        self._world.wall.ahead_seconds = (self._random.random() - 0.5) * 86_400
        self._world.tell("the clock is set wrong")

    def _quiet_hours_begin(self) -> None:
        """Within seconds, by a clock that somebody sets."""
        world = self._world
        if world.quiet_hours:
            today = world.wall.says(world.now_inside)
            start = datetime.combine(today.date(), world.quiet_hours.start, today.tzinfo)
            world.wall.ahead_seconds += (start - today).total_seconds() - self._random.random() * 3
            world.tell("quiet hours are about to begin")

    def _disk_is_slow(self) -> None:
        disk, slowness = self._world.disk, self._random.choice((10.0, 100.0, 1000.0))
        self._for_a_while(
            f"the disk is {slowness:g} times slower",
            lambda: setattr(disk, "slowness", slowness),
            lambda: setattr(disk, "slowness", 1.0),
        )

    def _no_camera(self) -> None:
        world = self._world
        self._for_a_while(
            "the camera is gone",
            lambda: setattr(world, "camera_plugged", False),
            lambda: setattr(world, "camera_plugged", True),
        )
