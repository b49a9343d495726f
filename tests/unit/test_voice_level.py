"""What stands between a voice and its samples: filters, the hand on the fader, the limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import signal

from device.voice.engine import Manner, Samples
from device.voice.level import KNEE, RUMBLE_HERTZ, Knee, as_pcm, leveller, withheld_seconds
from device.voice.limiter import CEILING, Limiter, look_ahead_seconds
from device.voice.recursive import Recursive, Section, all_pass, high_pass, low_pass
from device.voice.rider import MOST_DECIBELS, Rider
from tests.hearing import integrated_loudness

if TYPE_CHECKING:
    from device.voice.stages import Stage

RATE = 22_050


def through(stage: Stage, samples: Samples) -> Samples:
    return np.concatenate([stage.push(samples), stage.finish()])


def tone(hertz: float, *, seconds: float = 1.0, size: float = 0.1) -> Samples:
    wave: Samples = (size * np.sin(2 * np.pi * hertz / RATE * np.arange(round(seconds * RATE)))).astype(np.float32)
    return wave


def decibels(after: Samples, before: Samples) -> float:
    return float(10 * np.log10((after.astype(float) ** 2).mean() / (before.astype(float) ** 2).mean()))


def speech_like(*, size: float, seconds: float = 2.0) -> Samples:
    """Pulses through a throat, in syllables of 0.2 s."""
    pulses = np.zeros(round(seconds * RATE))
    pulses[:: RATE // 110] = 1
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 5 / RATE * np.arange(len(pulses)))
    b, a = signal.butter(2, [300, 3000], "bandpass", fs=RATE)
    voiced = signal.lfilter(b, a, pulses) * syllables
    samples: Samples = (voiced / np.sqrt((voiced**2).mean()) * size).astype(np.float32)
    return samples


@pytest.mark.parametrize(
    "sections",
    [
        (high_pass(RUMBLE_HERTZ, sample_rate=RATE),),
        (low_pass(3400, sample_rate=RATE),),
        (all_pass(250, sample_rate=RATE),) * 2,
        (high_pass(70, sample_rate=RATE), low_pass(5000, sample_rate=RATE), all_pass(300, sample_rate=RATE)) * 2,
        (Section(ahead=(0.5, 0.25), back=(1.0, -0.25)),),
    ],
)
def test_a_recursive_filter_is_what_a_loop_over_the_samples_gives(sections: tuple[Section, ...]) -> None:
    samples = np.random.default_rng(0).standard_normal(10_007).astype(np.float32)
    expected = samples.astype(np.float64)
    for section in sections:
        expected = signal.lfilter(section.ahead, section.back, expected)
    assert np.abs(through(Recursive(*sections), samples) - expected).max() < 2e-6


def test_a_pass_is_half_the_power_at_its_corner() -> None:
    for section in (high_pass(500, sample_rate=RATE), low_pass(500, sample_rate=RATE)):
        before = tone(500)
        assert decibels(through(Recursive(section), before), before) == pytest.approx(-3.01, abs=0.05)


def test_rumble_is_gone_and_a_low_voice_is_not() -> None:
    passing = high_pass(RUMBLE_HERTZ, sample_rate=RATE)
    for hertz, low, high in ((0.01, -999, -60), (20, -999, -20), (110, -1, 0), (440, -0.1, 0.1)):
        before = tone(hertz, seconds=2) if hertz > 1 else np.full(2 * RATE, 0.1, np.float32)
        after = through(Recursive(passing), before)
        assert low <= decibels(after[RATE:], before[RATE:]) <= high


def test_turning_phases_leaves_every_frequency_as_loud_as_it_was() -> None:
    _, response = signal.freqz(*(getattr(all_pass(250, sample_rate=RATE), name) for name in ("ahead", "back")))
    assert np.abs(response) == pytest.approx(1)


def test_what_is_softer_or_louder_comes_out_nearer() -> None:
    rider = [through(Rider(sample_rate=RATE), speech_like(size=size)) for size in (0.05, 0.1, 0.2)]
    soft, middle, loud = (integrated_loudness(as_pcm(each), RATE) for each in rider)
    assert 0.5 < middle - soft < 3
    assert 0.5 < loud - middle < 3


@pytest.mark.parametrize("size", [1e-4, 4.0])
def test_the_rider_moves_nothing_by_more_than_it_may(size: float) -> None:
    before = speech_like(size=size)
    after = through(Rider(sample_rate=RATE), before)
    heard = np.abs(before) > size / 10
    moved = 20 * np.log10(after[heard] / before[heard])
    assert np.abs(moved).max() < MOST_DECIBELS + 0.01


def test_silence_and_hiss_move_nothing() -> None:
    hiss = (np.random.default_rng(1).standard_normal(RATE) * 0.003).astype(np.float32)
    assert np.array_equal(through(Rider(sample_rate=RATE), hiss), hiss)


def test_the_rider_gives_back_at_once() -> None:
    assert len(Rider(sample_rate=RATE).push(np.zeros(1, np.float32))) == 1


def test_a_mood_is_as_much_louder_as_it_says() -> None:
    soft, loud = (
        through(leveller(Manner(gain_db=gain_db), gain=1.0, sample_rate=RATE), speech_like(size=0.05))
        for gain_db in (-12, -6)
    )
    assert decibels(loud, soft) == pytest.approx(6, abs=0.1)


def test_what_is_below_the_ceiling_is_left_as_it_is() -> None:
    samples = tone(300, size=CEILING - 0.01)
    assert np.array_equal(through(Limiter(sample_rate=RATE), samples), samples)
    low = tone(300, size=KNEE)
    assert np.array_equal(through(Knee(), low), low)


def test_the_limiter_is_down_before_a_peak_and_back_after_it() -> None:
    samples = tone(200, size=0.5)
    samples[10_000:10_200] *= 4
    after = through(Limiter(sample_rate=RATE), samples)
    assert np.abs(after).max() <= CEILING + 1e-6
    assert np.array_equal(after[:9900], samples[:9900])
    assert after[15_000:] == pytest.approx(samples[15_000:], abs=0.002)


def test_a_peak_between_the_samples_is_seen() -> None:
    # A quarter of the rate, an eighth of a turn off: each sample is 3 dB below the top of the curve.
    samples = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4).astype(np.float32)
    after = through(Limiter(sample_rate=RATE), samples)
    assert np.abs(after[500:-500]).max() == pytest.approx(CEILING * np.sqrt(0.5), rel=0.01)


def test_the_first_samples_do_not_wait_for_long() -> None:
    for stage, most in (
        (Limiter(sample_rate=RATE), look_ahead_seconds(RATE)),
        (leveller(Manner(), gain=1.0, sample_rate=RATE), withheld_seconds(RATE)),
    ):
        pushed = 0
        while len(stage.push(np.zeros(1, np.float32))) == 0:
            pushed += 1
        assert pushed / RATE <= most
    assert withheld_seconds(RATE) < 0.007


def test_silence_stays_silent() -> None:
    assert not as_pcm(through(leveller(Manner(), gain=2.0, sample_rate=RATE), np.zeros(9000, np.float32))).any()
