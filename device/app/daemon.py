"""`voxframe run`: takes photos in, describes and speaks them, until SIGTERM or SIGINT.

The work blocks and has a thread of its own; the asyncio loop only waits for signals.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.app.players import Players
from device.app.wiring import Wiring, state_folder
from device.core.errors import MissingDeviceError
from device.pipeline.status import StatusBoard
from device.pipeline.submit import Submit
from device.pipeline.worker import Worker

if TYPE_CHECKING:
    from device.app.settings import Settings
    from device.core.ports import Camera, Clock
    from device.core.types import Captured

_log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.0
"""How soon a camera that had nothing new is asked again."""


def run(settings: Settings, *, emulate: bool) -> int:
    """Run until a signal ends it, and return the exit status.

    Raises:
        UsageError: Another daemon uses the state folder, or no source of photos is set.
        MissingModelError: A model is absent or damaged.
    """
    logging.getLogger("device").setLevel(logging.INFO)
    with ExitStack() as stack:
        daemon = _build(settings, emulate=emulate, stack=stack)
        asyncio.run(_until_signalled(daemon))
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The loop: a photo from the camera, through the worker, and a wait until the next is due."""

    clock: Clock
    camera: Camera
    submit: Submit
    worker: Worker
    board: StatusBoard
    players: Players
    interval_seconds: float
    halted: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Work until `halt` is called."""
        self.worker.recover()
        self.board.quiet(None)
        while not self.halted.is_set():
            due = self.clock.monotonic() + self.interval_seconds
            captured = self._capture()
            if captured:
                self.submit.photo(captured)
            while not self.halted.is_set() and self.worker.step():
                pass
            wait = due - self.clock.monotonic() if captured else max(self.interval_seconds, LOOK_AGAIN_SECONDS)
            self.halted.wait(max(0.0, wait))

    def halt(self) -> None:
        """End the loop and what is being spoken; from any thread."""
        self.halted.set()
        self.players.stop()

    def _capture(self) -> Captured | None:
        try:
            captured = self.camera.capture()
        except MissingDeviceError as error:
            _log.warning("%s", error)
            self.board.quiet("no_camera")
            return None
        if captured:
            self.board.quiet(None)
        return captured


def _build(settings: Settings, *, emulate: bool, stack: ExitStack) -> Daemon:
    wiring = Wiring(settings)
    state = state_folder()
    store = wiring.store(state, stack)
    camera = wiring.camera(emulate=emulate)
    stack.callback(camera.close)
    bus = wiring.bus(stack, emulate=emulate)
    bus.start()
    stack.callback(bus.stop)
    board = StatusBoard(bus=bus, jobs=store.jobs)
    players = Players(wiring.player_of_jobs(state / "wav" if emulate else None))
    worker = Worker(
        clock=wiring.clock,
        jobs=store.jobs,
        photos=store.photos,
        describer=wiring.describer(),
        synthesiser=wiring.synthesiser(),
        player_for=players.player_for,
        bus=bus,
        board=board,
        speaking=settings.device.speaking,
        keep_photos=settings.store.retention == "keep",
    )
    return Daemon(
        clock=wiring.clock,
        camera=camera,
        submit=Submit(photos=store.photos, jobs=store.jobs),
        worker=worker,
        board=board,
        players=players,
        interval_seconds=settings.capture.interval,
    )


async def _until_signalled(daemon: Daemon) -> None:
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signalled.set)
    work = asyncio.create_task(asyncio.to_thread(daemon.run))
    waiting = asyncio.create_task(signalled.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    daemon.halt()
    waiting.cancel()
    await work
    _log.info("stopped")
