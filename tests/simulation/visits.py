"""Somebody who sends a photo over HTTP, and does not give up."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from device.web.answers import CutOffError
from device.web.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.simulation.photos import SimPhoto
    from tests.simulation.world import World

TAKEN = (201, 409)
LATER = (408, 429, 503)


class Visit:
    """One photo, sent until it is answered for good."""

    def __init__(self, *, world: World, photo: SimPhoto, leaves: bool = False) -> None:
        self._world = world
        self.photo = photo
        # Once, in the middle, and the server drops what it is doing for it.
        self._leaves = leaves
        self._under_way = False

    def again(self) -> None:
        """Send it, where it is not being sent already."""
        world = self._world
        if self._under_way or self not in world.visits:
            return
        device = world.device
        if device is None:
            world.at(world.is_off_for() + world.random.random() * 60, self.again)
            return
        self._under_way = True
        device.loop.create_task(self._send())

    def cut_off(self) -> None:
        """Nobody is there any more at the other end."""
        if self._under_way:
            self._under_way = False
            world = self._world
            world.at(1 + world.is_off_for() + world.random.random() * 60, self.again)

    async def _send(self) -> None:
        world, random = self._world, self._world.random
        device = world.device
        assert device is not None
        leaves, self._leaves = self._leaves, False
        length = len(self.photo.data) if random.random() < 0.7 else None
        try:
            # Closed here and now: left to the collector, the moment would depend on all that ran before this world.
            async with aclosing(self._chunks()) as chunks:
                upload = Upload(name="p.jpg", length=length, chunks=chunks)
                receiving = asyncio.ensure_future(device.daemon.uploads.receive(upload))
                if leaves:
                    device.loop.call_later(random.random() / 3, receiving.cancel)
                answer = await receiving
        except (CutOffError, asyncio.CancelledError):
            status = 0
        else:
            status = answer.status
        self._under_way = False
        if status in TAKEN:
            world.oracle.acknowledge(self.photo, "upload")
        if status in LATER or random.random() < 0.1:
            # It was told to come again; or the answer never reached it.
            world.at(5 + random.random() * 120, self.again)
        elif status == 0:
            world.at(1 + random.random() * 10, self.again)
        else:
            world.visits.pop(self, None)

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        random = self._world.random
        data = self.photo.data
        healed = self._world.fate.is_healed
        while data:
            size = random.randint(1, max(1, len(data)))
            yield data[:size]
            data = data[size:]
            drawn = random.random()
            if drawn < self._world.cut_off_share and not healed:
                raise CutOffError("the sender has gone")
            # Some send a piece and then nothing for a while.
            await asyncio.sleep(random.random() * (60 if drawn > 0.97 and not healed else 0.3))
