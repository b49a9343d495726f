"""Captions in a real player: what Chromium makes of the file is what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from device.core.types import Cue, CueWord
from device.text.captions import Said, cues_of, webvtt
from tests.speeches import RATE, speeches
from tests.tracks import tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tracks import Tracks

A_MILLISECOND = 0.0015
"""Chromium cuts the times of words to whole milliseconds, of what it has as binary fractions."""


@pytest.fixture(scope="module", name="player")
def a_player() -> Iterator[Tracks]:
    with tracks() as player:
        yield player


@given(speech=speeches())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_player_shows_what_was_said_when_it_was_said(player: Tracks, speech: list[Said]) -> None:
    cues = cues_of(speech, sample_rate=RATE)
    shown = player.cues(webvtt(cues, note="--> Synthetic."))
    assert [cue.text for cue in shown] == [cue.text for cue in cues]
    assert [cue.speaker for cue in shown] == [cue.speaker for cue in cues]
    for cue, seen in zip(cues, shown, strict=True):
        assert (seen.start, seen.end) == pytest.approx((cue.start, cue.end), abs=0.0006)
        for meant, (text, time) in zip(cue.words, seen.words, strict=True):
            assert text == meant.text
            if time is not None:
                assert time == pytest.approx(meant.start, abs=A_MILLISECOND)
            else:
                assert meant.start is None or meant.start - cue.start < A_MILLISECOND


def test_markup_in_a_text_is_shown_as_it_is_written(player: Tracks) -> None:
    tokens = ("<b>", "&amp;", "-->", "<00:00:01.000>", "</v>", "&")
    cue = Cue(lines=(tuple(CueWord(text=each, start=None) for each in tokens),), start=0.0, end=2.0, speaker="A & <B>")
    (shown,) = player.cues(webvtt([cue], note=""))
    assert (shown.text, shown.speaker) == (cue.text, cue.speaker)
