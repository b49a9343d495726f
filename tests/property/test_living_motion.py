"""A face that speaks: lips closed where they have to be, at rest around the speech, the same at any frame rate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.core.types import Mark
from device.living.loudness import Loudness
from device.living.motion import (
    BLINK,
    CHANNELS,
    EASE,
    JAW,
    LOWER,
    ROUND,
    TEETH,
    WIDE,
    Array,
    Mobility,
    Motion,
    motion_of,
)
from device.living.visemes import VisemeSpan, viseme_spans, visemes

RATE = 1000
SOUNDS = st.sampled_from([*"pbmfvtskɹwuoaeiəʃ", "aɪ", "pf", "5", "mː"])  # noqa: RUF001 - IPA
SPOKEN = st.lists(st.tuples(SOUNDS, st.integers(15, 250), st.sampled_from([0, 0, 0, 60, 400])), max_size=25)
MOBILITIES = st.builds(
    Mobility, gain=st.floats(0.5, 1.6), gap=st.one_of(st.just(0.0), st.floats(0.01, 0.12)), blinks=st.booleans()
)
LOUDNESSES = st.none() | st.builds(Loudness, opens=st.lists(st.floats(0.75, 1.15), min_size=1, max_size=60).map(tuple))
SEEDS = st.integers(0, 2**40)


def spans_of(spoken: list[tuple[str, int, int]]) -> tuple[tuple[VisemeSpan, ...], float]:
    marks, at = [], 0
    for sound, length, pause in spoken:
        marks.append(Mark(kind="phoneme", text=sound, first=at, end=at + length))
        at += length + pause
    return viseme_spans(marks, sample_rate=RATE), at / RATE


def speaking(spoken: list[tuple[str, int, int]], **changes: object) -> Motion:
    spans, seconds = spans_of(spoken)
    values = {"mobility": Mobility(), "seed": 7} | changes
    return motion_of(spans, seconds=seconds, **values)  # type: ignore[arg-type]


def aperture(moved: Array, motion: Motion) -> Array:
    """How far the lips are apart, in heights of the face."""
    return np.asarray(moved[:, JAW : LOWER + 1].sum(axis=1) + motion.mobility.gap)


@given(spoken=SPOKEN, mobility=MOBILITIES, loudness=LOUDNESSES, late=st.floats(0, 0.04))
def test_every_p_b_and_m_closes_the_lips_in_a_frame_of_25_a_second_within_40_ms(
    spoken: list[tuple[str, int, int]], mobility: Mobility, loudness: Loudness | None, late: float
) -> None:
    motion = speaking(spoken, mobility=mobility, loudness=loudness)
    frames = np.arange(-EASE + late, motion.seconds + EASE, 0.04)
    apart = aperture(motion.at(frames), motion)
    for span in motion.spans:
        if span.viseme.holds == "lips":
            assert span.held_at is not None
            assert apart[(span.held_at - 0.04 <= frames) & (frames <= span.held_at)].min() <= 1e-9


@given(spoken=SPOKEN, mobility=MOBILITIES, loudness=LOUDNESSES, seed=SEEDS)
def test_before_and_after_the_speech_the_face_is_the_photo_exactly(
    spoken: list[tuple[str, int, int]], mobility: Mobility, loudness: Loudness | None, seed: int
) -> None:
    motion = speaking(spoken, mobility=mobility, loudness=loudness, seed=seed)
    around = [-9, -EASE, motion.seconds + EASE, motion.seconds + EASE + 0.01, motion.seconds + 60]
    assert not motion.at(around).any()


@given(spoken=SPOKEN, mobility=MOBILITIES, seed=SEEDS, times=st.lists(st.floats(-2, 9), min_size=1, max_size=9))
def test_a_frame_is_the_same_at_any_frame_rate(
    spoken: list[tuple[str, int, int]], mobility: Mobility, seed: int, times: list[float]
) -> None:
    motion, again = (speaking(spoken, mobility=mobility, seed=seed) for _ in range(2))
    alone = np.concatenate([again.at(time) for time in times])
    assert np.abs(motion.at(times) - alone).max() < 1e-12


@given(spoken=SPOKEN, mobility=MOBILITIES, loudness=LOUDNESSES, seed=SEEDS)
def test_no_coefficient_leaves_what_its_visemes_ask_for(
    spoken: list[tuple[str, int, int]], mobility: Mobility, loudness: Loudness | None, seed: int
) -> None:
    motion = speaking(spoken, mobility=mobility, loudness=loudness, seed=seed)
    moved = motion.at(np.arange(-1, motion.seconds + 1, 0.01))
    widest = max(viseme.jaw for viseme in visemes().all.values())
    assert moved.shape[1] == len(CHANNELS)
    assert np.isfinite(moved).all()
    assert (moved[:, JAW] >= -1e-12).all()
    assert (moved[:, JAW] <= 1.15 * 1.15 * mobility.gain * widest + 1e-12).all()
    assert (aperture(moved, motion) >= -0.02).all()
    assert ((moved[:, [TEETH, BLINK]] >= 0) & (moved[:, [TEETH, BLINK]] <= 1)).all()
    assert ((moved[:, WIDE] <= 0.06 + 1e-12) & (moved[:, ROUND] <= 0.22 + 1e-12)).all()
    assert (np.abs(moved[:, BLINK + 1 :]) < 0.02).all()


@given(spoken=SPOKEN.filter(len), mobility=MOBILITIES, seed=SEEDS)
def test_nothing_jumps_between_two_frames(spoken: list[tuple[str, int, int]], mobility: Mobility, seed: int) -> None:
    motion = speaking(spoken, mobility=mobility, seed=seed)
    moved = motion.at(np.arange(-1, motion.seconds + 1, 0.001))
    assert np.abs(np.diff(moved[:, [TEETH, BLINK]], axis=0)).max() < 0.15
    assert np.abs(np.delete(np.diff(moved, axis=0), [TEETH, BLINK], axis=1)).max() < 0.005


@given(spoken=SPOKEN, seed=SEEDS)
def test_a_blink_is_whole_and_eyes_that_are_not_seen_never_blink(spoken: list[tuple[str, int, int]], seed: int) -> None:
    motion = speaking(spoken, seed=seed)
    assert all(motion.at(blink)[0, BLINK] == 1 for blink in motion.blinks)
    assert all(2 < other - one < 6 for one, other in pairwise(motion.blinks))
    assert speaking(spoken, seed=seed, mobility=Mobility(blinks=False)).blinks == ()


def test_a_blink_waits_for_a_pause_that_is_near() -> None:
    spoken = [("a", 200, 400)] * 200
    motion = speaking(spoken)
    assert len(motion.blinks) > 20
    talking = motion.at(motion.blinks)[:, JAW] > 0.03
    assert not talking.any()


def test_another_seed_blinks_and_sways_otherwise() -> None:
    one, other = (speaking([("a", 250, 0)] * 40, seed=seed) for seed in (1, 2))
    assert one.blinks != other.blinks
    assert one.phases != other.phases


def test_a_louder_vowel_opens_the_mouth_farther() -> None:
    loud, usual, quiet = (
        speaking([("a", 300, 0)], loudness=Loudness(opens=(opens,))).at(0.1)[0, JAW] for opens in (1.15, 1.0, 0.75)
    )
    assert (loud / usual, quiet / usual) == pytest.approx((1.15, 0.75))


def test_an_open_vowel_opens_a_rounded_one_rounds_and_a_spread_one_widens() -> None:
    a, u, i = (speaking([(sound, 600, 0)]).at(0.25)[0] for sound in "aui")
    assert a[JAW] == pytest.approx(0.058)
    assert u[ROUND] == pytest.approx(0.22)
    assert i[WIDE] == pytest.approx(0.06)
    assert a[TEETH] == 1
    assert u[TEETH] == 0


def test_a_shape_begins_before_it_is_heard_and_takes_from_its_neighbours() -> None:
    motion = speaking([("i", 300, 0), ("u", 400, 0)])
    assert 0 < motion.at(0.2)[0, ROUND] < motion.at(0.26)[0, ROUND] < motion.at(0.45)[0, ROUND] == pytest.approx(0.22)
