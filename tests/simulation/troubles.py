"""What goes wrong in a world, by itself and at any time."""

from __future__ import annotations

import errno
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.oracle import RESERVE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.people import People
    from tests.simulation.world import World


class Troubles:
    """Those of a world."""

    def __init__(self, world: World, people: People) -> None:
        self._world = world
        self._people = people
        self._random = world.random

    def _for_a_while(self, what: str, begin: Callable[[], None], end: Callable[[], None]) -> None:
        world = self._world
        world.tell(what)
        begin()
        world.at(self._random.random() * self._random.choice((1, 30, 300)), end)

    def _set_for_a_while(self, what: str, thing: object, name: str, *, to: object, then: object) -> None:
        self._for_a_while(what, partial(setattr, thing, name, to), partial(setattr, thing, name, then))

    def power_cut(self) -> None:
        self._world.die("power")

    def kill(self) -> None:
        self._world.die("kill")

    def terminate(self) -> None:
        self._world.terminate()

    def disk_full(self) -> None:
        disk, capacity = self._world.disk, self._world.disk.capacity
        self._set_for_a_while("the disk is full", disk, "capacity", to=0, then=capacity)

    def disk_nearly_full(self) -> None:
        """Nothing is taken in any more; what is there goes on."""
        disk, capacity = self._world.disk, self._world.disk.capacity
        self._set_for_a_while(
            "the disk is nearly full",
            disk,
            "capacity",
            to=capacity - max(0, disk.free_bytes() - RESERVE_BYTES // 2),
            then=capacity,
        )

    def disk_fails(self) -> None:
        disk = self._world.disk
        number = self._random.choice((errno.EIO, errno.EROFS))
        self._for_a_while("the disk fails", lambda: disk.fail_with(number), lambda: disk.fail_with(None))

    def database_full(self) -> None:
        database = self._world.database
        name = self._random.choice(("full", "failing"))
        self._set_for_a_while(f"the database is {name}", database, name, to=True, then=False)
        if self._random.random() < 0.5:
            self._world.at(self._random.random() * 5, self._people.ask)

    def broker_refuses(self) -> None:
        self._world.broker.refuse(self._random.random() * 600)
        self._world.broker.cut()

    def broker_cuts(self) -> None:
        broker, random = self._world.broker, self._random
        broker.cut_around_puback(random.choice(("device", "broker")), before=random.random() < 0.5)
        if random.random() < 0.5:
            broker.cut()

    def broker_is_silent(self) -> None:
        self._world.broker.silence()

    def broker_restarts(self) -> None:
        self._world.broker.restart(forget=self._random.random() < 0.5)

    def events_denied(self) -> None:
        broker, topic = self._world.broker, self._world.topic("event")
        self._world.events_denied = True
        self._for_a_while("events are denied", lambda: broker.denied.add(topic), lambda: broker.denied.discard(topic))

    def unplugged(self) -> None:
        room = self._world.room
        self._set_for_a_while("the loudspeaker is unplugged", room, "plugged", to=False, then=True)

    def player_hangs(self) -> None:
        room = self._world.room
        self._set_for_a_while("the player hangs", room, "hangs", to=True, then=False)

    def voice_is_slow(self) -> None:
        mood, work = self._world.mood, self._random.choice((0.2, 0.8, 3.0))
        self._set_for_a_while("the voice is slow", mood, "work", to=work, then=0.2)

    def voice_is_missing(self) -> None:
        mood = self._world.mood
        mood.was_voiceless = True
        self._set_for_a_while("the voice is missing", mood, "voiceless", to=True, then=False)

    def something_hangs(self) -> None:
        mood = self._world.mood
        self._set_for_a_while("something hangs", mood, "hangs", to=True, then=False)

    def clock_jumps(self) -> None:
        self._world.wall.ahead_seconds = (self._random.random() - 0.5) * 86_400
        self._world.tell("the clock is set wrong")

    def quiet_hours_begin(self) -> None:
        """Within seconds, by a clock that somebody sets."""
        world = self._world
        if world.quiet_hours:
            today = world.wall.says(world.now_inside)
            start = datetime.combine(today.date(), world.quiet_hours.start, today.tzinfo)
            world.wall.ahead_seconds += (start - today).total_seconds() - self._random.random() * 3
            world.tell("quiet hours are about to begin")

    def disk_is_slow(self) -> None:
        disk, slowness = self._world.disk, self._random.choice((10.0, 100.0, 1000.0))
        self._set_for_a_while(f"the disk is {slowness:g} times slower", disk, "slowness", to=slowness, then=1.0)

    def no_camera(self) -> None:
        world = self._world
        self._set_for_a_while("the camera is gone", world, "camera_plugged", to=False, then=True)
