"""`voxframe run`: takes photos in, describes and speaks them, until SIGTERM or SIGINT.

The loop orders the work; what blocks has threads of its own.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

from device.app.assembly import World, assemble
from device.app.keyboard import listening
from device.app.late_voice import LateVoice
from device.app.machine import Systemd, SystemRandom
from device.app.memory import one_heap
from device.app.metrics import metrics_of
from device.app.threads import ThreadExecutor
from device.app.wiring import make_folder, state_folder
from device.core.errors import UsageError
from device.decode.format import format_of
from device.intake.watcher import settle_seconds_for, watcher_for
from device.store.files import SystemFiles
from device.store.lock import state_lock
from device.web.guard import check_host

if TYPE_CHECKING:
    from pathlib import Path

    from device.app.running import Daemon
    from device.app.wiring import Wiring

_log = logging.getLogger(__name__)

PORT_AGAIN_SECONDS = 10.0
"""How soon an address is tried again that something else listens at."""

DISK_THREADS = 3
"""What waits for the disk: photos that come in, side by side, and what is shown meanwhile."""


def run(wiring: Wiring, *, emulate: bool) -> int:
    """Run with these parts until a signal ends it, and return the exit status.

    Raises:
        UsageError: Another daemon uses the state folder, or it cannot be used, or no photo can ever come in.
        MissingModelError: A model is absent or damaged.
    """
    one_heap()
    with ExitStack() as stack:
        asyncio.run(_run(wiring, stack, emulate=emulate))
    return 0


async def _run(wiring: Wiring, stack: ExitStack, *, emulate: bool) -> None:
    halted = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halted.set)
    state = state_folder()
    _check_doors(wiring, emulate=emulate)
    make_folder(state)
    stack.enter_context(state_lock(state))
    daemon, labour = _built(wiring, state, stack, emulate=emulate)
    async with listening(obey=daemon.controls.obey, paused=lambda: daemon.worker.paused):
        work = asyncio.create_task(daemon.run())
        web = asyncio.create_task(_serve(wiring, daemon))
        signalled = asyncio.create_task(halted.wait())
        await asyncio.wait({work, web, signalled}, return_when=asyncio.FIRST_COMPLETED)
        daemon.halt()
        signalled.cancel()
        web.cancel()
        await work
        with suppress(asyncio.CancelledError):
            await web
    _log.info("stopped")
    labour.close()


def _check_doors(wiring: Wiring, *, emulate: bool) -> None:
    """Whether photos can come in, and from nobody who should not bring any: told before anything is begun."""
    settings = wiring.settings
    doors = (emulate, settings.capture.source != "none", settings.inbox.folder, settings.web.port, settings.mqtt.host)
    if not any(doors):
        raise UsageError(
            'no photo can ever come in: set [capture] source = "replay", [inbox] folder, [web] port or [mqtt] host, '
            "or run with --emulate"
        )
    if settings.web.port:
        check_host(settings.web.host, wiring.web_token())


def _built(wiring: Wiring, state: Path, stack: ExitStack, *, emulate: bool) -> tuple[Daemon, ThreadExecutor]:
    """The daemon with the parts of this machine, and where its work is done."""
    settings = wiring.settings
    random, supervisor = SystemRandom(), Systemd()
    stack.callback(supervisor.close)
    database = wiring.database(state, stack)
    disk, labour = ThreadExecutor(name="disk", threads=DISK_THREADS), ThreadExecutor(name="labour")
    stack.callback(disk.close)
    camera = wiring.camera(emulate=emulate)
    if camera:
        stack.callback(camera.close)
    folder = settings.inbox.folder
    watcher = watcher_for(folder, wiring.clock) if folder else None
    if watcher:
        stack.callback(watcher.close)
    players = wiring.players(state / "wav" if emulate else None)
    world = World(
        clock=wiring.clock,
        random=random,
        labour=labour,
        disk=disk,
        files=SystemFiles(),
        database=database,
        state=state,
        describer=wiring.describer(),
        synthesiser=LateVoice(wiring.synthesiser),
        is_photo=lambda head: format_of(head) is not None,
        player_for=players.player_for,
        regret_player=players.regret_player,
        recorded=wiring.recorded,
        set_volume=players.set_volume,
        supervisor=supervisor,
        camera=camera,
        watcher=watcher,
        settle_seconds=settle_seconds_for(folder) if folder else 0.0,
        bus=wiring.bus(f"voxframe-{settings.device.name}-{database.token}", stack, emulate=emulate),
    )
    return assemble(settings, world), labour


async def _serve(wiring: Wiring, daemon: Daemon) -> None:
    """The web server, until it is cancelled; where its address is taken the daemon does without."""
    from device.web.server import WebServer

    web = wiring.settings.web
    if not web.port:
        await asyncio.Event().wait()
    server = WebServer(
        host=web.host,
        port=web.port,
        token=wiring.web_token(),
        uploads=daemon.uploads,
        jobs=daemon.jobs,
        executor=daemon.disk,
        status=lambda: daemon.board.status,
        captions=daemon.captions,
        metrics=partial(metrics_of, daemon),
    )
    told = False
    while True:
        try:
            await server.start()
        except UsageError as error:
            if not told:
                _log.warning("%s; trying again", error)
                told = True
            await asyncio.sleep(PORT_AGAIN_SECONDS)
        else:
            break
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()
