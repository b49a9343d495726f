"""Each thing that shapes the voice does what it says, on the voice itself."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from device.voice.engine import NEUTRAL, Manner, Samples
from device.voice.schedule import Schedule
from device.voice.shape import Shaper
from tests.locations import piper_files

RATE = 22_050


@cache
def speech() -> Samples:
    engine = piper_files().load(schedule=Schedule(monotonic=time.perf_counter), noise=False)
    text = "Three people are standing in front of an old house."
    return np.concatenate([each.samples for each in engine.say(text, manner=NEUTRAL, seed=0)])


def shaped(manner: Manner, samples: Samples) -> Samples:
    shaper = Shaper(manner, sample_rate=RATE)
    return np.concatenate([shaper.push(samples), shaper.finish()])


def pitch(samples: Samples) -> float:
    """The median F0 of voiced frames in hertz, by autocorrelation."""
    found = []
    for start in range(0, len(samples) - 2048, 512):
        frame = samples[start : start + 2048].astype(np.float64) * np.hanning(2048)
        correlation = np.fft.irfft(np.abs(np.fft.rfft(frame, 4096)) ** 2)
        lags = np.arange(RATE // 250, RATE // 60)
        best = lags[np.argmax(correlation[lags])]
        if correlation[0] > 0.5 and correlation[best] > 0.5 * correlation[0]:
            found.append(RATE / best)
    return float(np.median(found))


def spectrum(samples: Samples) -> npt.NDArray[np.float64]:
    """Mean power in 1025 bins."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 2048)[::512]
    power: npt.NDArray[np.float64] = (np.abs(np.fft.rfft(frames * np.hanning(2048))) ** 2).mean(axis=0)
    return power


def moved(before: Samples, after: Samples) -> float:
    """By which factor the envelope between 300 and 4000 Hz was stretched, as far as the two fit best."""
    smooth = np.hanning(27) / np.hanning(27).sum()
    one, other = (np.convolve(np.log(spectrum(each)), smooth, mode="same") for each in (before, after))
    bins = np.arange(28, 372)
    factors = np.arange(0.7, 1.71, 0.01)
    fits = [np.corrcoef(np.interp(bins / factor, np.arange(1025), one), other[bins])[0, 1] for factor in factors]
    return float(factors[int(np.argmax(fits))])


def test_the_neutral_manner_gives_back_what_it_was_given_at_once() -> None:
    samples = np.linspace(-1, 1, 100, dtype=np.float32)
    shaper = Shaper(NEUTRAL, sample_rate=RATE)
    assert shaper.push(samples) is samples
    assert len(shaper.finish()) == 0


@pytest.mark.parametrize("factor", [0.84, 1.16])
def test_a_formant_moves_the_envelope_and_leaves_the_pitch(factor: float) -> None:
    after = shaped(Manner(formant=factor), speech())
    assert len(after) == len(speech())
    assert pitch(after) == pytest.approx(pitch(speech()), rel=0.02)
    assert moved(speech(), after) == pytest.approx(factor, abs=0.05)


@pytest.mark.parametrize("ratio", [0.93, 1.38, 1.6])
def test_a_ratio_moves_pitch_and_envelope_and_makes_it_shorter(ratio: float) -> None:
    after = shaped(Manner(ratio=ratio), speech())
    assert abs(len(after) - len(speech()) / ratio) <= 1
    assert pitch(after) == pytest.approx(pitch(speech()) * ratio, rel=0.03)
    assert moved(speech(), after) == pytest.approx(ratio, abs=0.05)


@pytest.mark.parametrize("decibels", [-6.0, -3.0, 2.0, 5.0])
def test_a_shelf_changes_what_lies_above_its_corner_by_what_it_says(decibels: float) -> None:
    change = 10 * np.log10(spectrum(shaped(Manner(shelf_db=decibels), speech())) / spectrum(speech()))
    hertz = np.arange(1025) * RATE / 2048
    assert np.abs(change[(hertz > 100) & (hertz < 600)]).max() < 0.3
    assert np.median(change[(hertz > 2400) & (hertz < 2600)]) == pytest.approx(decibels / 2, abs=0.3)
    assert np.median(change[(hertz > 6000) & (hertz < 9000)]) == pytest.approx(decibels, abs=0.3)


@pytest.mark.parametrize("ratio", [0.93, 1.13, 1.6])
def test_a_tone_keeps_its_level_and_its_place(ratio: float) -> None:
    time = np.arange(8000)
    after = shaped(Manner(ratio=ratio), np.sin(2 * np.pi * 440 / RATE * time).astype(np.float32))
    expected = np.sin(2 * np.pi * 440 / RATE * ratio * np.arange(len(after)))
    assert np.abs(after - expected)[100:-100].max() < 1e-3


@pytest.mark.parametrize("manner", [Manner(formant=0.84), Manner(formant=0.82, ratio=1.6), Manner(shelf_db=5)])
def test_a_click_stays_where_it_is(manner: Manner) -> None:
    samples = np.zeros(8000, np.float32)
    samples[4000] = 1
    assert abs(int(np.argmax(np.abs(shaped(manner, samples)))) - 4000 / manner.ratio) <= 2


@pytest.mark.parametrize(
    ("manner", "milliseconds"),
    [
        (Manner(formant=0.84), 30),
        (Manner(ratio=1.6), 1),
        (Manner(shelf_db=5), 0.1),
        (Manner(formant=1.1, ratio=1.6), 31),
    ],
)
def test_the_first_samples_do_not_wait_for_long(manner: Manner, milliseconds: float) -> None:
    shaper = Shaper(manner, sample_rate=RATE)
    pushed = 0
    while len(shaper.push(np.zeros(1, np.float32))) == 0:
        pushed += 1
    assert pushed / RATE * 1000 <= milliseconds


def test_silence_stays_silent() -> None:
    assert np.abs(shaped(Manner(formant=1.1, ratio=1.1, shelf_db=5), np.zeros(9000, np.float32))).max() < 1e-6
