"""Sound to how far a mouth opens: more for loud sound, at the time at which it is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.living.chance import chances
from device.living.loudness import LEAST, MOST, STEP, loudness_of

if TYPE_CHECKING:
    from device.core.types import Pcm

RATE = 16_000


def tone(decibels: float, seconds: float = 1.0) -> Pcm:
    """A sine of so many decibels below full scale, as its mean power."""
    wave = np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE) * np.sqrt(2) * 10 ** (decibels / 20)
    return np.asarray(wave * 32767, np.int16)


def opens(pcm: Pcm, seconds: float) -> float:
    return float(loudness_of(pcm, sample_rate=RATE).at(np.array([seconds]))[0])


def test_the_usual_loudness_opens_as_usual_and_each_decibel_counts_alike() -> None:
    found = [opens(tone(decibels), 0.5) for decibels in (-18, -15, -24)]
    assert found == pytest.approx([1, 1.12, 0.76], abs=0.005)


def test_silence_and_noise_at_full_scale_stay_within_bounds() -> None:
    assert opens(np.zeros(RATE, np.int16), 0.5) == LEAST
    assert opens(np.full(RATE, -32768, np.int16), 0.5) == MOST


def test_it_is_known_when_it_is_heard() -> None:
    quiet_then_loud = np.concatenate([tone(-27, 1), tone(-15, 1)])
    middle = (opens(tone(-27), 0.5) + opens(tone(-15), 0.5)) / 2
    assert opens(quiet_then_loud, 1 - 2 * STEP) < middle < opens(quiet_then_loud, 1 + 2 * STEP)


@pytest.mark.parametrize("samples", [0, 1, 319, 320, 321, 1000])
def test_a_sound_of_any_length_has_a_loudness(samples: int) -> None:
    assert LEAST <= opens(np.ones(samples, np.int16), 0) <= MOST


def test_chance_is_mulberry32() -> None:
    chance = chances(1)
    assert [round(next(chance) * 2**32) for _ in range(3)] == [2693262067, 11749833, 2265367787]
