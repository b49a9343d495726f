"""A worker and what is around it: real stores, a real loop and threads; eyes and player that a test can hold."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from device.app.machine import SystemRandom
from device.app.once import once
from device.app.threads import ThreadExecutor
from device.core.errors import BadPhotoError, MissingDeviceError, MissingModelError
from device.core.types import Event, Mark, Pixels, Played, SpeechChunk
from device.pipeline.absence import Absence
from device.pipeline.books import Books
from device.pipeline.captions import LiveCaptions
from device.pipeline.closing import Closing
from device.pipeline.controls import Controls
from device.pipeline.courtesy import Courtesy
from device.pipeline.describe import Describer
from device.pipeline.labour import Labour
from device.pipeline.prelude import Prelude
from device.pipeline.quiet import Hush
from device.pipeline.regrets import Regrets
from device.pipeline.status import StatusBoard
from device.pipeline.submit import Submit
from device.pipeline.watch import Watch
from device.pipeline.worker import Worker
from device.store.choices import SqliteChoices
from device.store.database import Database, connect
from device.store.files import SystemFiles
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder
from tests import factories
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from device.core.ports import Player
    from device.core.types import Detection, Job, Narration, Photo, Posted, Scene, Source, Speaking, Speech, Status

T = TypeVar("T")

WAIT_SECONDS = 30
HEAD = b"\xff\xd8\xff"


class Gate:
    """A place at which a thread waits until a test lets it go on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = threading.Event()
        self._loop = asyncio.get_running_loop()

    def wait(self) -> None:
        self._loop.call_soon_threadsafe(self.reached.set)
        assert self._open.wait(WAIT_SECONDS)

    def open(self) -> None:
        self._open.set()


class Gates:
    """Those of a house, by what is done there."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}
        self._all: list[Gate] = []

    def hold(self, what: str) -> Gate:
        """Hold it when it is done next."""
        gate = self._gates[what] = Gate()
        self._all.append(gate)
        return gate

    def passing(self, what: str) -> None:
        gate = self._gates.pop(what, None)
        if gate:
            gate.wait()

    def open(self) -> None:
        """Nothing is held any more."""
        self._gates.clear()
        for gate in self._all:
            gate.open()


class Eyes:
    """Decoder, detector, analyser and narrator in one; a photo says itself what is the matter with it."""

    def __init__(self, gates: Gates) -> None:
        self.looked_at: list[str] = []
        self._gates = gates

    def inspect(self, path: Path) -> Photo:
        label = path.read_bytes().removeprefix(HEAD).decode()
        self.looked_at.append(label)
        self._gates.passing(f"looking at {label}")
        if "broken" in label:
            raise BadPhotoError("broken", f"{path} is damaged")
        if "mistake" in label:
            raise ZeroDivisionError("nobody thought of this")
        return factories.photo(path, format=label)

    def let_go(self) -> None: ...

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        del photo, long_side
        return Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1.0)

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        del pixels
        return ()

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        del detections
        return factories.scene(factories.face(), claims=(factories.claim(value=photo.format),))

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        del pixels
        if photo.format == "late":
            raise BadPhotoError("broken", f"{photo.path} is damaged further down")
        return self.glance(photo, detections)

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
        del speaking, seed
        label = scene.claims[0].value
        texts = [f"{label} one."] if label == "brief" else [f"{label} one.", f"{label} two."]
        return [factories.utterance(text) for text in texts]


class Voice:
    """Half a second of sound for each sentence, marked with its words."""

    voice = "test"

    def __init__(self) -> None:
        self.missing = False

    @property
    def sample_rate(self) -> int:
        if self.missing:
            raise MissingModelError("the voice is missing")
        return 1000

    def synthesise(self, utterances: Narration) -> Speech:
        for index, utterance in enumerate(utterances):
            yield spoken(utterance.text, index)


def spoken(text: str, utterance: int = 0) -> SpeechChunk:
    mark = Mark(kind="sentence", text=text, first=0, end=500)
    return SpeechChunk(pcm=np.full(500, 9000, np.int16), sample_rate=1000, utterance=utterance, marks=(mark,))


class Loudspeaker:
    """Writes down what is heard, and is never done with a sentence that a test holds before it is stopped."""

    def __init__(self, gates: Gates) -> None:
        self.heard: list[str] = []
        self.gone = False
        self.goes_after: str | None = None
        self.volumes: list[int] = []
        self.position: float | None = None
        self._gates = gates
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        self._stopped.clear()
        if self.gone:
            raise MissingDeviceError("the sound device is not there")
        seconds = 0.0
        for chunk in speech:
            text = chunk.marks[0].text if chunk.marks else "no words"
            self.heard.append(text)
            self._gates.passing(f"saying {text}")
            if text == self.goes_after:
                self.gone, self.goes_after = True, None
                raise MissingDeviceError("the sound device is unplugged")
            if self._stopped.is_set():
                break
            seconds += chunk.seconds
        return Played(seconds=seconds, complete=not self._stopped.is_set())

    def reach(self, _sample_rate: int) -> None:
        if self.gone:
            raise MissingDeviceError("the sound device is not there")

    def is_there(self) -> bool:
        self._gates.passing("looking for the loudspeaker")
        return not self.gone

    def position_seconds(self) -> float | None:
        return self.position

    def lead_in_seconds(self) -> float:
        return 0.0

    def stop(self) -> None:
        self._stopped.set()

    def set_volume(self, percent: int) -> None:
        self.volumes.append(percent)


class House:
    """All of it, on a state folder; what happens in it is written down in order."""

    def __init__(  # noqa: PLR0913 - what a test may vary
        self,
        state: Path,
        *,
        keep: bool = False,
        most_events: int = 100,
        jobs: type[SqliteJobs] = SqliteJobs,
        waits_for_sound: bool = False,
        player: Player | None = None,
    ) -> None:
        state.mkdir(exist_ok=True)
        self.waits_for_sound = waits_for_sound
        self.folder = state / "photos"
        self.clock, self.gates = HandClock(), Gates()
        self.eyes, self.speaker = Eyes(self.gates), Loudspeaker(self.gates)
        self.player = player or self.speaker
        self.connection = connect(state / "voxframe.db")
        self.database = Database(self.connection, name="voxframe.db")
        self.outbox = SqliteOutbox(self.database, most_events=most_events)
        self.jobs = jobs(self.database, outbox=self.outbox, policy=Policy(), clock=self.clock)
        self.photos = PhotoFolder(self.folder, files=SystemFiles(), random=SystemRandom())
        self.board, self.watch = StatusBoard(), Watch(self.clock)
        self.hush = Hush(clock=self.clock, hours=None)
        self.labour, self.disk = ThreadExecutor(name="labour"), ThreadExecutor(name="disk", threads=3)
        self.shown: list[Status] = []
        self.happened: list[str] = []
        self.told: list[Posted] = []
        self._news = asyncio.Event()
        self.books = Books(
            clock=self.clock,
            executor=self.labour,
            disk=self.disk,
            jobs=self.jobs,
            photos=self.photos,
            board=self.board,
            keep_photos=keep,
            told=self._tell,
        )
        self.courtesy = Courtesy(self.clock)
        self.voice = Voice()
        self.prelude = Prelude(clock=self.clock, synthesiser=self.voice)
        self.regrets = Regrets(
            clock=self.clock,
            executor=self.labour,
            synthesiser=self.voice,
            player=lambda _: self.player,
            hush=self.hush,
            watch=self.watch,
            board=self.board,
            sentence=lambda regret: factories.utterance(f"Sorry: {regret}."),
            recorded=lambda regret: [spoken(f"Recorded: {regret}.")],
        )
        self.captions = LiveCaptions(clock=self.clock, executor=self.labour)
        self.worker = self._worker()
        self.submit = Submit(
            executor=self.disk,
            photos=self.photos,
            jobs=self.jobs,
            random=SystemRandom(),
            is_photo=lambda head: head.startswith(HEAD),
            taken=self._taken,
            limit_bytes=100_000,
            reserve_bytes=0,
            refused=lambda error, source: self.regrets.hear(error, source=source),
        )
        self.controls = Controls(
            executor=self.disk,
            choices=SqliteChoices(self.database),
            jobs=self.jobs,
            worker=self.worker,
            books=self.books,
            slideshow=None,
            hush=self.hush,
            board=self.board,
            set_volume=self.player.set_volume,
        )
        self.board.listen(self._show)

    def _worker(self) -> Worker:
        eyes = self.eyes
        describer = Describer(clock=self.clock, decoder=eyes, detector=eyes, analyser=eyes, narrator=eyes, once=once)
        labour = Labour(
            clock=self.clock,
            jobs=self.jobs,
            describer=describer,
            synthesiser=self.voice,
            player_for=lambda _: self.player,
            hush=self.hush,
            watch=self.watch,
            captions=self.captions,
            speaking="narrator",
            prelude=self.prelude,
        )
        absence = Absence(labour=labour, executor=self.labour, waits=self.waits_for_sound)
        return Worker(
            clock=self.clock,
            executor=self.labour,
            labour=labour,
            books=self.books,
            board=self.board,
            courtesy=self.courtesy,
            absence=absence,
            regrets=self.regrets,
            closing=Closing(books=self.books, board=self.board, absence=absence, regrets=self.regrets, hush=self.hush),
        )

    async def bring(self, label: str = "a", *, source: Source = "inbox") -> Job:
        """A photo comes in."""
        return await self.submit.photo(_whole(HEAD + label.encode()), name=f"{label}.jpg", source=source)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds after something has happened."""
        while not condition():
            self._news.clear()
            await self._news.wait()

    async def idle(self) -> None:
        """Wait until nothing is to be done."""
        await self.worker.idle.wait()

    def job(self, number: int = 1) -> Job:
        job = self.jobs.get(number)
        assert job is not None
        return job

    def files(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]

    def close(self) -> None:
        self.database.close()
        self.labour.close()
        self.disk.close()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """The worker has started and works; it is halted when this is left."""
        task = asyncio.create_task(self.worker.run())
        others = [asyncio.create_task(each.run()) for each in (self.regrets, self.captions)]
        try:
            await self.until(lambda: self.board.status.reason != "starting")
            yield
        finally:
            self.gates.open()
            self.worker.halt()
            await task
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    def _taken(self, job: Job) -> None:
        if job.source == "button":
            self.worker.make_way()
        self.worker.wake()

    def _show(self, status: Status) -> None:
        self.shown.append(status)
        self._note(f"{status.activity} {status.reason or ''}".rstrip())

    def _tell(self) -> None:
        after = self.told[-1].number if self.told else 0
        for posted in self.outbox.pending(after=after, most=100):
            self.told.append(posted)
            self._note(_words(posted))

    def _note(self, what: str) -> None:
        if self.happened[-1:] != [what]:
            self.happened.append(what)
        self._news.set()


def in_house(state: Path, story: Callable[[House], Awaitable[T]], **options: object) -> T:
    """What comes of a story in a house of its own; a worker that the story started has ended by then."""

    async def whole() -> T:
        house = House(state, **options)  # type: ignore[arg-type]  # as they are named there
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await story(house)
        finally:
            house.close()

    return asyncio.run(whole())


def _words(posted: Posted) -> str:
    notice = posted.notice
    if isinstance(notice, Event):
        return f"{notice.event_type} {notice.fields.get('reason', '')}".rstrip()
    if not notice.record:
        return "last forgotten"
    return "last with sound" if notice.record["audio"] else "last"


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data
