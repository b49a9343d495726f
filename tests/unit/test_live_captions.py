"""A caption appears when its first word is heard, by what the player says, and nobody looks more often than that."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Job, Mark, SpeechChunk
from device.pipeline.captions import LOOK_AGAIN_SECONDS, LiveCaptions
from device.playback.null import NullPlayer
from tests import factories
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from device.core.types import Utterance

JOB = Job(id=7, path=Path("x"), name="a.jpg", sha256="0", state="working", attempts=1, reason=None)
RATE = 1000
TEXTS = ("One.", "Two.", "Three.")
LONG = 30.0


class Player(NullPlayer):
    """Is as far as a test says."""

    position: float | None = None
    asked = 0

    def position_seconds(self) -> float | None:
        self.asked += 1
        return self.position


class Posts:
    """Brings what a thread posts to the loop; here the test is both."""

    def post(self, call: Callable[[], None], /) -> None:
        asyncio.get_running_loop().call_soon(call)

    async def run(self, _work: object, /) -> None:
        raise NotImplementedError


class Stage:
    def __init__(self) -> None:
        self.clock, self.player = HandClock(), Player()
        self.captions = LiveCaptions(clock=self.clock, executor=Posts())  # type: ignore[arg-type]  # no work is done

    @contextmanager
    def plays(self, *numbers: int) -> Iterator[None]:
        with self.captions.following(JOB, self.player, says) as hearing:
            assert [chunk.utterance for chunk in hearing(map(sentence, numbers))] == list(numbers), "all go by"
            yield

    async def sleeps(self, seconds: float) -> None:
        async with asyncio.timeout(LONG):
            await self.clock.until_somebody_sleeps(seconds)

    async def shows(self, text: str | None) -> None:
        async with asyncio.timeout(LONG):
            while self.shown != text:
                await self.captions.changed(since=self.captions.number)

    @property
    def shown(self) -> str | None:
        shown = self.captions.shown
        return shown.cue.text if shown else None

    def go_on(self, seconds: float, *, heard: float | None = None) -> None:
        """Let the time pass, and so much be heard, where that is not the same."""
        assert self.player.position is not None
        self.player.position += seconds if heard is None else heard
        self.clock.advance(seconds)


@asynccontextmanager
async def on_stage() -> AsyncIterator[Stage]:
    stage = Stage()
    task = asyncio.create_task(stage.captions.run())
    yield stage
    task.cancel()


def sentence(number: int) -> SpeechChunk:
    """A sentence of two seconds."""
    first = number * 2 * RATE
    mark = Mark(kind="sentence", text=TEXTS[number], first=first, end=first + 2 * RATE)
    return SpeechChunk(pcm=np.ones(2 * RATE, np.int16), sample_rate=RATE, utterance=number, marks=(mark,))


def says(number: int) -> Utterance:
    return factories.utterance(TEXTS[number], speaker=number)


def test_each_is_shown_when_it_is_heard_and_none_when_it_is_over() -> None:
    async def story() -> None:
        async with on_stage() as stage:
            stage.player.position = -0.12
            with stage.plays(0, 1, 2):
                await stage.sleeps(0.12)
                assert stage.shown is None, "an amplifier wakes"
                for seconds, text in ((0.12, "One."), (2.0, "Two."), (2.0, "Three.")):
                    await stage.sleeps(seconds)
                    stage.go_on(seconds)
                    await stage.shows(text)
                    shown = stage.captions.shown
                    assert shown is not None
                    assert (shown.photo, shown.language, TEXTS[int(shown.speaker)]) == (7, "en", text)
                assert stage.player.asked == 4, "once for each, and when the first was made"
            await stage.shows(None)

    asyncio.run(story())


def test_a_player_that_waits_for_its_voice_is_waited_for() -> None:
    async def story() -> None:
        async with on_stage() as stage:
            stage.player.position = 0.5
            with stage.plays(0, 1):
                await stage.shows("One.")
                await stage.sleeps(1.5)
                stage.go_on(1.5, heard=1.4)
                await stage.sleeps(0.1)
                stage.go_on(0.1, heard=0.0)
                await stage.sleeps(LOOK_AGAIN_SECONDS)
                assert stage.shown == "One."
                stage.go_on(LOOK_AGAIN_SECONDS, heard=0.1)
                await stage.shows("Two.")

    asyncio.run(story())


def test_what_was_heard_meanwhile_is_passed_over() -> None:
    async def story() -> None:
        async with on_stage() as stage:
            stage.player.position = 4.5
            with stage.plays(0, 1, 2):
                await stage.shows("Three.")
                assert stage.captions.number == 1

    asyncio.run(story())


def test_a_file_is_heard_by_nobody_and_has_none() -> None:
    async def story() -> None:
        async with on_stage() as stage:
            with stage.plays(0):
                await stage.sleeps(LOOK_AGAIN_SECONDS)
                stage.clock.advance(LOOK_AGAIN_SECONDS)
                await stage.sleeps(LOOK_AGAIN_SECONDS)
            assert stage.captions.number == 0

    asyncio.run(story())


def test_the_next_speech_begins_anew() -> None:
    async def story() -> None:
        async with on_stage() as stage:
            stage.player.position = 0.1
            with stage.plays(0, 1):
                await stage.shows("One.")
            await stage.shows(None)
            stage.player.position = 3.0
            with stage.plays(0):
                await stage.shows("One.")
                assert stage.captions.number == 3, "not what was left of the one before"

    asyncio.run(story())
