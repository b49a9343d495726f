"""A shaped voice is the same however its sound is cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.engine import Manner
from device.voice.shape import Shaper

RATES = st.sampled_from([16_000, 22_050, 24_000])
MANNERS = st.builds(
    Manner,
    ratio=st.one_of(st.just(1.0), st.integers(90, 170).map(lambda hundredths: hundredths / 100)),
    formant=st.one_of(st.just(1.0), st.floats(0.8, 1.2)),
    shelf_db=st.one_of(st.just(0.0), st.floats(-12, 12)),
)
LENGTHS = st.lists(st.one_of(st.integers(0, 3), st.integers(1, 4000)), max_size=30)


@given(MANNERS, RATES, LENGTHS, st.integers(0, 99))
@settings(deadline=None, max_examples=150)
def test_chunks_of_any_length_give_the_samples_of_the_whole(
    manner: Manner, rate: int, lengths: list[int], seed: int
) -> None:
    samples = (np.random.default_rng(seed).standard_normal(sum(lengths)) * 0.2).astype(np.float32)
    whole = Shaper(manner, sample_rate=rate)
    expected = np.concatenate([whole.push(samples), whole.finish()])
    cut = Shaper(manner, sample_rate=rate)
    parts = [cut.push(part) for part in np.split(samples, np.cumsum(lengths))]
    found = np.concatenate([*parts, cut.finish()])
    assert abs(len(expected) - len(samples) / manner.ratio) <= 1
    assert found.dtype == np.float32
    assert len(found) == len(expected)
    assert np.allclose(found, expected, rtol=0, atol=1e-5)


@given(MANNERS, st.integers(1, 1500))
@settings(deadline=None, max_examples=20)
def test_sample_by_sample_gives_the_samples_of_the_whole(manner: Manner, length: int) -> None:
    samples = (np.random.default_rng(length).standard_normal(length) * 0.2).astype(np.float32)
    whole = Shaper(manner, sample_rate=22_050)
    expected = np.concatenate([whole.push(samples), whole.finish()])
    cut = Shaper(manner, sample_rate=22_050)
    found = np.concatenate([*(cut.push(samples[at : at + 1]) for at in range(length)), cut.finish()])
    assert len(found) == len(expected)
    assert np.allclose(found, expected, rtol=0, atol=1e-5)
