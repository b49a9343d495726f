"""Levelled sound is the same however it is cut, as long as what went in, and never too loud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.engine import Manner
from device.voice.level import Edges, as_pcm, leveller
from device.voice.limiter import Limiter
from tests.hearing import true_peak

if TYPE_CHECKING:
    from device.voice.engine import Samples
    from device.voice.period import Period
    from device.voice.stages import Stage

RATES = st.sampled_from([16_000, 22_050, 24_000])
PERIODS: st.SearchStrategy[Period] = st.sampled_from(["none", "telephone", "radio", "gramophone"])
GAINS = st.floats(-12, 6)
LENGTHS = st.lists(st.one_of(st.integers(0, 3), st.integers(1, 4000)), max_size=30)
LOUDNESS = st.sampled_from([0.001, 0.02, 0.2, 1.0, 5.0])


def noise(length: int, *, size: float, seed: int) -> Samples:
    """Noise that comes and goes, in the band that a voice has: nothing in the topmost fifth."""
    random = np.random.default_rng(seed)
    coarse = random.standard_normal(length // 5 * 4 + 8)
    swell = random.random(len(coarse) // 400 + 2)
    coarse *= np.interp(np.arange(len(coarse)) / 400, np.arange(len(swell)), swell)
    samples: Samples = (soxr.resample(coarse, 4, 5)[:length] * size).astype(np.float32)
    return samples


def through(stage: Stage, *parts: Samples) -> Samples:
    return np.concatenate([*(stage.push(part) for part in parts), stage.finish()])


@given(RATES, PERIODS, GAINS, LENGTHS, LOUDNESS, st.integers(0, 99))
@settings(deadline=None, max_examples=150)
def test_chunks_of_any_length_give_the_samples_of_the_whole(  # noqa: PLR0913, PLR0917 - each of them is drawn
    rate: int, period: Period, gain_db: float, lengths: list[int], size: float, seed: int
) -> None:
    samples = noise(sum(lengths), size=size, seed=seed)
    manner = Manner(gain_db=gain_db)
    whole, cut = (leveller(manner, gain=2.0, sample_rate=rate, period=period, seed=seed) for _ in range(2))
    expected = through(whole, samples)
    found = through(cut, *np.split(samples, np.cumsum(lengths)))
    assert found.dtype == np.float32
    assert len(found) == len(expected) == len(samples)
    assert np.allclose(found, expected, rtol=0, atol=1e-5)


@given(st.integers(1, 1500), LOUDNESS)
@settings(deadline=None, max_examples=20)
def test_sample_by_sample_gives_the_samples_of_the_whole(length: int, size: float) -> None:
    samples = noise(length, size=size, seed=length)
    expected = through(leveller(Manner(), gain=2.0, sample_rate=22_050), samples)
    found = through(leveller(Manner(), gain=2.0, sample_rate=22_050), *np.split(samples, length))
    assert len(found) == len(expected)
    assert np.allclose(found, expected, rtol=0, atol=1e-5)


@given(RATES, PERIODS, GAINS, st.integers(1, 9000), LOUDNESS, st.integers(0, 99))
@settings(deadline=None, max_examples=150)
def test_nothing_is_above_the_ceiling_between_the_samples_either(  # noqa: PLR0913, PLR0917 - each of them is drawn
    rate: int, period: Period, gain_db: float, length: int, size: float, seed: int
) -> None:
    samples = noise(length, size=size, seed=seed)
    manner = Manner(gain_db=gain_db)
    levelled = through(leveller(manner, gain=2.0, sample_rate=rate, period=period, seed=seed), samples)
    assert true_peak(as_pcm(levelled), rate) < -1
    assert true_peak(as_pcm(through(Limiter(sample_rate=rate), samples)), rate) < -1


@given(st.lists(st.integers(0, 400), max_size=8), st.integers(1, 900))
def test_edges_are_soft_wherever_chunks_are_cut_and_nothing_is_lost(cuts: list[int], length: int) -> None:
    samples = np.ones(length, np.float32)
    whole = through(Edges(sample_rate=22_050), samples)
    assert len(whole) == length
    parts = np.split(samples, np.minimum(np.cumsum(cuts), length).astype(int))
    assert np.array_equal(whole, through(Edges(sample_rate=22_050), *parts))
    assert whole[-1] == 0
    if length > 132:
        assert whole[0] == 0
        assert (whole[66:-66] == 1).all()
