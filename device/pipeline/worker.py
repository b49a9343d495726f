"""One photo after another, from its claim to its last sample."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from device.core.context import photo
from device.core.errors import BadPhotoError, MissingDeviceError, MissingModelError, StoreError
from device.pipeline.absence import SOUND_AGAIN_SECONDS
from device.pipeline.record import text_of
from device.pipeline.turn import GaveWayError, Turn, weightier
from device.pipeline.waiting import happened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.core.ports import Clock, Executor
    from device.core.types import Described, Job, Played
    from device.pipeline.absence import Absence
    from device.pipeline.books import Books
    from device.pipeline.courtesy import Courtesy
    from device.pipeline.labour import Labour
    from device.pipeline.regrets import Regrets
    from device.pipeline.status import StatusBoard
    from device.pipeline.turn import Cut

_log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 5.0
"""How soon a job is found that another process made to wait again."""

NO_VOICE = "there is no voice"
"""Without the path of its file, for this is shown to whoever sent the photo."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """Describes and speaks the waiting photos. On the loop; the work itself is in the executor's thread.

    Attributes:
        labour: The part of it that blocks.
        books: Where it is written down.
        absence: Whether the loudspeaker is missed, and what waits for it.
        regrets: What is said where there is nothing else to be heard.
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
    rest_seconds: float = 300.0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _halted: bool = False
    _paused: bool = False
    _turn: Turn | None = None
    _job: Job | None = None
    _encore: bool = False
    _rests_from: float | None = None
    _asked: dict[int, Cut] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until `halt` is called."""
        await self.books.recover()
        await self._missing_voice()
        self.board.because("starting", holds=False)
        while not self._halted:
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
        self._halted = True
        self.cut("halt")
        self.wake()

    def pause(self, *, paused: bool) -> None:
        """Speak nothing more until it is called again."""
        self._paused = paused
        self.regrets.pause(paused=paused)
        self.board.pause(paused=paused)
        if paused:
            self.cut("pause")
        self.wake()

    @property
    def paused(self) -> bool:
        """Whether a person asked for silence."""
        return self._paused

    def repeat(self) -> None:
        """Say once more what was said last."""
        self._encore = True
        self.wake()

    def cut(self, why: Cut) -> None:
        """End what is being spoken, or is about to be."""
        self.regrets.cut(why)
        if why == "stop":
            self._encore = False
        if self._turn:
            self._turn.end(why)
        elif self._job:
            # The store failed, and its next turn is yet to come.
            self._ask(self._job, why)

    def forget(self, jobs: Sequence[Job]) -> None:
        """These are forgotten: end what is being spoken or looked at, if it is one of them, and leave nothing of it."""
        self._encore = False
        working = [job for job in jobs if job.state == "working"]
        if self._job is None or self._job.id in {job.id for job in working}:
            self.cut("forget")
        for job in working:
            # One may be claimed, and not yet be at work.
            self._ask(job, "forget")

    def expect_press(self) -> None:
        """A person has pressed a button, and the photo is being taken: do not begin with another one until it is there.

        What is only looked at is left for later; what is heard goes on until there is something else to be heard.
        """
        if self._turn and not self._turn.begun:
            self.make_way()

    def make_way(self) -> None:
        """The photo of a person who waits is there: end what is being said, unless another one had waited for it.

        Whoever had sent a photo hears it all afterwards; what the slideshow was saying is not said again.
        """
        if self._job and self._job.source != "button":
            self.cut("press")

    async def _next(self) -> Job | None:
        self._woken.clear()
        await self.books.tidy()
        await self.courtesy.until_it_came()
        # Whoever resumes meanwhile gets what waits before what was said.
        paused = self._paused
        await self.absence.look()
        # What is to be heard waits for the loudspeaker, but not what is to be looked at.
        job = None if paused else await self.books.claim(to_look=self.absence.holds)
        await self.books.count()
        if job:
            self._rests_from = None
            return job
        if self._encore and not (paused or self._paused or self.absence.holds):
            await self._speak_again()
            return None
        self.board.show("idle")
        if not (self._woken.is_set() or self._paused):
            self.idle.set()
        await self._rest()
        again = SOUND_AGAIN_SECONDS if self.absence.holds else LOOK_AGAIN_SECONDS
        await happened(self._woken, self.clock, within_seconds=again)
        return None

    async def _see_through(self, job: Job) -> None:
        self._job = job
        try:
            while True:
                try:
                    return await self._work(job)
                except StoreError as error:
                    if self._halted:
                        self.books.failed(error)
                        return None
                    self._regret(error, job)
                    now = await self.books.again(job, error)
                    if now is None:
                        return await self.books.forget(job)
                    self._job = job = now
        finally:
            self._job = None

    async def _work(self, job: Job) -> None:
        turn = self._new_turn()
        noted: list[asyncio.Task[Job]] = []

        def note() -> None:
            """Store the description, as soon as it is known: on the loop, once."""
            if turn.described and turn.cut != "forget" and not noted:
                noted.append(asyncio.ensure_future(self.books.describe(job, turn.described)))

        trouble: Exception | None = None
        played: Played | None = None
        try:
            played = await self._attempt(job, turn, note)
        except Exception as error:  # noqa: BLE001 - each kind has its answer in `_close`
            trouble = error
        note()
        await asyncio.gather(*noted)
        try:
            await self._close(job, turn, played, trouble)
            await self.executor.run(self.labour.let_go)
        except StoreError:
            # What somebody asked of this turn holds for the next one.
            if turn.cut:
                self._ask(job, turn.cut)
            raise
        finally:
            self._turn = None

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
                self._regret(error, job)
            return error
        self.board.because("no_voice", holds=False)
        return None

    def _is_heard(self, turn: Turn) -> None:
        """Nothing that is needed for it was missing, where something of it was heard."""
        if turn.begun:
            self.board.because("no_audio", holds=False)
            self.board.because("no_voice", holds=False)

    def _regret(self, error: Exception, job: Job) -> None:
        self.regrets.hear(error, source=job.source, photo=job.id)

    def _new_turn(self) -> Turn:
        """What is spoken from now on; over at once where somebody asked for silence while the store was waited for."""
        # What the slideshow was saying is not said again.
        self._turn = turn = Turn(anew=self._job is not None and self._job.source != "camera")
        if self._halted or self._paused:
            turn.end("halt" if self._halted else "pause")
        asked = self._asked.pop(self._job.id, None) if self._job else None
        if asked:
            turn.end(asked)
        return turn

    def _ask(self, job: Job, why: Cut) -> None:
        """Its next turn is over before it begins."""
        self._asked[job.id] = weightier(self._asked.get(job.id), why)

    def _say(self, text: str, turn: Turn) -> None:
        if self._turn is not turn or turn.cut == "forget":
            # It was over before the loop heard of it.
            return
        self.board.speaking(text)

    async def _close(self, job: Job, turn: Turn, played: Played | None, trouble: Exception | None) -> None:
        """Write down what became of it."""
        if turn.cut == "forget":
            await self.books.forget(job)
            return
        match trouble:
            case None | GaveWayError():
                self._is_heard(turn)
                await self._end(job, turn, played)
            case BadPhotoError():
                self._regret(trouble, job)
                await self.books.set_aside(job, str(trouble), code=trouble.code, needed=False)
            case MissingDeviceError():
                self.board.because("no_audio", holds=True)
                self.absence.begins(job, turn)
                if turn.cut and not turn.is_for_later():
                    # Whoever stopped it does not want to hear it when the loudspeaker is there again.
                    await self._end(job, turn, None)
                elif self.absence.keeps(job):
                    _log.warning("photo %d waits: %s", job.id, trouble)
                    await self.books.release(replace(job, begun=False))
                else:
                    await self.books.set_aside(job, str(trouble), code="no_audio")
            case MissingModelError():
                self.board.because("no_voice", holds=True)
                self._regret(trouble, job)
                _log.warning("%s", trouble)
                await self.books.set_aside(job, NO_VOICE, code="no_voice")
            case StoreError():
                raise trouble
            case _:
                _log.error("photo %d: a mistake in voxframe", job.id, exc_info=trouble)
                await self.books.set_aside(job, f"{type(trouble).__name__}: {trouble}", code="crashed")

    async def _end(self, job: Job, turn: Turn, played: Played | None) -> None:
        # Whoever cuts it after its last sample has cut nothing: it is not said anew.
        whole = played is not None and played.complete and played.seconds > 0
        if not whole and (self._is_for_later(job, turn) or self._waits_for_sound(job, turn)):
            await self.books.release(job)
            # A failing disk may have been waited for, and somebody may have stopped it meanwhile.
            if turn.cut == "stop":
                self._ask(job, "stop")
            return
        self.absence.done(job)
        await self.books.finish(
            job,
            heard=turn.described if turn.begun else None,
            spoken_seconds=played.seconds if played and whole else None,
        )

    def _is_for_later(self, job: Job, turn: Turn) -> bool:
        """Whether something of it is still to be done."""
        if job.record is None and turn.described is None:
            return True
        return not job.begun and turn.is_for_later()

    def _waits_for_sound(self, job: Job, turn: Turn) -> bool:
        """Whether it was only looked at, and is to be heard when the loudspeaker is there again."""
        silent = job.begun or turn.begun or turn.cut or self.labour.hush.reason()
        return self.absence.keeps(job) and not silent

    async def _speak_again(self) -> None:
        job = await self.books.last()
        asked, self._encore = self._encore, False
        # It may have been stopped meanwhile, or forgotten.
        if not asked or job is None or job.record is None or self.labour.hush.reason():
            return
        turn = self._new_turn()
        self._say(text_of(job.record), turn)
        try:
            await self.executor.run(partial(self.labour.speak, job, job.record, turn, once=False))
        except MissingDeviceError as error:
            _log.warning("%s", error)
            self.board.because("no_audio", holds=True)
        except MissingModelError:
            self.board.because("no_voice", holds=True)
            self.regrets.say("no_voice", pressed=True)
        else:
            self._is_heard(turn)
        finally:
            self._turn = None

    async def _rest(self) -> None:
        """After a while without work, let go of what it takes."""
        now = self.clock.monotonic()
        if self._rests_from is None:
            self._rests_from = now + self.rest_seconds
        elif now >= self._rests_from:
            self._rests_from = math.inf
            await self.executor.run(self.labour.rest)
