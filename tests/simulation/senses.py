"""The eyes and the voice of a simulated device: slow in virtual time, and sometimes worse."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from device.core.errors import BadPhotoError, MissingModelError
from device.core.types import Claim, Mark, Pixels, SpeechChunk, Utterance
from tests import factories
from tests.simulation.photos import kind_of, number_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from device.core.ports import Files
    from device.core.types import Detection, Narration, Photo, Regret, Scene, Speaking, Speech
    from tests.simulation.loop import SimLoop

SAMPLE_RATE = 50
"""Few samples, so that a second of sound costs nothing."""

VOICELESS = "the voice is missing"


@dataclass(slots=True)
class Mood:
    """How the senses do at the moment; the world changes it.

    Attributes:
        looking_seconds: How long a photo is looked at, at most.
        work: Seconds of work for a second of speech, 0.2 to 3.
        hangs: Whether the next thing that is looked at or spoken never ends.
        voiceless: Whether somebody has taken the voice away.
        was_voiceless: Whether that ever happened.
        hung_at: When something began to hang in this life.
        poisoned: Called by a photo that ends the process.
        looks: Told when a photo is about to be looked at.
        hung: Told when something has begun to hang.
    """

    looking_seconds: float = 1.0
    work: float = 0.2
    hangs: bool = False
    voiceless: bool = False
    was_voiceless: bool = False
    hung_at: float | None = None
    poisoned: Callable[[], None] = field(default=lambda: None)
    looks: Callable[[Path], None] = field(default=lambda _: None)
    hung: Callable[[], None] = field(default=lambda: None)

    def take_time(self, loop: SimLoop, seconds: float) -> None:
        """Let it pass; for ever, where something hangs."""
        if self.hangs:
            self.hung_at = loop.time()
            self.hung()
        loop.block(1e9 if self.hangs else seconds)


class SimEyes:
    """Decoder, detector, analyser and narrator of one life."""

    def __init__(self, *, files: Files, loop: SimLoop, random: Random, mood: Mood) -> None:
        self._files = files
        self._loop = loop
        self._random = random
        self._mood = mood

    def inspect(self, path: Path) -> Photo:
        self._mood.looks(path)
        data = b"".join(self._files.chunks(path))
        kind = kind_of(data)
        if kind == "broken":
            raise BadPhotoError("broken", f"{path} is damaged")
        if kind == "poison":
            self._mood.poisoned()
        if kind == "mistake":
            raise ValueError("nobody thought of this")
        # Which one it is goes with it as its size: nobody else asks for that.
        return factories.photo(path, sha256=sha256(data).hexdigest(), format=kind, size_bytes=number_of(data))

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        del photo, long_side
        self._pass_time()
        return Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1.0)

    def let_go(self) -> None:
        """Nothing is held."""

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        del pixels
        self._pass_time()
        return ()

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        del detections
        return factories.scene(claims=(_which(photo),))

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        del pixels
        self._pass_time()
        if photo.format == "late":
            raise BadPhotoError("broken", f"{photo.path} is damaged further down")
        return self.glance(photo, detections)

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
        del speaking
        number = scene.claims[0].value
        return [
            Utterance(speaker="narrator", text=f"Photo {number}, {each}.", language="en", because=())
            for each in range(1 + seed % 3)
        ]

    def _pass_time(self) -> None:
        self._mood.take_time(self._loop, self._random.random() * self._mood.looking_seconds / 3)


def _which(photo: Photo) -> Claim:
    return factories.claim(value=photo.size_bytes)


def recorded(_regret: Regret) -> Speech:
    """Two seconds."""
    return [SpeechChunk(pcm=np.full(2 * SAMPLE_RATE, 9000, np.int16), sample_rate=SAMPLE_RATE, utterance=0)]


class SimVoice:
    """The synthesiser of one life; it makes chunk after chunk while it is listened to."""

    voice = "simulated"

    def __init__(self, *, loop: SimLoop, random: Random, mood: Mood) -> None:
        self._loop = loop
        self._random = random
        self._mood = mood

    @property
    def sample_rate(self) -> int:
        self._loop.life.check()
        if self._mood.voiceless:
            raise MissingModelError(VOICELESS)
        return SAMPLE_RATE

    def synthesise(self, utterances: Narration) -> Speech:
        place = 0
        for index, utterance in enumerate(utterances):
            lengths = [self._random.randint(20, 100) for _ in range(self._random.randint(1, 3))]
            # What will be heard when is known with the first chunk.
            marks = []
            for samples in lengths:
                marks.append(Mark(kind="sentence", text=utterance.text, first=place, end=place + samples))
                place += samples
            for samples in lengths:
                self._mood.take_time(self._loop, samples / SAMPLE_RATE * self._mood.work)
                pcm = np.full(samples, 9000, np.int16)
                yield SpeechChunk(pcm=pcm, sample_rate=SAMPLE_RATE, utterance=index, marks=tuple(marks))
                marks.clear()
