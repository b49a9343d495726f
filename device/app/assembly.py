"""The daemon put together out of its parts; it does not know which of them are real.

`device.app.wiring` hands in those of this machine. Whoever hands in others runs the very same daemon in another world.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import TYPE_CHECKING

from device.app.running import Daemon
from device.bus.messenger import Messenger
from device.bus.topics import Topics
from device.intake.inbox import Inbox
from device.pipeline.absence import Absence
from device.pipeline.books import Books
from device.pipeline.captions import LiveCaptions
from device.pipeline.closing import Closing
from device.pipeline.controls import Controls
from device.pipeline.courtesy import Courtesy
from device.pipeline.labour import Labour
from device.pipeline.minder import Minder
from device.pipeline.prelude import Prelude
from device.pipeline.quiet import Hush, QuietHours
from device.pipeline.regrets import Regrets, message_of
from device.pipeline.slideshow import Slideshow
from device.pipeline.status import StatusBoard
from device.pipeline.submit import Submit
from device.pipeline.watch import Watch
from device.pipeline.worker import Worker
from device.playback.chime import chime
from device.store.choices import SqliteChoices
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder
from device.text.texts import Texts
from device.web.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.app.settings import Settings
    from device.core.ports import (
        Bus,
        Camera,
        Clock,
        Executor,
        Files,
        Player,
        Random,
        Supervisor,
        Synthesiser,
        Watcher,
    )
    from device.core.types import Job, Pcm, Regret, Source, Speech, Utterance
    from device.pipeline.describe import Describer
    from device.store.database import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that the daemon needs of the world around it.

    Attributes:
        labour: Where photos are looked at and spoken; one at a time.
        disk: Where photos are taken in, and all else that waits for a disk.
        is_photo: Whether these first bytes are those of a photo.
        player_for: Gives the player on which a job is heard.
        regret_player: Gives the player on which somebody hears that nothing else will be heard.
        recorded: Gives what is heard there where there is no voice.
        set_volume: Tells the player.
        camera: None where there is none.
        watcher: Of the inbox; None where there is no inbox.
        settle_seconds: How long a file in the inbox must stay the same before it is whole.
        bus: None where there is no broker.
        most_events: So many events wait for a broker; the oldest go first where there are more.
    """

    clock: Clock
    random: Random
    labour: Executor
    disk: Executor
    files: Files
    database: Database
    state: Path
    describer: Describer
    synthesiser: Synthesiser
    is_photo: Callable[[bytes], bool]
    player_for: Callable[[Job], Player]
    regret_player: Callable[[Regret], Player]
    recorded: Callable[[Regret], Speech]
    set_volume: Callable[[int], None]
    supervisor: Supervisor
    camera: Camera | None
    watcher: Watcher | None
    settle_seconds: float
    bus: Bus | None
    most_events: int = 1000


def assemble(settings: Settings, world: World) -> Daemon:
    """The daemon in this world."""
    policy = Policy(burst=settings.inbox.burst, most=settings.inbox.most, same_seconds=settings.inbox.same_hours * 3600)
    outbox = SqliteOutbox(world.database, most_events=world.most_events if world.bus else 0)
    jobs = SqliteJobs(world.database, outbox=outbox, policy=policy, clock=world.clock)
    photos = PhotoFolder(world.state / "photos", files=world.files, random=world.random)
    board, watch = StatusBoard(), Watch(world.clock)
    hush = Hush(clock=world.clock, hours=_hours(settings.audio.quiet_hours), volume=settings.audio.volume)
    reserve_bytes = round(settings.store.reserve_megabytes * 1_000_000)
    messenger: Messenger | None = None

    def told() -> None:
        if messenger:
            messenger.told()

    courtesy, texts = Courtesy(world.clock), Texts(settings.device.language)
    books = Books(
        clock=world.clock,
        executor=world.labour,
        disk=world.disk,
        jobs=jobs,
        photos=photos,
        board=board,
        keep_photos=settings.store.retention == "keep",
        told=told,
    )
    captions = LiveCaptions(clock=world.clock, executor=world.labour)
    labour = Labour(
        clock=world.clock,
        jobs=jobs,
        describer=world.describer,
        synthesiser=world.synthesiser,
        player_for=world.player_for,
        hush=hush,
        watch=watch,
        captions=captions,
        speaking=settings.device.speaking,
        prelude=_prelude(settings, texts, world),
    )
    regrets = Regrets(
        clock=world.clock,
        executor=world.labour,
        synthesiser=world.synthesiser,
        player=world.regret_player,
        hush=hush,
        watch=watch,
        board=board,
        sentence=lambda regret: texts.narrated(message_of(regret)),
        recorded=world.recorded,
    )
    absence = Absence(labour=labour, executor=world.labour, waits=settings.audio.absent == "wait")
    worker = Worker(
        clock=world.clock,
        executor=world.labour,
        labour=labour,
        books=books,
        board=board,
        courtesy=courtesy,
        absence=absence,
        regrets=regrets,
        closing=Closing(books=books, board=board, absence=absence, regrets=regrets, hush=hush),
        rest_seconds=settings.vision.idle_seconds,
    )

    def taken(job: Job) -> None:
        _log.info("photo %d is taken in, from the %s", job.id, job.source, extra={"photo": job.id})
        # Until it is counted anew, before the next photo.
        board.waiting(board.status.queue + 1)
        if job.source == "button":
            worker.make_way()
        worker.wake()
        # The policy may have dropped another one.
        told()

    def refused(error: BaseException, source: Source) -> None:
        if source == "button":
            # What a person who pressed hears of it comes before what others hear.
            worker.make_way()
        regrets.hear(error, source=source)

    submit = Submit(
        executor=world.disk,
        photos=photos,
        jobs=jobs,
        random=world.random,
        is_photo=world.is_photo,
        taken=taken,
        limit_bytes=round(settings.limits.megabytes * 1_000_000),
        reserve_bytes=reserve_bytes,
        courtesy=courtesy,
        refused=refused,
    )
    slideshow: Slideshow | None = None
    if world.camera:
        slideshow = Slideshow(
            clock=world.clock,
            executor=world.disk,
            camera=world.camera,
            submit=submit,
            outbox=outbox,
            told=told,
            awaited=worker.expect_press,
            board=board,
            idle=worker.idle,
            courtesy=courtesy,
            interval_seconds=settings.capture.interval,
        )
    controls = Controls(
        executor=world.disk,
        choices=SqliteChoices(world.database),
        jobs=jobs,
        worker=worker,
        books=books,
        slideshow=slideshow,
        hush=hush,
        board=board,
        set_volume=world.set_volume,
    )
    if world.bus:
        messenger = Messenger(
            bus=world.bus,
            topics=Topics(settings.device.name),
            outbox=outbox,
            executor=world.disk,
            clock=world.clock,
            random=world.random,
            submit=submit,
            obey=controls.obey,
        )
        board.listen(messenger.show)
    inbox: Inbox | None = None
    if settings.inbox.folder and world.watcher:
        inbox = Inbox(
            folder=settings.inbox.folder,
            files=world.files,
            watcher=world.watcher,
            submit=submit,
            executor=world.disk,
            clock=world.clock,
            settle_seconds=world.settle_seconds,
        )
    return Daemon(
        clock=world.clock,
        disk=world.disk,
        supervisor=world.supervisor,
        outbox=outbox,
        jobs=jobs,
        uploads=Uploads(submit=submit, limit_bytes=submit.limit_bytes),
        board=board,
        captions=captions,
        worker=worker,
        regrets=regrets,
        controls=controls,
        minder=Minder(
            clock=world.clock,
            executor=world.disk,
            photos=photos,
            hush=hush,
            board=board,
            worker=worker,
            watch=watch,
            supervisor=world.supervisor,
            reserve_bytes=reserve_bytes,
            store=controls.store,
        ),
        slideshow=slideshow,
        inbox=inbox,
        messenger=messenger,
    )


def _prelude(settings: Settings, texts: Texts, world: World) -> Prelude:
    audio = settings.audio
    notices: dict[str, Utterance | Callable[[int], Pcm]] = {
        "spoken": texts.narrated("notice-spoken"),
        "chime": partial(chime, "notice"),
    }
    return Prelude(
        clock=world.clock,
        synthesiser=world.synthesiser,
        chime=None if audio.chime == "off" else partial(chime, audio.chime),
        notice=notices.get(audio.notice),
    )


def _hours(text: str) -> QuietHours | None:
    if not text:
        return None
    start, end = (time.fromisoformat(each) for each in text.split("-"))
    return QuietHours(start=start, end=end)
