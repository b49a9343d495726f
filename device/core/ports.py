"""The seams: what the pipeline asks of the world. `device.app.wiring` alone picks who answers.

Each has one contract suite in tests/contract, which every implementation passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.core.types import (
        Captured,
        Detection,
        Event,
        Job,
        Narration,
        Photo,
        Pixels,
        Played,
        Record,
        Scene,
        Speaking,
        Speech,
        Status,
    )

T = TypeVar("T")


class Clock(Protocol):
    """Time, as the pipeline sees it."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""


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


class FaceDetector(Protocol):
    """Where the faces are."""

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces, from left to right."""


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
    """Sound from sentences."""

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

    def lead_in_seconds(self) -> float:
        """The silence that the next `play` would put before the first sample."""

    def stop(self) -> None:
        """End what plays now, from any thread; without effect where nothing plays."""


class Bus(Protocol):
    """Status to the house. Each call returns at once; what cannot be delivered now is delivered later or dropped."""

    def start(self) -> None:
        """Connect, and keep trying in the background; `availability` says online on each connection."""

    def status(self, status: Status) -> None:
        """What the device is doing; the newest one stays for who comes later."""

    def last(self, record: Record) -> None:
        """What was made of the last photo, without path, hash and name; it stays for who comes later."""

    def event(self, event: Event) -> None:
        """Something that happened once."""

    def stop(self) -> None:
        """Say offline, deliver what is waiting within a few seconds, and disconnect."""


class PhotoStore(Protocol):
    """Photos on disk while they are needed."""

    def keep(self, data: bytes, sha256: str) -> Path:
        """Put the bytes safely on disk (synced, and the folder too) and say where."""

    def remove(self, path: Path) -> None:
        """Delete a kept photo; without effect where it is gone."""


class JobStore(Protocol):
    """The photos to be described, safe against a power cut."""

    def add(self, *, path: Path, name: str, sha256: str) -> Job:
        """A new waiting job, on disk when this returns."""

    def claim(self) -> Job | None:
        """The oldest waiting job, now `working` and with one more attempt on disk; None where none waits."""

    def finish(self, job: Job) -> None:
        """The job is done."""

    def fail(self, job: Job, reason: str) -> None:
        """The job is set aside, with its reason."""

    def recover(self, *, attempts: int) -> tuple[Job, ...]:
        """After a crash: what was `working` waits again, or fails after that many attempts; returns the failed ones."""

    def waiting(self) -> int:
        """How many jobs wait."""
