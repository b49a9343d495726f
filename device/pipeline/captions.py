"""Captions of what is heard at this moment: the player says how far it is, and each appears when it is heard."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from device.core.types import Caption
from device.pipeline.waiting import happened
from device.text.captions import Said, cues_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.ports import Clock, Executor, Player
    from device.core.types import Job, Speech, SpeechChunk, Utterance

SOON_SECONDS = 0.005
"""A caption that is due so soon is shown now: nobody sees the difference, and a clock is not that exact."""

LOOK_AGAIN_SECONDS = 0.05
"""How soon a player is asked again that does not yet say how far it is, or that waits for its voice."""


@dataclass(slots=True, eq=False)
class _Followed:
    """A speech, and what of it is not yet heard."""

    player: Player
    captions: deque[Caption] = field(default_factory=deque)
    position: float | None = None


class LiveCaptions:
    """The caption of this moment: it stays until the next, or until the speech is over, and is stored nowhere.

    On the loop, but for `following`.

    Args:
        clock: Sleeps until a caption is due.
        executor: Brings what passes in the thread that speaks to the loop.

    Attributes:
        shown: What is heard, or None.
        number: How often it has changed.
    """

    def __init__(self, *, clock: Clock, executor: Executor) -> None:
        self.shown: Caption | None = None
        self.number = 0
        self._clock = clock
        self._executor = executor
        self._speech: _Followed | None = None
        self._news = asyncio.Event()
        self._changed = asyncio.Event()

    @contextmanager
    def following(
        self, job: Job, player: Player, says: Callable[[int], Utterance]
    ) -> Iterator[Callable[[Speech], Speech]]:
        """While a speech is played: what it gives watches the speech go by on its way to the player.

        In the thread that plays.

        Args:
            job: What is spoken of.
            player: Says how far it is.
            says: The utterance of that number in this speech.
        """
        speech = _Followed(player)
        self._executor.post(partial(self._begin, speech))

        def hearing(chunks: Speech) -> Iterator[SpeechChunk]:
            for chunk in chunks:
                if chunk.marks:
                    captions = _captions(job, says(chunk.utterance), chunk)
                    self._executor.post(partial(self._add, speech, captions))
                yield chunk

        try:
            yield hearing
        finally:
            self._executor.post(partial(self._end, speech))

    async def changed(self, *, since: int) -> None:
        """Return when `number` is another one."""
        while self.number == since:
            await self._changed.wait()

    async def run(self) -> None:
        """Show each caption when it is due, until it is cancelled."""
        while True:
            self._news.clear()
            seconds = self._show_what_is_heard()
            if seconds is None:
                await self._news.wait()
            else:
                await happened(self._news, self._clock, within_seconds=seconds)

    def _show_what_is_heard(self) -> float | None:
        """Show what is due; returns in how many seconds the next one is, or None where nothing is known of one."""
        speech = self._speech
        if speech is None or not speech.captions:
            return None
        position, before = speech.player.position_seconds(), speech.position
        speech.position = position
        if position is None:
            return LOOK_AGAIN_SECONDS
        heard = None
        while speech.captions and speech.captions[0].cue.start <= position + SOON_SECONDS:
            heard = speech.captions.popleft()
        if heard:
            self._show(heard)
        if not speech.captions:
            return None
        # A player that waits for its voice stands still in front of a caption.
        return LOOK_AGAIN_SECONDS if position == before else speech.captions[0].cue.start - position

    def _begin(self, speech: _Followed) -> None:
        self._speech = speech

    def _add(self, speech: _Followed, captions: list[Caption]) -> None:
        speech.captions.extend(captions)
        self._news.set()

    def _end(self, speech: _Followed) -> None:
        if self._speech is speech:
            self._speech = None
            self._show(None)

    def _show(self, caption: Caption | None) -> None:
        if caption is not self.shown:
            self.shown = caption
            self.number += 1
            self._changed.set()
            self._changed = asyncio.Event()


def _captions(job: Job, utterance: Utterance, chunk: SpeechChunk) -> list[Caption]:
    cues = cues_of([Said(marks=chunk.marks)], sample_rate=chunk.sample_rate)
    return [Caption(photo=job.id, speaker=utterance.speaker, language=utterance.language, cue=cue) for cue in cues]
