"""Short stories: what goes wrong in a few steps is told in as few."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.simulation.people import ACTIONS, KINDS
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.photos import SimPhoto

DOORS = ("upload", "publish", "inbox", "album")


class Story(RuleBasedStateMachine):
    """A world in which what happens is chosen step by step; its end is that all is healed and drained."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.brought: list[SimPhoto] = []

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.world = World(("story", seed))
        self.go_on(5.0)

    @rule(door=st.sampled_from(DOORS), kind=st.sampled_from(KINDS), again=st.booleans())
    def somebody_brings_a_photo(self, door: str, kind: str, *, again: bool) -> None:
        world = self.world
        # Not one that the camera saw: what it sees again is something new, also where its bytes are not.
        known = [photo for photo in self.brought if photo.kind == "good"]
        photo = known[-1] if again and known and door != "album" else world.photo(kind)  # type: ignore[arg-type]
        if door != "album":
            self.brought.append(photo)
        match door:
            case "upload":
                world.upload(photo)
            case "publish":
                world.publish(photo)
            case "album":
                world.fill_album(photo)
            case _:
                path = world.INBOX / f"{len(world.story)}.jpg"
                try:
                    world.person.put(path, photo.data)
                except OSError:
                    return
                world.put(path, photo)

    @rule(action=st.sampled_from(ACTIONS))
    def somebody_asks(self, action: str) -> None:
        self.world.asks.ask(action)

    @rule(seconds=st.sampled_from((0.001, 0.02, 0.3, 1.0, 3.0, 20.0, 120.0)))
    def go_on(self, seconds: float) -> None:
        self.world.run(self.world.now + seconds)

    @rule(power=st.booleans())
    def it_dies(self, *, power: bool) -> None:
        self.world.die("power" if power else "kill")

    @rule()
    def it_is_told_to_end(self) -> None:
        self.world.terminate()

    @rule(trouble=st.sampled_from(("full", "EIO", "EROFS", "database full", "database fails", "none")))
    def the_disk_changes(self, trouble: str) -> None:
        world = self.world
        world.disk.capacity = 0 if trouble == "full" else 200_000
        world.disk.fail_with({"EIO": errno.EIO, "EROFS": errno.EROFS}.get(trouble))
        world.database.full = trouble == "database full"
        world.database.failing = trouble == "database fails"

    @rule(trouble=st.sampled_from(("cut", "refuse", "silence", "restart", "forget", "before", "after")))
    def the_broker_changes(self, trouble: str) -> None:
        broker = self.world.broker
        match trouble:
            case "cut":
                broker.cut()
            case "refuse":
                broker.refuse(60.0)
            case "silence":
                broker.silence()
            case "restart" | "forget":
                broker.restart(forget=trouble == "forget")
            case _:
                broker.cut_around_puback("broker", before=trouble == "before")

    @rule(plugged=st.booleans(), hangs=st.booleans(), work=st.sampled_from((0.2, 3.0)))
    def the_room_changes(self, *, plugged: bool, hangs: bool, work: float) -> None:
        self.world.room.plugged, self.world.room.hangs, self.world.mood.work = plugged, hangs, work

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "world"):
            self.world.oracle.look()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.heal()
            finally:
                self.world.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # what is dropped with a dead life complains that nobody waited for it
def test_no_short_story_ends_badly() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=200, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
