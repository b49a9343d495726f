"""The sounds before a voice: as loud as it, without a click, and not one another."""

from __future__ import annotations

import numpy as np
import pytest

from device.playback.chime import chime
from tests.hearing import integrated_loudness, true_peak

NAMES = ("soft", "bell", "notice")


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_loud_as_the_voice_at_every_rate(name: str, rate: int) -> None:
    pcm = chime(name, rate)
    assert integrated_loudness(pcm, rate) == pytest.approx(-18, abs=0.2)
    assert true_peak(pcm, rate) < -1


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_and_ends_without_a_click_and_is_short(name: str) -> None:
    pcm = chime(name, 22050)
    assert pcm[0] == pcm[-1] == 0
    # No step between two samples is larger than the highest partial makes by itself.
    assert np.abs(np.diff(pcm.astype(np.int32))).max() < 32768 * 0.35
    assert np.abs(pcm[-44:]).max() < 330
    assert len(pcm) / 22050 <= 1.2


def test_the_notice_is_no_chime() -> None:
    sounds = {chime(name, 22050).tobytes() for name in NAMES}
    assert len(sounds) == len(NAMES)
