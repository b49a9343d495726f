"""The seams: what the pipeline asks of the world. `device.app.wiring` alone picks who answers.

Each has one contract suite in tests/contract, which every implementation passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from device.core.types import (
        Captured,
        Detection,
        FoundFile,
        Inbound,
        Job,
        JobState,
        Kept,
        Message,
        Narration,
        NewJob,
        Notice,
        Photo,
        Pixels,
        Played,
        Posted,
        Record,
        Scene,
        Speaking,
        Speech,
        Subscription,
        Thing,
    )

T = TypeVar("T")


class Clock(Protocol):
    """Time, as the pipeline sees it."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def now(self) -> datetime:
        """What the clock on the wall says; it jumps when somebody sets it."""

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds, however the clock on the wall is set meanwhile."""


class Random(Protocol):
    """Chance."""

    def fraction(self) -> float:
        """From 0 up to 1, each as likely."""

    def token(self) -> str:
        """Sixteen hexadecimal digits that were never there before."""


class Executor(Protocol):
    """Where blocking work is done, so that the loop goes on; one executor for each kind of work."""

    async def run(self, work: Callable[[], T], /) -> T:
        """What comes of the work, or the error that it raised.

        Work that was begun is not stopped when whoever waits for it is cancelled.
        """

    def post(self, call: Callable[[], None], /) -> None:
        """Call it on the loop, soon; for work that has something to say while it is done. In the order of posting."""


class NewFile(Protocol):
    """A file that is being written."""

    def write(self, data: bytes) -> None:
        """Append; nothing is safe yet."""

    def sync(self) -> None:
        """What was written is on the disk when this returns; the name of the file may not be."""

    def close(self) -> None:
        """Let it go; it may be called twice."""


class Files(Protocol):
    """A file system: what is not synced may be lost, in part and in any order, when the power goes.

    All raise OSError, with its errno, where it fails.
    """

    def make_folder(self, folder: Path) -> None:
        """Make it, and those above it, where it is missing."""

    def create(self, path: Path) -> NewFile:
        """A new, empty file; FileExistsError where there is one."""

    def rename(self, old: Path, new: Path) -> None:
        """In one step; what was `new` before is gone. Safe only once the folder is synced."""

    def remove(self, path: Path) -> None:
        """Delete it; FileNotFoundError where it is gone. Safe only once the folder is synced."""

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder are on the disk as they are now."""

    def names(self, folder: Path) -> list[str]:
        """What is in the folder, in no order."""

    def tree(self, folder: Path) -> list[FoundFile]:
        """The plain files in the folder and in those below it; links are passed over, and what is hidden."""

    def look(self, path: Path) -> FoundFile | None:
        """One plain file, as `tree` would find it; None where there is none."""

    def chunks(self, path: Path) -> Iterator[bytes]:
        """The bytes of a plain file, in pieces of up to a megabyte; a link is not followed."""

    def is_being_written(self, path: Path) -> bool:
        """Whether somebody on this machine has it open for writing; False also where that cannot be known."""

    def free_bytes(self, folder: Path) -> int:
        """The room that is left where the folder is."""


class Once(Protocol):
    """Work that is done once, although several threads ask for what comes of it."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]:
        """What gives the result of `work`: who asks first does it, the others wait; an error is raised for all."""


class Camera(Protocol):
    """Where photos come from."""

    def capture(self) -> Captured | None:
        """The next photo, or None where there is none at this moment.

        Raises:
            MissingDeviceError: The camera is gone.
        """

    def close(self) -> None:
        """Let the camera go; it may be called twice."""


class Decoder(Protocol):
    """Bytes to pixels, within limits."""

    def inspect(self, path: Path) -> Photo:
        """Read the header, apply the limits, hash the bytes; nothing is decoded.

        Raises:
            BadPhotoError: It cannot be read, and says why.
        """

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        """The upright picture, at least `long_side` pixels long where the photo has them; full size for None.

        The last picture is kept, and decoded again only where a larger one is asked for.

        Raises:
            BadPhotoError: It is damaged.
        """

    def let_go(self) -> None:
        """Forget the last photo: nothing of it is kept in memory."""


class FaceDetector(Protocol):
    """Where the faces are."""

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces, from left to right."""


class ThingDetector(Protocol):
    """Which things are where, people and animals among them."""

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """What is seen, the surest first; the same thing may be there under several labels, each with its score."""


class FaceAnalyser(Protocol):
    """What may be said of the faces."""

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        """The scene as the detector alone knows it: how many faces, where, how far; at once, no face is looked at.

        It has the faces of `analyse` in their order, and of its claims those about the number, places and distances.
        """

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        """The scene with its claims; faces keep the order of `detections`."""


class Narrator(Protocol):
    """Sentences from a scene."""

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
        """The sentences, in order, each with the claims it rests on; the same seed gives the same words.

        There is at least one. The first, the opening, rests on what the detector alone knows: for the glance at a scene
        it is the same as for the whole of it, so that it may be spoken while the faces are still being looked at.
        """


class Synthesiser(Protocol):
    """Sound from sentences. All of it raises MissingModelError where there is no voice."""

    @property
    def voice(self) -> str:
        """The name of the voice."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""

    def synthesise(self, utterances: Narration) -> Speech:
        """Levelled sound, as it is made; an utterance without a word in it gives none."""


class Player(Protocol):
    """Sound to a sink."""

    def play(self, speech: Speech) -> Played:
        """Play it all and return when the last sample has left.

        Chunks are drawn from `speech` as the sink takes them. A speech without any chunk plays nothing.

        Raises:
            MissingDeviceError: The sink is not there.
        """

    def reach(self, sample_rate: int) -> None:
        """Take the sink for the next `play`, so that nothing of a speech counts as begun where it is not there.

        Raises:
            MissingDeviceError: It is not.
        """

    def is_there(self) -> bool:
        """Whether `reach` would find the sink; it is not kept."""

    def position_seconds(self) -> float | None:
        """How much of the speech that plays was heard by now; None where nothing plays. From any thread.

        It is negative in the silence before the first sample.
        """

    def lead_in_seconds(self) -> float:
        """The silence that the next `play` would put before the first sample."""

    def stop(self) -> None:
        """End what plays now, from any thread; without effect where nothing plays."""

    def set_volume(self, percent: int) -> None:
        """How loud it is, from the next speech on at the latest; without effect for a file. From any thread."""


class Bus(Protocol):
    """A way to the house: a broker."""

    async def connect(self, *, will: Message, subscriptions: Sequence[Subscription]) -> BusSession:
        """A connection, subscribed; the broker says `will` for this device when the connection breaks.

        Raises:
            BusLostError: The broker was not reached, did not answer in time, or refused; the message says what it was.
        """


class BusSession(Protocol):
    """One connection to a broker, for the loop alone. Once it is lost everything raises BusLostError."""

    def publish(self, message: Message) -> Awaitable[None]:
        """Send it, in the order of the calls; what is returned is done when the broker has taken it.

        Raises (what is returned):
            BusLostError: The connection ended before; the broker may have it or not.
            BusRefusedError: The broker does not take it.
        """

    async def receive(self) -> Inbound:
        """The next message that came.

        Raises:
            BusLostError: The connection has ended.
        """

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the broker that the message is safe here; until then a `kept` subscription brings it again later."""

    async def close(self, *, in_order: bool = True) -> None:
        """End it in order, so that the will is not said, or just so, and it is; without effect where it has ended."""


class Incoming(Protocol):
    """A photo on its way to the disk."""

    def write(self, data: bytes) -> None:
        """The next bytes of it.

        Raises:
            StoreFullError: There is no room left.
            StoreError: They could not be written.
        """

    def keep(self) -> Kept:
        """It is whole, and safe on the disk when this returns: its bytes, its name, and the folder.

        Raises:
            StoreFullError: There is no room left.
            StoreError: It could not be written.
        """

    def discard(self) -> None:
        """Forget what came so far; without effect after `keep`."""


class PhotoStore(Protocol):
    """Photos on disk while they are needed."""

    def begin(self) -> Incoming:
        """Somewhere for a new photo to go.

        Raises:
            StoreFullError: There is no room left.
            StoreError: It could not be made.
        """

    def remove(self, path: Path) -> None:
        """Delete a kept photo; without effect where it is gone.

        Raises:
            StoreError: It could not be deleted.
        """

    def remove_left(self) -> None:
        """Delete what a failing disk had not deleted.

        Raises:
            StoreError: It fails still.
        """

    def sweep(self, needed: Collection[Path] | None) -> int:
        """Delete what a crash left behind, and say how many files it was.

        That is everything but `needed` that was there when the store was opened, for photos may be coming in by now;
        where `needed` is None, what is not whole.
        """

    def erase(self, known: Callable[[], Collection[Path]]) -> None:
        """Delete each photo that is here and that no job has, nor will have.

        Args:
            known: Says which ones jobs have; asked when it was looked what is here.

        Raises:
            StoreError: Some could not be deleted.
        """

    def has_job(self, path: Path) -> None:
        """A kept photo will not get a job any more, if it has none by now; any thread."""

    def free_bytes(self) -> int:
        """The room that is left for photos."""


class JobStore(Protocol):
    """The photos to be described, safe against a power cut.

    What a call changes is on disk when it returns, all of it or nothing; the `notices` for the house with it.
    All raise StoreError where the disk fails, and StoreFullError where it is full.
    """

    def add(self, new: NewJob, *, adding: Callable[[], None] = ...) -> Job:
        """A new waiting job.

        Args:
            new: The photo.
            adding: Called when nobody can see the jobs without this one any more, if it becomes one.

        Raises:
            AlreadyHereError: The same photo was taken in before.
            QueueFullError: As many wait as may, and the policy is to refuse.
        """

    def check_room(self) -> None:
        """Ask before much is written for nothing.

        Raises:
            QueueFullError: As many wait as may, and the policy is to refuse.
        """

    def claim(self, *, to_look: bool = False) -> Job | None:
        """The waiting job that is next, now `working` and with one more attempt on disk; None where none waits.

        Only one that is still to be looked at, where that is asked for.
        """

    def begin(self, job: Job) -> Job:
        """Its speech is about to be heard."""

    def describe(self, job: Job, record: Record, *, notices: Sequence[Notice] = ()) -> Job:
        """It is described: `record` is what may be published of it."""

    def finish(self, job: Job, *, record: Record | None = None, notices: Sequence[Notice] = ()) -> None:
        """It is done; `record` where more is known of it by now."""

    def fail(self, job: Job, reason: str, *, notices: Sequence[Notice] = ()) -> None:
        """It is set aside, with its reason."""

    def release(self, job: Job) -> None:
        """It waits again, described where it is by now, and this attempt is not counted.

        Its speech has begun as far as `job` knows: one that was claimed before it began is spoken anew.
        """

    def recover(self, *, attempts: int) -> tuple[Job, ...]:
        """After a crash: what was `working` waits again, or fails after that many attempts; returns the failed ones.

        What is described, and of which the speech had begun, is done.
        """

    def waiting(self) -> int:
        """How many jobs wait."""

    def get(self, number: int) -> Job | None:
        """One job, or None where it is not there (any more)."""

    def needed(self) -> Collection[Path]:
        """The stored photos of all jobs that are not done, or may be tried again."""

    def paths(self) -> Collection[Path]:
        """The stored photos of all jobs."""

    def outdated(self) -> Sequence[Job]:
        """The jobs whose photos are there and not needed any more: dropped, or set aside long ago."""

    def let_go(self, job: Job) -> None:
        """Its photo is gone."""

    def listed(self, state: JobState | None = None) -> tuple[Job, ...]:
        """The jobs that are known, newest first; of one state where it is named."""

    def last(self) -> Job | None:
        """The newest job that was described and is not forgotten."""

    def retry(self, number: int) -> Job | None:
        """A job that was set aside waits again, its attempts forgotten; None where there is no such one."""

    def remove(self, number: int, *, at_work: bool = False) -> Job | None:
        """Forget a job; None where there is no such one, or it is being worked on and this was not asked for."""

    def forget(self) -> tuple[Job, ...]:
        """Forget all jobs, what was seen, and what the house was not told yet; return the jobs.

        One that is being worked on goes too: what is done with it from then on is done to nothing, and not told.
        Their photos are still to be erased.
        """

    def to_erase(self) -> int | None:
        """Which forgetting has left photos that may still be there, or None where none has."""

    def erased(self, forgetting: int) -> None:
        """All photos that were to be forgotten by then are gone."""

    def dropped(self) -> int:
        """How many photos the policy for bursts has dropped, ever."""


class Outbox(Protocol):
    """Notices on their way to the house; bounded: the oldest events go first where it is full, and are counted."""

    def put(self, notice: Notice) -> None:
        """Add one that belongs to no job."""

    def pending(self, *, after: int, most: int) -> tuple[Posted, ...]:
        """The next ones with a number above `after`, in order, at most so many."""

    def delivered(self, *, up_to: int) -> None:
        """Those up to this number are with the house."""

    def dropped(self) -> int:
        """How many were dropped, ever, because there was no room."""


class Choices(Protocol):
    """What a person set at run time: it outlives a restart and wins over the configuration."""

    def get(self, name: str) -> str | None:
        """What was chosen last, or None."""

    def set(self, name: str, value: str) -> None:
        """Remember it.

        Raises:
            StoreError: The disk fails.
        """


class Supervisor(Protocol):
    """Who starts this process anew when it ends or hangs."""

    def ready(self) -> None:
        """The device takes photos in and can speak."""

    def alive(self) -> None:
        """Nothing hangs; to be said at least every `interval_seconds`."""

    def says(self, text: str) -> None:
        """What the device is doing, in one line."""

    @property
    def interval_seconds(self) -> float:
        """How often `alive` is to be said."""


class Watcher(Protocol):
    """Somebody who sees that a folder changes."""

    async def changed(self, *, within_seconds: float) -> None:
        """Return when something in the folder or below it may have changed, at the latest after so long."""

    def close(self) -> None:
        """Let it go; it may be called twice."""
