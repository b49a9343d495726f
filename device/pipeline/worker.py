"""One photo after another, from its claim to its last sample."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from device.core.context import photo
from device.core.errors import MissingDeviceError, MissingModelError, StoreError
from device.pipeline.absence import SOUND_AGAIN_SECONDS
from device.pipeline.at_work import AtWork
from device.pipeline.record import text_of
from device.pipeline.waiting import happened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.core.ports import Clock, Executor
    from device.core.types import Described, Job, Played
    from device.pipeline.absence import Absence
    from device.pipeline.books import Books
    from device.pipeline.closing import Closing
    from device.pipeline.courtesy import Courtesy
    from device.pipeline.labour import Labour
    from device.pipeline.regrets import Regrets
    from device.pipeline.status import StatusBoard
    from device.pipeline.turn import Cut, Turn

_log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 5.0
"""How soon a job is found that another process made to wait again."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """Describes and speaks the waiting photos. On the loop; the work itself is in the executor's thread.

    Attributes:
        labour: The part of it that blocks.
        books: Where it is written down.
        absence: Whether the loudspeaker is missed, and what waits for it.
        regrets: What is said where there is nothing else to be heard.
        closing: What becomes of a photo in the end.
        courtesy: Whether somebody pressed a button, and no other photo is to be begun.
        rest_seconds: After so long without work, what it takes is let go.
        idle: Set while no photo waits.
    """

    clock: Clock
    executor: Executor
    labour: Labour
    books: Books
    board: StatusBoard
    courtesy: Courtesy
    absence: Absence
    regrets: Regrets
    closing: Closing
    rest_seconds: float = 300.0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _now: AtWork = field(default_factory=AtWork)
    _encore: bool = False
    _rests_from: float | None = None

    async def run(self) -> None:
        """Work until `halt` is called."""
        await self.books.recover()
        await self._missing_voice()
        self.board.because("starting", holds=False)
        while not self._now.halted:
            job = await self._next()
            if job:
                photo.set(job.id)
                await self._see_through(job)
                photo.set(None)

    def wake(self) -> None:
        """There may be something to do."""
        self.idle.clear()
        self._woken.set()

    def halt(self) -> None:
        """End what is being spoken, and then `run`."""
        self._now.halted = True
        self.cut("halt")
        self.wake()

    def pause(self, *, paused: bool) -> None:
        """Speak nothing more until it is called again."""
        self._now.paused = paused
        self.regrets.pause(paused=paused)
        self.board.pause(paused=paused)
        if paused:
            self.cut("pause")
        self.wake()

    @property
    def paused(self) -> bool:
        """Whether a person asked for silence."""
        return self._now.paused

    def repeat(self) -> None:
        """Say once more what was said last."""
        self._encore = True
        self.wake()

    def cut(self, why: Cut) -> None:
        """End what is being spoken, or is about to be."""
        self.regrets.cut(why)
        if why == "stop":
            self._encore = False
        self._now.cut(why)

    def forget(self, jobs: Sequence[Job]) -> None:
        """These are forgotten: end what is being spoken or looked at, if it is one of them, and leave nothing of it."""
        self._encore = False
        self._now.forget(jobs)

    def expect_press(self) -> None:
        """A person has pressed a button, and the photo is being taken: do not begin with another one until it is there.

        What is only looked at is left for later; what is heard goes on until there is something else to be heard.
        """
        self._now.expect_press()

    def make_way(self) -> None:
        """The photo of a person who waits is there: end what is being said, unless another one had waited for it.

        Whoever had sent a photo hears it all afterwards; what the slideshow was saying is not said again.
        """
        self._now.make_way()

    async def _next(self) -> Job | None:
        self._woken.clear()
        await self.books.tidy()
        await self.courtesy.until_it_came()
        # Whoever resumes meanwhile gets what waits before what was said.
        paused = self._now.paused
        if await self.absence.look():
            # Perhaps nothing is left to be heard by which that would be known.
            self.board.because("no_audio", holds=False)
        # What is to be heard waits for the loudspeaker, but not what is to be looked at.
        job = None if paused else await self.books.claim(to_look=self.absence.holds)
        # From now on it may be stopped; what is counted may wait for something that is said.
        self._now.job = job
        await self.books.count()
        if job:
            self._rests_from = None
            return job
        if self._encore and not (paused or self._now.paused or self.absence.holds):
            await self._speak_again()
            return None
        self.board.show("idle")
        if not (self._woken.is_set() or self._now.paused):
            self.idle.set()
        await self._rest()
        again = SOUND_AGAIN_SECONDS if self.absence.holds else LOOK_AGAIN_SECONDS
        await happened(self._woken, self.clock, within_seconds=again)
        return None

    async def _see_through(self, job: Job) -> None:
        try:
            while True:
                try:
                    return await self._work(job)
                except StoreError as error:
                    if self._now.halted:
                        self.books.failed(error)
                        return None
                    self.regrets.hear_of(error, job)
                    now = await self.books.again(job, error)
                    if now is None:
                        return await self.books.forget(job)
                    self._now.job = job = now
        finally:
            self._now.job = None

    async def _work(self, job: Job) -> None:
        turn = self._now.new_turn()
        noted: list[asyncio.Task[Job]] = []

        def note() -> None:
            """Store the description, as soon as it is known: on the loop, once."""
            if turn.described and turn.cut != "forget" and not noted:
                noted.append(asyncio.ensure_future(self.books.describe(job, turn.described)))

        trouble: Exception | None = None
        played: Played | None = None
        try:
            played = await self._attempt(job, turn, note)
        except Exception as error:  # noqa: BLE001 - each kind has its answer in `Closing`
            trouble = error
        note()
        await asyncio.gather(*noted)
        try:
            waits = await self.closing.close(job, turn, played, trouble)
            await self.executor.run(self.labour.let_go)
            # A failing disk may have been waited for, and somebody may have stopped it meanwhile.
            if waits and turn.cut == "stop":
                self._now.ask(job, "stop")
        except StoreError:
            # What somebody asked of this turn holds for the next one.
            if turn.cut:
                self._now.ask(job, turn.cut)
            raise
        finally:
            self._now.turn = None

    async def _attempt(self, job: Job, turn: Turn, note: Callable[[], None]) -> Played | None:
        """Do what is still to be done; returns what was played, or None where nothing was to be heard."""
        if turn.is_for_later() or turn.cut == "forget":
            return None
        record = job.record
        if record is None:
            self.board.show("looking")
            if job.begun or turn.cut or self.labour.hush.reason() or self.absence.holds:
                await self.executor.run(partial(self.labour.look, job, turn))
                return None
            missing = await self._missing_voice(job)
            if missing:
                # Whoever waits for it hears so before it is looked at.
                await self.regrets.through()
                await self.executor.run(partial(self.labour.look, job, turn))
                raise missing

            def opening(text: str) -> None:
                self.executor.post(partial(self._say, text, turn))

            def known(_: Described) -> None:
                self.executor.post(note)

            return await self.executor.run(partial(self.labour.tell, job, turn, opening=opening, known=known))
        if job.begun or turn.cut or self.labour.hush.reason():
            return None
        self._say(text_of(record), turn)
        heard = self.absence.heard(job)
        return await self.executor.run(partial(self.labour.speak, job, record, turn, heard=heard))

    async def _missing_voice(self, job: Job | None = None) -> MissingModelError | None:
        """Why there is no voice, or None where there is one; who waits for this job hears so at once."""
        try:
            await self.executor.run(self.labour.need_voice)
        except MissingModelError as error:
            self.board.because("no_voice", holds=True)
            if job:
                self.regrets.hear_of(error, job)
            return error
        self.board.because("no_voice", holds=False)
        return None

    def _say(self, text: str, turn: Turn) -> None:
        if self._now.turn is not turn or turn.cut == "forget":
            # It was over before the loop heard of it.
            return
        self.board.speaking(text)

    async def _speak_again(self) -> None:
        job = await self.books.last()
        asked, self._encore = self._encore, False
        # It may have been stopped meanwhile, or forgotten.
        if not asked or job is None or job.record is None or self.labour.hush.reason():
            return
        turn = self._now.new_turn()
        self._say(text_of(job.record), turn)
        try:
            await self.executor.run(partial(self.labour.speak, job, job.record, turn, once=False))
        except MissingDeviceError as error:
            _log.warning("%s", error)
            self.board.because("no_audio", holds=True)
        except MissingModelError:
            self.board.because("no_voice", holds=True)
            self.regrets.say("no_voice", pressed=True)
        except Exception:  # noqa: BLE001 - as with a photo: whatever it is, the daemon goes on
            _log.exception("photo %d could not be said once more: a mistake in voxframe", job.id)
        else:
            self.closing.is_heard(turn)
        finally:
            self._now.turn = None

    async def _rest(self) -> None:
        """After a while without work, let go of what it takes."""
        now = self.clock.monotonic()
        if self._rests_from is None:
            self._rests_from = now + self.rest_seconds
        elif now >= self._rests_from:
            self._rests_from = math.inf
            await self.executor.run(self.labour.rest)
