"""What of a speech counts as heard, and when it has begun."""

from __future__ import annotations

import numpy as np

from device.core.types import SpeechChunk
from device.pipeline.turn import Turn


def chunk(utterance: int, seconds: float) -> SpeechChunk:
    return SpeechChunk(pcm=np.zeros(round(seconds * 1000), np.int16), sample_rate=1000, utterance=utterance)


def test_a_sentence_is_surely_heard_when_more_was_handed_over_behind_it_than_a_sink_holds() -> None:
    turn = Turn()
    speech = [chunk(0, 3.0), chunk(1, 3.0), chunk(1, 0.6), chunk(2, 0.6), chunk(2, 0.6), chunk(2, 0.6)]
    heard = [turn.surely_heard() for _ in turn.gate(speech, begin=lambda: True, news=lambda _: None)]
    # A chunk that is on its way may be lost from its first sample on.
    assert heard == [0, 0, 1, 1, 1, 2]
