"""One life of the device: the very modules that `voxframe run` puts together, in the parts of a simulated world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.assembly import World as Parts
from device.app.assembly import assemble
from device.pipeline.describe import Describer
from device.store.database import Database
from tests.simulation.body import SimCamera, SimClock, SimRandom, SimSupervisor, SimWatcher
from tests.simulation.executor import SimExecutor, SimOnce
from tests.simulation.loop import SimLoop
from tests.simulation.mount import SimFiles
from tests.simulation.room import SimPlayer
from tests.simulation.senses import SimEyes, SimVoice, recorded

if TYPE_CHECKING:
    import asyncio

    from tests.simulation.life import Life
    from tests.simulation.oracle import Oracle
    from tests.simulation.world import World

DISK_THREADS = 3
WATCHDOG_SECONDS = 15.0


class Device:
    """A process, from its start to its end."""

    def __init__(self, world: World, life: Life) -> None:
        random = world.random
        self.life = life
        self.loop = loop = SimLoop(random, life=life, start=world.now)
        self.supervisor = SimSupervisor(loop, interval_seconds=WATCHDOG_SECONDS)
        files = SimFiles(world.disk, life=life, loop=loop, random=random)
        eyes = SimEyes(files=files, loop=loop, random=random, mood=world.mood)
        clock = SimClock(loop, world.wall)
        player = SimPlayer(world.room, loop)
        slow, late = world.slowest_start_seconds, world.slowest_end_seconds
        disk = SimExecutor(
            loop, random=random, threads=DISK_THREADS, slowest_start_seconds=slow, slowest_end_seconds=late
        )
        folder = world.settings.inbox.folder
        database = Database(world.database.open(life, random), name="voxframe.db")
        self.client_id = f"voxframe-{database.token}"
        self.daemon = assemble(
            world.settings,
            Parts(
                clock=clock,
                random=SimRandom(random),
                labour=SimExecutor(loop, random=random, slowest_start_seconds=slow, slowest_end_seconds=late),
                disk=disk,
                files=files,
                database=database,
                state=world.STATE,
                describer=Describer(
                    clock=clock,
                    decoder=eyes,
                    detector=eyes,
                    analyser=eyes,
                    narrator=eyes,
                    once=SimOnce(loop),
                ),
                synthesiser=SimVoice(loop=loop, random=random, mood=world.mood),
                is_photo=lambda head: head.startswith(b"\xff\xd8\xff"),
                player_for=player.player_for,
                regret_player=player.regret_player,
                recorded=recorded,
                set_volume=player.set_volume,
                supervisor=self.supervisor,
                camera=SimCamera(loop, random, world.take_photo, lambda: world.camera_plugged),
                watcher=SimWatcher(folder, world.disk, loop, random) if folder else None,
                settle_seconds=1.0,
                most_events=world.most_events,
                bus=world.broker.bus(life, loop, self.client_id),
            ),
        )
        self.task: asyncio.Task[None] = loop.create_task(self.daemon.run())
        self._reader = loop.create_task(self._read_captions(world.oracle))

    async def _read_captions(self, oracle: Oracle) -> None:
        """Somebody whose page shows what is heard."""
        captions = self.daemon.captions
        while True:
            number = captions.number
            if captions.shown:
                try:
                    oracle.caption(captions.shown)
                except AssertionError as error:
                    raise self.loop.fail(error) from None
            await captions.changed(since=number)

    def over(self) -> bool:
        """Whether the process has ended, or its supervisor is about to end it."""
        return self.task.done() or self.supervisor.hangs

    def run(self, until: float) -> bool:
        """Go on up to a virtual moment; False where it was over before.

        Raises:
            PowerCut: It died.
        """
        return self.loop.run(until=self.over, moment=until) != "condition"
