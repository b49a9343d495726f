"""What meets at the very moment that decides: chance alone hits it too seldom."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.people import People
    from tests.simulation.troubles import Troubles
    from tests.simulation.world import Moment, World


class Coincidences:
    """Those of a world."""

    def __init__(self, world: World, people: People, troubles: Troubles) -> None:
        self._world = world
        self._people = people
        self._troubles = troubles
        self._random = world.random

    def forgotten_while_finished(self) -> None:
        world = self._world
        if self._people.forgets:
            late = self._random.random() * world.slowest_start_seconds
            world.at_next("silent", late, partial(world.asks.ask, "forget"))

    def forgotten_in_the_middle(self) -> None:
        """By a device that dies, or whose disk fails, when it has just begun to."""
        world = self._world
        if self._people.forgets:
            trouble = self._random.choice((self._troubles.power_cut, self._troubles.kill, self._troubles.disk_fails))
            world.at_next("forgetting", self.soon() / 2, trouble)
            world.asks.ask("forget")

    def said_again_and_silenced(self) -> None:
        world, random = self._world, self._random

        def again() -> None:
            late = random.random() * world.slowest_start_seconds
            action = random.choice(("pause", "stop", "forget" if self._people.forgets else "stop"))
            world.at_next("asking what was last", late, partial(world.asks.ask, action))
            world.asks.ask("repeat")

        world.at_next("silent", random.random(), again)
        world.at(random.random() * 120, partial(world.asks.ask, "resume"))

    def erased_while_one_is_kept(self) -> None:
        if self._people.forgets:
            self._world.at_next("keeping", self.soon() / 2, partial(self._world.asks.ask, "forget"))

    def killed_before_a_word(self) -> None:
        """Of a photo that is described and was not to be heard yet."""
        world = self._world

        def resume() -> None:
            world.at_next("claiming", self._random.random() / 2, self._troubles.kill)
            world.asks.ask("resume")

        world.at_next("looking", self._random.random() / 2, partial(world.asks.ask, "pause"))
        world.at(20 + self._random.random() * 60, resume)

    def stopped_while_the_disk_fails(self) -> None:
        """When its speech is about to be begun on paper, and is put off for that."""
        self._world.fails_at = "beginning"
        self._world.at_next("beginning", self._random.random() * 2, partial(self._world.asks.ask, "stop"))

    def stopped_while_it_is_unplugged(self) -> None:
        """Of a photo that is looked at, and would have to wait for its loudspeaker."""
        world = self._world

        def stop() -> None:
            self._troubles.unplugged()
            world.asks.ask("stop")

        world.at_next("looking", self._random.random() / 2, stop)

    def asked_while_the_disk_fails(self) -> None:
        self._troubles.database_full()
        self._world.at_next("failing", 0.0, self._people.ask_over_the_broker)

    def hangs_while_the_disk_fails(self) -> None:
        world = self._world
        world.fails_at = "described"
        world.at_next("described", self.soon(), lambda: setattr(world.mood, "hangs", True))
        world.at(500.0, lambda: setattr(world.mood, "hangs", False))

    def hangs_while_the_clock_is_set_back(self) -> None:
        world = self._world

        def set_back() -> None:
            world.wall.ahead_seconds -= self._random.random() * 7200
            world.tell("the clock is set back")

        world.at_next("hanging", self._random.random(), set_back)
        world.mood.hangs = True
        world.tell("something hangs for long")
        world.at(400.0, lambda: setattr(world.mood, "hangs", False))

    def killed_twice(self) -> None:
        """Before its photo is heard, and while it is."""
        world = self._world

        def once() -> None:
            world.at_next("speaking", self._random.random(), self._troubles.kill)
            self._troubles.kill()

        world.at_next("looking", self._random.random() / 2, once)

    def ask_while(self, moment: Moment) -> None:
        """Hardly later than it begins."""
        slowest = self._world.slowest_start_seconds
        self._world.at_next(moment, self._random.random() * slowest, self._people.ask)

    def asked_between_two(self) -> None:
        """Just when one photo is done with and the next one is taken up."""
        self._world.at_next("silent", self._random.random() / 5, self._people.ask)

    def amid(self, moment: Moment, happen: Callable[[], None]) -> None:
        """What is short is hit by chance too seldom."""
        self._world.at_next(moment, self._random.random(), happen)

    def soon(self) -> float:
        return self._random.random() / 10
