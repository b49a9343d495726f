"""What people ask of the device at the device itself, and what holds from then on."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from device.core.errors import StoreError

if TYPE_CHECKING:
    from tests.simulation.room import Sound
    from tests.simulation.world import World


class Asks:
    """Carries commands to the device of a world, and tells the oracle.

    Attributes:
        pauses: How often somebody asked for silence.
        presses: When the button was pressed.
        pressed_at: When who waits for a photo has begun to, or None where nobody waits.
    """

    def __init__(self, world: World) -> None:
        self.pauses = 0
        self.presses: list[float] = []
        self.pressed_at: float | None = None
        self._world = world
        self._numbers = itertools.count()
        self._repeats: set[int] = set()
        self._resuming = 0

    def ask(self, action: str) -> None:
        """A person asks for something; a device that is not ready does not hear it."""
        world = self._world
        device = world.device
        if device is None or not device.supervisor.is_ready:
            return
        playing, number = world.room.playing, next(self._numbers)
        self._before(action, number)
        newest_job = world.oracle.newest_job()

        async def ask() -> None:
            done = True
            try:
                await device.daemon.controls.obey(json.dumps({"action": action}).encode())
            except StoreError:
                done = False
            # What was asked holds from the moment at which it is done; what it takes until then is the device's.
            self._after(action, number, playing, newest_job if done else 0)

        device.loop.create_task(ask())
        world.tell(f"a person: {action}")
        if action == "stop":
            world.oracle.stop()

    def died(self) -> None:
        """The device has, and what it was asked for with it."""
        self._resuming = 0
        self.pressed_at = None

    def _before(self, action: str, number: int) -> None:
        world = self._world
        match action:
            case "repeat":
                world.oracle.encores.append(number)
            case "forget":
                world.oracle.forget()
            case "describe":
                self.presses.append(world.now_inside)
                if world.camera_plugged:
                    self.pressed_at = self.pressed_at or world.now_inside
            case "pause":
                self.pauses += 1
            case "resume":
                # From now on it may be heard again; whether it is, is the device's.
                world.oracle.silent = False
                self._resuming += 1
            case "softer":
                # It may be nothing for a moment, and that stops what is said.
                world.oracle.excuse_silence()
            case _:
                pass

    def _after(self, action: str, number: int, playing: Sound | None, newest_job: int) -> None:
        world, oracle = self._world, self._world.oracle
        match action:
            case "forget":
                if newest_job and world.device and oracle.newest_job() <= newest_job:
                    told = world.device.daemon.board.status.last_narration
                    assert told is None, f"all is forgotten, and the state still tells {told}"
                oracle.gone_up_to = max(oracle.gone_up_to, newest_job)
            case "repeat":
                self._repeats.add(number)
            case "stop":
                if playing:
                    oracle.stopped.add(playing)
                # What was to be said once more is not, either.
                oracle.encores = [each for each in oracle.encores if each not in self._repeats]
            case "resume":
                self._resuming -= 1
            case "pause":
                # Unless somebody else has asked for the opposite meanwhile.
                oracle.silent = not self._resuming
                # Where it could not be stored, the device has said so; a restart may not know it.
                oracle.silence_stored = not (world.database.full or world.database.failing)
            case _:
                pass
