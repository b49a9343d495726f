"""Narration to played: the half that is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Audio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """

    audio: Audio
    played: Played
    first_audio_ms: float | None
    synthesis_ms: float


def speak(narration: Sequence[Utterance], *, synthesiser: Synthesiser, player: Player, clock: Clock) -> Spoken:
    """Speak the sentences and return when the last sample has left the player.

    Raises:
        MissingDeviceError: The sink is not there.
    """
    meter = _Meter(clock, lead_in_seconds=player.lead_in_seconds())
    played = player.play(meter.through(synthesiser.synthesise(narration)))
    return Spoken(
        audio=Audio(seconds=meter.seconds, sample_rate=synthesiser.sample_rate, voice=synthesiser.voice),
        played=played,
        first_audio_ms=meter.first_audio_ms,
        synthesis_ms=meter.synthesis_ms,
    )


def with_speech(described: Described, spoken: Spoken) -> Described:
    """The description with what was heard of it, its timings added up."""
    before = described.timings
    silent_ms = before.total_ms or 0.0
    first_ms = None if spoken.first_audio_ms is None else silent_ms + spoken.first_audio_ms
    timings = replace(
        before,
        first_audio_ms=first_ms,
        synthesis_ms=spoken.synthesis_ms,
        total_ms=silent_ms + spoken.synthesis_ms,
    )
    return replace(described, audio=spoken.audio, timings=timings)


class _Meter:
    """Watches a speech on its way to the player: how long it took to make, and when it was first heard."""

    def __init__(self, clock: Clock, *, lead_in_seconds: float) -> None:
        self._clock = clock
        self._lead_in_ms = lead_in_seconds * 1000
        self._start = clock.monotonic()
        self.synthesis_ms = 0.0
        self.first_audio_ms: float | None = None
        self.seconds = 0.0

    def through(self, speech: Speech) -> Iterator[SpeechChunk]:
        asked = self._clock.monotonic()
        for chunk in speech:
            made = self._clock.monotonic()
            self.synthesis_ms += (made - asked) * 1000
            if self.first_audio_ms is None:
                self._look_for_sound(chunk, made)
            self.seconds += chunk.seconds
            yield chunk
            asked = self._clock.monotonic()
        self.synthesis_ms += (self._clock.monotonic() - asked) * 1000

    def _look_for_sound(self, chunk: SpeechChunk, made: float) -> None:
        audible = np.flatnonzero(np.abs(chunk.pcm.astype(np.int32)) >= AUDIBLE)
        if len(audible):
            silence_ms = (self.seconds + audible[0] / chunk.sample_rate) * 1000
            self.first_audio_ms = (made - self._start) * 1000 + self._lead_in_ms + silence_ms
