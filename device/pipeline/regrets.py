"""What is said to somebody who waits for a voice in vain: one short sentence, through the same loudspeaker.

Nothing of it is written down, so that it is heard also where the disk is full, and not heard again after a crash.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from device.core.errors import BadPhotoError, MissingDeviceError, MissingModelError, StoreFullError
from device.core.types import AWAITED
from device.pipeline.gate import NEWS_SECONDS, guarded
from device.pipeline.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Clock, Executor, Player, Synthesiser
    from device.core.types import Job, Regret, Source, Speech, Utterance
    from device.pipeline.quiet import Hush
    from device.pipeline.status import StatusBoard
    from device.pipeline.turn import Cut
    from device.pipeline.watch import Watch

_log = logging.getLogger(__name__)

SAME_AGAIN_SECONDS = 10.0
"""The same is not said again before, but to who presses the button: a flood of bad uploads is no flood of speech."""

MOST_KNOWN = 100
"""Of so many photos it is remembered what was said of them."""


def regret_for(error: BaseException) -> Regret | None:
    """What is to be said of an error, or None where it is nothing for the room."""
    match error:
        case BadPhotoError():
            return "unreadable"
        case StoreFullError():
            return "disk_full"
        case MissingModelError():
            return "no_voice"
        case _:
            return None


def message_of(regret: Regret) -> str:
    """The name of its text, and of its recording."""
    return f"regret-{regret.replace('_', '-')}"


@dataclass(slots=True, kw_only=True)
class Regrets:
    """Says what went wrong, as quietly as all else is said: not in quiet hours, muted or paused, and not later either.

    On the loop; one is said, and at most one waits.

    Attributes:
        executor: Where all is spoken, one after another, so that there are never two voices.
        player: Where a regret is heard.
        sentence: What the voice says.
        recorded: The same as a recording, for a device without a voice.
    """

    clock: Clock
    executor: Executor
    synthesiser: Synthesiser
    player: Callable[[Regret], Player]
    hush: Hush
    watch: Watch
    board: StatusBoard
    sentence: Callable[[Regret], Utterance]
    recorded: Callable[[Regret], Speech]
    _paused: bool = False
    _next: Regret | None = None
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _through: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: Turn | None = None
    _asked_at: dict[Regret, float] = field(default_factory=dict)
    _known: dict[tuple[Regret, int], None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._through.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            regret, self._next = self._next, None
            if regret:
                await self._say(regret)
            if not self._next:
                self._through.set()

    def hear(self, error: BaseException, *, source: Source, photo: int | None = None) -> None:
        """Something went wrong with a photo; said where somebody waits for its voice.

        Args:
            error: What it was.
            source: Where the photo comes from.
            photo: Its number, where it has one: of that it is said once, however often it is tried.
        """
        regret = regret_for(error)
        if regret and source in AWAITED:
            self.say(regret, pressed=source == "button", photo=photo)

    def hear_of(self, error: BaseException, job: Job) -> None:
        """The same, of a photo that is taken in."""
        self.hear(error, source=job.source, photo=job.id)

    def say(self, regret: Regret, *, pressed: bool = False, photo: int | None = None) -> None:
        """Say it as soon as nothing else is said, unless it was said just now.

        Args:
            regret: What it is.
            pressed: Whether somebody pressed a button: they hear it however soon.
            photo: As of `hear`.
        """
        if self._paused or self._next or self.hush.reason():
            return
        now, before = self.clock.monotonic(), self._asked_at.get(regret)
        if not pressed and before is not None and now - before < SAME_AGAIN_SECONDS:
            return
        if photo is not None:
            if (regret, photo) in self._known:
                return
            self._known[regret, photo] = None
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        self._asked_at[regret] = now
        self._next = regret
        self._asked.set()
        self._through.clear()

    async def through(self) -> None:
        """Return when nothing is to be said any more: for who would hold it up with longer work."""
        await self._through.wait()

    def pause(self, *, paused: bool) -> None:
        """Say nothing more until it is called again."""
        self._paused = paused

    def cut(self, why: Cut) -> None:
        """End what is said and forget what waits; for another photo, or because some were forgotten, it goes on."""
        if why in ("press", "forget"):
            return
        self._next = None
        self._paused |= why == "halt"
        if self._turn:
            self._turn.end(why)

    async def _say(self, regret: Regret) -> None:
        self._turn = turn = Turn()

        def begins() -> None:
            self.executor.post(lambda: self.board.regrets(holds=self._turn is turn))

        _log.info("said in the room: %s", regret)
        try:
            await self.executor.run(partial(self._speak, regret, turn, begins))
        except MissingDeviceError as error:
            _log.warning("%s", error)
            self.board.because("no_audio", holds=True)
        except Exception:  # noqa: BLE001 - as with a photo: whatever it is, the daemon goes on
            _log.exception("a regret could not be said: a mistake in voxframe")
        else:
            if turn.begun:
                self.board.because("no_audio", holds=False)
        finally:
            self._turn = None
            self.board.regrets(holds=False)

    def _speak(self, regret: Regret, turn: Turn, begins: Callable[[], None]) -> None:
        # Before the voice is asked, which may take its time, or hang.
        begins()
        with (
            self.watch.during("speaking", within_seconds=NEWS_SECONDS),
            turn.on(self.player(regret)) as player,
        ):
            if regret != "no_voice":
                try:
                    player.reach(self.synthesiser.sample_rate)
                    player.play(self._gate(turn, self.synthesiser.synthesise([self.sentence(regret)])))
                except MissingModelError as error:
                    _log.warning("%s", error)
                    if turn.begun:
                        return
                else:
                    return
            player.play(self._gate(turn, self.recorded(regret)))

    def _gate(self, turn: Turn, speech: Speech) -> Speech:
        return guarded(speech, turn, hush=self.hush, watch=self.watch)
