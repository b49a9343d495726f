"""The sound of another time, for old photos: a telephone, a valve radio, a gramophone.

What was narrow is a band, what was overdriven is bent, a record that turns unevenly makes the pitch waver; and there is
the noise of the line or the groove, in the pauses too. All of it is the same however the sound is cut, and for the
same text always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from device.voice.recursive import Recursive, high_pass, low_pass

if TYPE_CHECKING:
    from device.voice.engine import Samples
    from device.voice.recursive import Section
    from device.voice.stages import Stage

Period: TypeAlias = Literal["none", "telephone", "radio", "gramophone"]

NOISE_SECONDS = 5 * 60 / 78
"""After so long the noise is the same again: five turns of a record, on which a scratch comes back too."""

CLICK_SECONDS = 0.0018
"""The longest crackle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Colour:
    """What a period does.

    Attributes:
        low: Hertz below which little is left; four poles.
        high: The same above.
        drive: How far into the bend of the valve or the needle the voice goes; 0 for not at all.
        louder: Decibels that make it as loud as the voice was.
        hiss: Noise in decibels of full scale, before the band.
        clicks: Crackles a second.
        wavers: Of the turntable: hertz and cents.
    """

    low: float
    high: float
    drive: float
    louder: float
    hiss: float
    clicks: float = 0.0
    wavers: tuple[tuple[float, float], ...] = ()

    def band(self, sample_rate: int) -> tuple[Section, ...]:
        low, high = high_pass(self.low, sample_rate=sample_rate), low_pass(self.high, sample_rate=sample_rate)
        return (low, low, high, high)


_COLOURS: dict[Period, _Colour] = {
    "telephone": _Colour(low=300, high=3400, drive=0, louder=1.5, hiss=-54),
    "radio": _Colour(low=180, high=4800, drive=2, louder=-1.4, hiss=-48),
    "gramophone": _Colour(
        low=220, high=4200, drive=1.5, louder=-0.7, hiss=-46, clicks=9, wavers=((78 / 60, 6.0), (9.0, 2.0))
    ),
}
CLICK_DECIBELS = -22.0
"""Of full scale, the loudest crackle before the band."""


def coloured(period: Period, *, sample_rate: int) -> tuple[Stage, ...]:
    """What the period does to a voice, without its noise; nothing for none."""
    if period == "none":
        return ()
    colour = _COLOURS[period]
    stages: list[Stage] = []
    if colour.wavers:
        stages.append(Waver(colour.wavers, sample_rate=sample_rate))
    if colour.drive:
        stages.append(Drive(colour.drive))
    return (*stages, Recursive(*colour.band(sample_rate)))


def louder_decibels(period: Period) -> float:
    """What makes the coloured voice as loud as it was: a band has another loudness than its power says. Measured."""
    return 0.0 if period == "none" else _COLOURS[period].louder


def noise(period: Period, *, seed: int, sample_rate: int) -> tuple[Stage, ...]:
    """The noise of the period, which begins somewhere by the seed; nothing for none."""
    return () if period == "none" else (Noise(_loop(period, sample_rate), start=seed),)


def hush(period: Period, length: int, *, sample_rate: int) -> Samples:
    """So many samples in which nobody speaks."""
    silence = np.zeros(length, np.float32)
    return silence if period == "none" else Noise(_loop(period, sample_rate), start=0).push(silence)


class Drive:
    """Bends every sample; full scale stays where it is."""

    def __init__(self, drive: float) -> None:
        self._drive = np.float32(drive)

    def push(self, samples: Samples) -> Samples:
        """All of it, at once."""
        bent: Samples = np.tanh(samples * self._drive) / np.tanh(self._drive)
        return bent

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)


class Waver:
    """The speed goes up and down: a delay that swings, between two samples in a line. For one thread.

    Nothing is late by more than the swing, 1.1 ms for a gramophone; by so much the end is cut, where there is silence.

    Args:
        wavers: How often a second, and by how many cents the pitch goes up and down.
        sample_rate: Samples a second.
    """

    def __init__(self, wavers: tuple[tuple[float, float], ...], *, sample_rate: int) -> None:
        turns = [2 * np.pi * hertz / sample_rate for hertz, _ in wavers]
        # A delay of depth * (1 - cos(turn * k)) changes the speed by at most depth * turn.
        self._swings = [
            ((2 ** (cents / 1200) - 1) / turn, turn) for turn, (_, cents) in zip(turns, wavers, strict=True)
        ]
        self._before = np.zeros(int(2 * sum(depth for depth, _ in self._swings)) + 2, np.float32)
        self._gone = 0

    def push(self, samples: Samples) -> Samples:
        """As many as went in."""
        sound = np.concatenate([self._before, samples])
        at = np.arange(self._gone, self._gone + len(samples))
        late = sum((depth * (1 - np.cos(turn * at)) for depth, turn in self._swings), np.zeros(len(at)))
        place = np.arange(len(samples)) + len(self._before) - late
        first = place.astype(np.intp)
        share = (place - first).astype(np.float32)
        following = np.minimum(first + 1, len(sound) - 1)  # where the delay is none, and its share too
        self._before = sound[len(samples) :]
        self._gone += len(samples)
        wavering: Samples = sound[first] + share * (sound[following] - sound[first])
        return wavering

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)


class Noise:
    """Adds a noise that comes round again. For one thread."""

    def __init__(self, loop: Samples, *, start: int) -> None:
        self._loop = loop
        self._at = start % len(loop)

    def push(self, samples: Samples) -> Samples:
        """All of it, at once."""
        place = np.arange(self._at, self._at + len(samples))
        self._at = (self._at + len(samples)) % len(self._loop)
        noisy: Samples = samples + np.take(self._loop, place, mode="wrap")
        return noisy

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)


@lru_cache(maxsize=1)
def _loop(period: Period, sample_rate: int) -> Samples:
    """Noise without a seam: filtered twice around, of which the second is kept."""
    colour = _COLOURS[period]
    random = np.random.default_rng(0)
    length = round(NOISE_SECONDS * sample_rate)
    once = random.standard_normal(length) * 10 ** (colour.hiss / 20)
    for place in random.integers(0, length, round(colour.clicks * NOISE_SECONDS)):
        size = int(random.integers(6, round(CLICK_SECONDS * sample_rate)))
        click = np.exp(-5 * np.arange(size) / size) * np.cos(0.9 * np.arange(size))
        click *= 10 ** (CLICK_DECIBELS / 20) * random.uniform(0.3, 1) * random.choice((-1, 1))
        np.add.at(once, np.arange(place, place + size) % length, click)
    return Recursive(*colour.band(sample_rate)).push(np.tile(once, 2).astype(np.float32))[length:]
