"""What happens in a world, and when."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.coincidences import Coincidences
from tests.simulation.people import People
from tests.simulation.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.world import World


class Plot:
    """Writes what happens into the agenda of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        # Not everything in every world: what is rare is seen alone, too.
        share = self._random.choice((0.1, 0.2, 0.5))
        self._people = people = People(world)
        troubles = Troubles(world, people)
        all_there_is = _all_there_is(world, people, troubles, Coincidences(world, people, troubles))
        self._troubles = [each for each in all_there_is if self._random.random() < share]
        people.forgets = self._random.random() < 0.25

    def write(self, *, sessions: int, session_seconds: float) -> float:
        """Some sessions of life, far apart; returns the virtual moment at which all is over."""
        world, random = self._world, self._random
        if random.random() < 0.3:
            world.broker.publish(world.topic("command/set"), b'{"action": "pause"}', retain=True)
        moment = 0.0
        for session in range(sessions):
            for _ in range(random.randint(1, 6)):
                world.at(moment + random.random() * session_seconds, self._people.come)
            for _ in range(random.randint(0, 6)):
                world.at(moment + random.random() * session_seconds, self._people.ask)
            for trouble in self._troubles:
                for _ in range(random.choice((1, 1, 2))):
                    world.at(moment + random.random() * session_seconds, trouble)
            if session == sessions - 1 and random.random() < 0.5:
                # What it has lost in memory a restart would give back.
                return moment + session_seconds
            off = random.random() * 86_400
            world.at(moment + session_seconds, partial(world.switch_off, off))
            if random.random() < 0.3:
                world.at(moment + session_seconds + off / 2, self._people.ask_late)
            moment += session_seconds + off
        return moment


def _all_there_is(
    world: World, people: People, trouble: Troubles, meet: Coincidences
) -> tuple[Callable[[], None], ...]:
    return (
        trouble.power_cut,
        trouble.kill,
        trouble.terminate,
        trouble.disk_full,
        trouble.disk_nearly_full,
        trouble.disk_fails,
        trouble.database_full,
        trouble.broker_refuses,
        trouble.broker_cuts,
        trouble.broker_is_silent,
        trouble.broker_restarts,
        trouble.events_denied,
        trouble.unplugged,
        trouble.player_hangs,
        trouble.voice_is_slow,
        trouble.something_hangs,
        trouble.clock_jumps,
        trouble.disk_is_slow,
        partial(meet.amid, "speaking", trouble.quiet_hours_begin),
        partial(meet.amid, "speaking", trouble.power_cut),
        partial(meet.amid, "speaking", trouble.kill),
        partial(meet.amid, "speaking", people.ask),
        partial(meet.amid, "looking", people.ask),
        partial(meet.amid, "looking", trouble.database_full),
        meet.asked_between_two,
        partial(meet.amid, "looking", trouble.kill),
        partial(meet.amid, "speaking", trouble.clock_jumps),
        partial(world.at_next, "taken in", 0.0, people.put_another_under_a_name),
        people.ask_over_the_broker,
        partial(meet.ask_while, "claiming"),
        partial(meet.ask_while, "asking what was last"),
        trouble.no_camera,
        partial(world.at_next, "capturing", 0.0, partial(world.asks.ask, "describe")),
        partial(world.at_next, "described", meet.soon(), trouble.kill),
        partial(world.at_next, "forgetting", meet.soon(), trouble.power_cut),
        meet.forgotten_while_finished,
        meet.forgotten_in_the_middle,
        meet.said_again_and_silenced,
        meet.killed_before_a_word,
        people.leave_while_sending,
        people.replace_what_was_refused,
        people.put_what_is_unreadable,
        meet.stopped_while_the_disk_fails,
        meet.asked_while_the_disk_fails,
        meet.hangs_while_the_clock_is_set_back,
        meet.hangs_while_the_disk_fails,
        meet.erased_while_one_is_kept,
        meet.killed_twice,
        trouble.voice_is_missing,
        meet.stopped_while_it_is_unplugged,
    )
