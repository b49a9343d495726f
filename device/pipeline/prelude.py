"""What is heard before a description, in the same stream: a chime, and that a machine speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import SpeechChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from device.core.ports import Clock, Synthesiser
    from device.core.types import Pcm, Speech, Utterance

NOTICE_AGAIN_SECONDS = 900.0
"""By then somebody else may be in the room: the next description is told of anew."""

PAUSE_SECONDS = 0.4
"""Between the notice and what it is about."""


@dataclass(slots=True, kw_only=True)
class Prelude:
    """Puts it before the speech. For the thread that speaks.

    A chime comes with the first sound of the voice at hand, so that nothing holds up what follows it, and nothing is
    announced that does not come. It belongs to the speech: its lead-in comes before it, its first sample is the one at
    which the speech begins, and marks are counted from there.

    Attributes:
        chime: Makes the sound before what nobody pressed for, for so many samples a second; None for none.
        notice: Says that a machine speaks, in words or by a sound of its own; None for nothing.
    """

    clock: Clock
    synthesiser: Synthesiser
    chime: Callable[[int], Pcm] | None = None
    notice: Utterance | Callable[[int], Pcm] | None = None
    _told_at: float | None = None

    def before(self, speech: Speech, *, called_for: bool) -> Generator[SpeechChunk, None, None]:
        """The speech with what comes before it.

        Args:
            speech: What is said.
            called_for: Whether somebody pressed a button for it, or asked to hear it again: they need no chime.
        """
        notice = self.notice if self._is_due() else None
        sound = None if called_for else self.chime
        voice = iter(speech)
        if notice is not None and callable(notice):
            # One sound is enough.
            sound = notice
        elif notice is not None:
            voice = self._after_words(notice, voice)
        first = next(voice, None)
        if first is None:
            return
        place = 0
        if sound is not None:
            pcm = sound(first.sample_rate)
            yield SpeechChunk(pcm=pcm, sample_rate=first.sample_rate, utterance=first.utterance)
            place = len(pcm)
        if notice is not None and callable(notice):
            self._told_at = self.clock.monotonic()
        for chunk in chain((first,), voice):
            yield _later(chunk, place)

    def _is_due(self) -> bool:
        return self._told_at is None or self.clock.monotonic() - self._told_at >= NOTICE_AGAIN_SECONDS

    def _after_words(self, notice: Utterance, speech: Iterator[SpeechChunk]) -> Iterator[SpeechChunk]:
        place = 0
        for chunk in self.synthesiser.synthesise([notice]):
            yield chunk
            place += len(chunk.pcm)
        self._told_at = self.clock.monotonic()
        for number, chunk in enumerate(speech):
            if number == 0:
                pause = np.zeros(round(PAUSE_SECONDS * chunk.sample_rate), np.int16)
                yield SpeechChunk(pcm=pause, sample_rate=chunk.sample_rate, utterance=chunk.utterance)
                place += len(pause)
            yield _later(chunk, place)


def _later(chunk: SpeechChunk, by: int) -> SpeechChunk:
    """The chunk, where so many samples come before its speech."""
    if not (by and chunk.marks):
        return chunk
    marks = tuple(replace(mark, first=mark.first + by, end=mark.end + by) for mark in chunk.marks)
    return replace(chunk, marks=marks)
