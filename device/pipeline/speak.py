"""Narration to played: the half that is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Audio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from device.core.ports import Clock, Player, Synthesiser
    from device.core.types import Described, Played, Speech, SpeechChunk, Utterance

AUDIBLE = round(10 ** (-40 / 20) * 32768)
"""The smallest 16-bit sample that counts as audible: -40 dBFS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a narration became.

    Attributes:
        audio: The sound that was made.
        played: What the player did with it.
        first_audio_ms: From the moment the speaking was asked for to the first audible sample handed over, the
            player's lead-in silence counted; None where nothing audible came.
        synthesis_ms: The time the voice took for all of it, playing apart.
        cached: How many utterances were not made but kept from an earlier time.
    """

    audio: Audio
    played: Played
    first_audio_ms: float | None
    synthesis_ms: float
    cached: int


def speak(
    narration: Iterable[Utterance],
    *,
    synthesiser: Synthesiser,
    player: Player,
    clock: Clock,
    passing: Callable[[Speech], Speech] = iter,
) -> Spoken:
    """Speak the sentences and return when the last sample has left the player.

    Args:
        narration: The sentences; the voice may draw them one by one, from a thread of its own.
        synthesiser: The voice.
        player: Where the sound goes.
        clock: What the times are taken by.
        passing: Sees the speech go by on its way to the player, in the thread of whoever calls.

    Raises:
        MissingDeviceError: The sink is not there.
        MissingModelError: There is no voice.
    """
    # Asked now: once something was heard, it is too late to learn that there is no voice.
    sample_rate, voice = synthesiser.sample_rate, synthesiser.voice
    # Before the first sample is drawn, which counts as its beginning.
    player.reach(sample_rate)
    meter = _Meter(clock, lead_in_seconds=player.lead_in_seconds())
    played = player.play(meter.through(passing(synthesiser.synthesise(narration))))
    return Spoken(
        audio=Audio(seconds=meter.seconds, sample_rate=sample_rate, voice=voice),
        played=played,
        first_audio_ms=meter.first_audio_ms,
        synthesis_ms=meter.synthesis_ms,
        cached=len(meter.cached),
    )


def with_speech(described: Described, spoken: Spoken, *, asked_ms: float | None = None) -> Described:
    """The description with what was heard of it, its timings added up.

    Args:
        described: What was spoken.
        spoken: What became of it.
        asked_ms: How long after the start of the request the speaking was asked for; None for after all else.
    """
    before = described.timings
    silent_ms = before.total_ms or 0.0
    asked_ms = silent_ms if asked_ms is None else asked_ms
    first_ms = None if spoken.first_audio_ms is None else asked_ms + spoken.first_audio_ms
    timings = replace(
        before,
        first_audio_ms=first_ms,
        synthesis_ms=spoken.synthesis_ms,
        total_ms=max(silent_ms + spoken.synthesis_ms, first_ms or 0.0),
        cached=spoken.cached,
    )
    return replace(described, audio=spoken.audio, timings=timings)


class _Meter:
    """Watches a speech on its way to the player: how long it took to make, and when it was first heard."""

    def __init__(self, clock: Clock, *, lead_in_seconds: float) -> None:
        self._clock = clock
        self._lead_in = lead_in_seconds
        self._start = clock.monotonic()
        self._heard_until: float | None = None
        self.synthesis_ms = 0.0
        self.first_audio_ms: float | None = None
        self.seconds = 0.0
        self.cached: set[int] = set()

    def through(self, speech: Speech) -> Iterator[SpeechChunk]:
        for chunk in speech:
            if self.first_audio_ms is None:
                self._look_for_sound(chunk)
            self.synthesis_ms += chunk.making_seconds * 1000
            self.seconds += chunk.seconds
            if chunk.cached:
                self.cached.add(chunk.utterance)
            yield chunk

    def _look_for_sound(self, chunk: SpeechChunk) -> None:
        """A chunk is heard once it is there and what came before is over: silence is played while the next is made."""
        now = self._clock.monotonic()
        heard = now + self._lead_in if self._heard_until is None else max(now, self._heard_until)
        self._heard_until = heard + chunk.seconds
        audible = np.flatnonzero(np.abs(chunk.pcm.astype(np.int32)) >= AUDIBLE)
        if len(audible):
            self.first_audio_ms = (heard - self._start + audible[0] / chunk.sample_rate) * 1000
