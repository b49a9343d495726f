"""A voice of another time: narrower, worn and noisy, as loud as ever, and the same each time."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest

from device.app.settings import PERIODS
from device.voice.engine import NEUTRAL
from device.voice.level import as_pcm
from device.voice.period import NOISE_SECONDS, Drive, Period, Waver, hush
from device.voice.schedule import Schedule
from device.voice.sentence import sounded
from tests import factories
from tests.hearing import integrated_loudness, true_peak
from tests.locations import piper_files, synthesiser

if TYPE_CHECKING:
    from device.core.types import Pcm
    from device.voice.engine import Engine, Samples

RATE = 22_050
COLOURS: tuple[Period, ...] = ("telephone", "radio", "gramophone")
BANDS = {"telephone": (300, 3400), "radio": (180, 4800), "gramophone": (220, 4200)}
SENTENCES = (
    "Three people are standing in front of an old house.",
    "Nobody has opened this window since the winter.",
    "The woman in the middle looks straight at the camera.",
    "On the left side of the street stands a bakery.",
    "Two children carry a basket of apples up the hill.",
    "My neighbour plays the trumpet when nobody is at home.",
)


@cache
def engine() -> Engine:
    return piper_files().load(schedule=Schedule(monotonic=time.perf_counter), noise=False)


@cache
def said(text: str, period: Period, seed: int = 1) -> Pcm:
    return np.concatenate([each.pcm for each in sounded(engine(), text, manner=NEUTRAL, seed=seed, period=period)])


def share(pcm: Samples | Pcm, low: float, high: float) -> float:
    """Of the power, what lies between."""
    power = np.abs(np.fft.rfft(pcm.astype(float))) ** 2
    hertz = np.fft.rfftfreq(len(pcm), 1 / RATE)
    return float(power[(hertz >= low) & (hertz < high)].sum() / power.sum())


def test_every_period_of_the_settings_is_one_of_the_voice() -> None:
    assert get_args(Period) == PERIODS == ("none", *COLOURS)


@pytest.mark.parametrize("period", COLOURS)
def test_what_lies_outside_its_band_is_gone(period: Period) -> None:
    low, high = BANDS[period]
    plain, coloured = said(SENTENCES[0], "none"), said(SENTENCES[0], period)
    assert share(coloured, 0, low / 2) < 0.1 * share(plain, 0, low / 2)
    assert share(coloured, high * 1.6, RATE) < 0.1 * share(plain, high * 1.6, RATE)
    assert share(coloured, low, high) > 0.8


@pytest.mark.parametrize("period", COLOURS)
def test_it_is_as_loud_as_the_voice_and_no_peak_is_higher(period: Period) -> None:
    loudness = [integrated_loudness(said(text, period), RATE) for text in SENTENCES]
    assert np.mean(loudness) == pytest.approx(-18, abs=1)
    assert max(true_peak(said(text, period), RATE) for text in SENTENCES) < -1


@pytest.mark.parametrize("period", COLOURS)
def test_the_same_text_sounds_the_same_and_has_noise_of_its_own(period: Period) -> None:
    once = said(SENTENCES[0], period)
    assert np.array_equal(once, said.__wrapped__(SENTENCES[0], period))
    assert not np.array_equal(once, said(SENTENCES[0], period, seed=2))
    assert len(once) == len(said(SENTENCES[0], "none"))


@pytest.mark.parametrize("period", COLOURS)
def test_a_pause_has_the_noise_too(period: Period) -> None:
    pause = as_pcm(hush(period, RATE, sample_rate=RATE)).astype(float) / 32768
    assert -70 < 10 * np.log10((pause**2).mean()) < -40
    assert not hush("none", RATE, sample_rate=RATE).any()
    voice = synthesiser()
    texts = [factories.utterance(text) for text in SENTENCES[:2]]
    coloured = type(voice)(engine=voice.engine, personas=voice.personas, schedule=voice.schedule, period=period)
    between = next(chunk for chunk in coloured.synthesise(texts) if chunk.utterance == 1)
    assert between.seconds == pytest.approx(NEUTRAL.pause_seconds, abs=0.001)
    assert between.pcm.any()


def test_noise_comes_round_again_without_a_seam() -> None:
    length = round(NOISE_SECONDS * RATE)
    twice = hush("gramophone", 2 * length, sample_rate=RATE)
    assert np.array_equal(twice[:length], twice[length:])
    steps = np.abs(np.diff(twice))
    assert steps[length - 1] < 6 * np.sqrt((steps**2).mean())


def test_a_record_wavers_by_as_much_as_it_says() -> None:
    tone = np.sin(2 * np.pi * 1000 / RATE * np.arange(4 * RATE)).astype(np.float32)
    waver = Waver(((1.3, 6.0),), sample_rate=RATE)
    after = waver.push(tone)
    phase = np.unwrap(np.angle(np.fft.ifft(np.where(np.arange(len(after)) < len(after) // 2, np.fft.fft(after), 0))))
    hertz = np.diff(phase)[RATE // 2 : -RATE // 2] * RATE / 2 / np.pi
    hertz = np.convolve(hertz, np.ones(200) / 200, "valid")
    assert 1200 * np.log2(hertz.max() / 1000) == pytest.approx(6, abs=1)
    assert 1200 * np.log2(hertz.min() / 1000) == pytest.approx(-6, abs=1)


def test_a_bend_leaves_full_scale_where_it_is() -> None:
    bent = Drive(2).push(np.array([-1, -0.1, 0, 0.1, 1], np.float32))
    assert bent[[0, 2, 4]] == pytest.approx([-1, 0, 1])
    assert bent[3] > 0.15
