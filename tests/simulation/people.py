"""Who comes to a device with photos, and what they ask for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulation.person import Copying
    from tests.simulation.photos import Kind, SimPhoto
    from tests.simulation.world import World

KINDS: tuple[Kind, ...] = ("good",) * 20 + ("broken", "late", "poison", "mistake", "text", "large")

ACTIONS = ("stop", "stop", "pause", "pause", "resume", "louder", "softer", "repeat", "repeat", "describe")

THEN = {
    "stop": ("pause", "repeat"),
    "repeat": ("pause", "stop", "forget"),
    "describe": ("stop", "pause", "describe"),
}
"""What is asked for in one breath with it."""


class People:
    """Those who come to the device of a world.

    Attributes:
        forgets: Whether somebody among them has everything deleted now and then; with it, much is never looked at.
    """

    forgets: bool

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random

    def come(self) -> None:
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

    def put_another_under_a_name(self) -> None:
        """Just when the device is about to remove the one that it has taken in."""
        world = self._world
        for path in world.inbox_paths():
            self._put(path, world.photo("good"))

    def replace_what_was_refused(self) -> None:
        """What is no photo gets to be one, under the same name."""
        world, random = self._world, self._random
        path = world.INBOX / f"replaced-{random.getrandbits(16)}.jpg"
        self._put(path, world.photo("text"))
        world.at(5 + random.random() * 30, lambda: self._put(path, world.photo("good")))

    def put_what_is_unreadable(self) -> None:
        world, random = self._world, self._random
        path = world.INBOX / f"unreadable-{random.getrandbits(16)}.jpg"
        world.disk.unreadable.add(path)
        self._put(path, world.photo("good"))
        world.at(5 + random.random() * 60, lambda: world.disk.unreadable.discard(path))

    def leave_while_sending(self) -> None:
        for _ in range(6):
            self._world.upload(self._world.photo("good"), leaves=True)

    def ask(self) -> None:
        world, random = self._world, self._random
        action = random.choice(ACTIONS)
        if self.forgets and random.random() < 0.3:
            action = "forget"
        world.asks.ask(action)
        if random.random() < 0.5:
            # In one breath with something else.
            then = random.choice(THEN.get(action, ACTIONS))
            world.at(random.choice((0.0, random.random() / 100, random.random())), partial(world.asks.ask, then))
        if action == "pause":
            world.at(random.random() * 120, lambda: world.asks.ask("resume"))

    def ask_over_the_broker(self) -> None:
        world = self._world
        action = self._random.choice(("louder", "describe", *(("forget",) if self.forgets else ())))
        if action == "forget":
            world.oracle.forget()
        if action == "describe":
            world.asks.presses.append(world.now)
        world.tell(f"a person, over the broker: {action}")
        world.broker.publish(world.topic("command/set"), f'{{"action": "{action}"}}'.encode())

    def ask_late(self) -> None:
        """Over the broker, while the device is away: that is not heard."""
        world = self._world
        if world.device is None:
            world.tell("somebody publishes a pause")
            world.broker.publish(world.topic("command/set"), b'{"action": "pause"}')
