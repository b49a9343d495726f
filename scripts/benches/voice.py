"""voxframe's voice as the benches of it drive it: what they know of its insides is here and nowhere else."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, cast

from device.app.settings import Settings, VoiceSettings
from device.app.wiring import Wiring
from device.core.types import Utterance
from device.voice.engine import NEUTRAL
from device.voice.piper import PiperEngine
from scripts.benches.best_schedule import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from device.core.ports import Synthesiser
    from device.core.types import Speech
    from device.voice.schedule import Course, Schedule

VOICE = "en_US-joe-medium"
LANGUAGE = "en"


def voice_settings() -> dict[str, object]:
    """What the benches change: nothing may come from an earlier time, and the voice stays until it is told to go."""
    wanted: dict[str, object] = {"name": VOICE, "cache_megabytes": 0, "idle_seconds": 0}
    known = {each.name for each in fields(VoiceSettings)}
    return {name: value for name, value in wanted.items() if name in known}


def wiring() -> Wiring:
    """Everything with these settings."""
    return Wiring(Settings(voice=VoiceSettings(**voice_settings())))  # type: ignore[arg-type]


def say(synthesiser: Synthesiser, text: str) -> Speech:
    """The sound of the text, as it is made."""
    return synthesiser.synthesise([Utterance(speaker="narrator", text=text, language=LANGUAGE, because=())])


class NoStreamError(Exception):
    """The voice makes whole sentences here; the message says why."""


class BareEngine:
    """The engine without thread, schedule and levelling: what a call costs whoever plans them.

    Raises:
        NoStreamError: The voice was not prepared for this processor, or cannot be.
    """

    def __init__(self, world: Wiring) -> None:
        engine = world.voices().engine(LANGUAGE)
        if not isinstance(engine, PiperEngine):
            raise NoStreamError(world.voices().how_it_speaks())
        self._engine = engine
        self.look_ahead = engine.stream.plan.look_ahead
        self.hop = engine.stream.plan.hop
        self.frame_seconds = self.hop / engine.sample_rate

    def calls(self, text: str, sizes: Sequence[int]) -> list[Call]:
        """Make the sentence by calls of these sizes, round and round, and time each."""
        engine = replace(self._engine, schedule=cast("Schedule", _Fixed(sizes)))
        return list(_timed(engine, text, self.hop))


@dataclass(slots=True)
class _Fixed:
    """Stands where the engine's schedule does, and takes sizes from a list."""

    sizes: Sequence[int]
    _given: int = 0

    def frames(self, course: Course, *, done: int) -> int:
        size = self.sizes[self._given % len(self.sizes)]
        self._given += 1
        left = course.frames - done
        # The last call gives what the stream looks ahead, and at least one frame more.
        return size if size < left - course.look_ahead else left

    def monotonic(self) -> float:
        return time.perf_counter()

    def took(self, frames: int, seconds: float) -> None:
        """Nothing is learnt."""


def _timed(engine: PiperEngine, text: str, hop: int) -> Iterator[Call]:
    sound = engine.say(text, manner=NEUTRAL, seed=0)
    while True:
        wall, cpu = time.perf_counter(), time.thread_time()
        stretch = next(sound, None)
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
        if stretch is None:
            return
        yield Call(frames=len(stretch.samples) // hop, wall=wall, cpu=cpu)
