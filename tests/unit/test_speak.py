"""The time to the first sound is that of the first sample somebody can hear, what comes before it counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import Described, SpeechChunk, Timings
from device.pipeline.speak import speak, with_speech
from device.playback.null import NullPlayer
from tests import factories
from tests.clock import HandClock

if TYPE_CHECKING:
    from device.core.types import Narration, Speech

RATE = 1000


class SlowVoice:
    """Takes some time for each chunk; the first is silent, the second has silence in front."""

    voice = "slow"
    sample_rate = RATE

    def __init__(self, clock: HandClock, *, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    def synthesise(self, utterances: Narration) -> Speech:
        del utterances
        for pcm in (np.zeros(300), np.concatenate([np.full(200, 300), np.full(100, -400)]), np.full(50, 9000)):
            self._clock.seconds += self._seconds
            yield SpeechChunk(
                pcm=pcm.astype(np.int16), sample_rate=RATE, utterance=0, making_seconds=self._seconds, cached=True
            )


class Sleeper(NullPlayer):
    """An amplifier that has to be woken."""

    def lead_in_seconds(self) -> float:
        return 0.12


@pytest.mark.parametrize(("player", "lead_in"), [(NullPlayer(), 0), (Sleeper(), 120)])
def test_silence_in_front_and_lead_in_are_counted(player: NullPlayer, lead_in: int) -> None:
    clock = HandClock()
    voice = SlowVoice(clock, seconds=0.1)
    spoken = speak([factories.utterance()], synthesiser=voice, player=player, clock=clock)
    # One chunk of work, 300 ms of silence while the next is made, and 200 ms below -40 dBFS (328 of 32768).
    assert spoken.first_audio_ms == pytest.approx(100 + lead_in + 300 + 200)
    assert spoken.synthesis_ms == pytest.approx(300)
    assert spoken.audio.seconds == pytest.approx(0.65)


def test_what_comes_late_is_heard_late() -> None:
    clock = HandClock()
    voice = SlowVoice(clock, seconds=1.0)
    spoken = speak([factories.utterance()], synthesiser=voice, player=NullPlayer(), clock=clock)
    assert spoken.first_audio_ms == pytest.approx(2000 + 200)


def test_the_timings_name_what_was_kept_from_an_earlier_time() -> None:
    clock = HandClock()
    voice = SlowVoice(clock, seconds=1.0)
    assert speak([factories.utterance()], synthesiser=voice, player=NullPlayer(), clock=clock).cached == 1


def test_the_time_runs_from_the_start_of_the_request() -> None:
    clock = HandClock()
    voice = SlowVoice(clock, seconds=1.0)
    spoken = speak([factories.utterance()], synthesiser=voice, player=NullPlayer(), clock=clock)
    described = Described(
        photo=factories.photo(), scene=factories.scene(), narration=(), timings=Timings(decode_ms=30, total_ms=70)
    )
    timings = with_speech(described, spoken).timings
    assert timings.first_audio_ms == pytest.approx(2270)
    assert timings.total_ms == pytest.approx(3070)
    assert timings.decode_ms == 30
