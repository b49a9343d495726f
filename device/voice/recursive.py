"""Recursive filters without a loop over samples, chunk by chunk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from device.voice.resample import product

if TYPE_CHECKING:
    from device.voice.engine import Samples

_Floats = npt.NDArray[np.float64]

_BLOCK = 32
"""Samples that are made in one row: what they owe to one another is a matrix, what to those before them the state."""

_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """y[k] is the sum of ahead[i] * x[k - i], less that of back[i] * y[k - i] from i = 1 on; back[0] is 1."""

    ahead: tuple[float, ...]
    back: tuple[float, ...]


class Recursive:
    """Sections one after another. For one thread.

    It is late by nothing. In blocks (C. Barnes and S. Shinnaka, "Block-shift invariance and block implementation of
    discrete-time filters", 1980): the states at the blocks' begins follow from one another, and as many as there are
    are found by doubling (P. Kogge and H. Stone, 1973).
    """

    def __init__(self, *sections: Section) -> None:
        self._matrices = _matrices(sections)
        self._state = np.zeros(len(self._matrices.left[0]))
        self._kept = np.zeros(0, np.float32)  # of the block that is not full yet

    def push(self, samples: Samples) -> Samples:
        """As many as went in."""
        if not len(samples):
            return samples
        gone = len(self._kept)
        length = gone + len(samples)
        sound = np.concatenate([self._kept, samples, np.zeros(-length % _BLOCK, np.float32)])
        full = length // _BLOCK
        self._kept = sound[full * _BLOCK : length]
        rows = sound.reshape(-1, _BLOCK)
        states = self._states(rows)
        made: _Floats = product(rows, self._matrices.own) + product(states[:-1], self._matrices.seen)
        self._state = states[full]
        return made.reshape(-1)[gone:length].astype(np.float32)

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)

    def _states(self, rows: Samples) -> _Floats:
        """The state at the begin of each row, and behind the last."""
        states = np.concatenate([self._state[None], product(rows, self._matrices.left)])
        far = 1
        for step in self._matrices.steps:
            if far >= len(states):
                break
            states[far:] += product(states[:-far], step)
            far *= 2
        return states


class _Matrices(NamedTuple):
    """What a block is made of, and the state behind it: all by rows of what is known to columns of what comes.

    Attributes:
        own: Of the block's samples, its samples out; block x block.
        seen: The same of the state at its begin; order x block.
        left: Of its samples, the state behind it; block x order.
        steps: The same of the state at its begin, for one block, two, four and so on; order x order. Behind the last of
            them nothing is left of a state.
    """

    own: Samples
    seen: _Floats
    left: _Floats
    steps: tuple[_Floats, ...]


@lru_cache(maxsize=8)  # a sentence has two or three, and so has the next
def _matrices(sections: tuple[Section, ...]) -> _Matrices:
    step, entry, seen, direct = _in_series(sections)
    powers = [np.eye(len(entry))]
    for _ in range(_BLOCK):
        powers.append(step @ powers[-1])
    steps = [powers[_BLOCK].T]
    while np.abs(steps[-1]).max() > _NOTHING:
        steps.append(steps[-1] @ steps[-1])
    left = np.stack([power @ entry for power in powers[_BLOCK - 1 :: -1]])
    response = np.concatenate([[direct], left[:0:-1] @ seen])
    at = np.arange(_BLOCK)
    ago = at[None, :] - at[:, None]
    return _Matrices(
        own=np.where(ago >= 0, response[np.abs(ago)], 0).astype(np.float32),
        seen=np.stack([seen @ power for power in powers[:_BLOCK]], axis=1),
        left=left,
        steps=tuple(steps),
    )


def _in_series(sections: tuple[Section, ...]) -> tuple[_Floats, _Floats, _Floats, float]:
    """What the next state is of the state and of x, and y of the state and of x; one state for all sections.

    A product of their polynomials would not do: poles that are next to 1 and to one another get lost in rounding.
    """
    step, entry, seen, direct = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for section in sections:
        ahead, back = np.array(section.ahead), np.array(section.back)
        own = np.eye(len(back) - 1, k=1)
        own[:, 0] -= back[1:]
        taken = ahead[1:] - back[1:] * ahead[0]
        step = np.block([[step, np.zeros((len(step), len(own)))], [np.outer(taken, seen), own]])
        entry = np.concatenate([entry, taken * direct])
        seen = np.concatenate([ahead[0] * seen, np.eye(len(own))[0]])
        direct *= float(ahead[0])
    return step, entry, seen, direct


def high_pass(hertz: float, *, sample_rate: int) -> Section:
    """Two poles, Butterworth.

    As what follows, from R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".
    """
    cosine, width = _angle(hertz, sample_rate)
    return _section((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2, cosine, width)


def low_pass(hertz: float, *, sample_rate: int) -> Section:
    """Two poles, Butterworth."""
    cosine, width = _angle(hertz, sample_rate)
    return _section((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, cosine, width)


def all_pass(hertz: float, *, sample_rate: int) -> Section:
    """Every frequency as loud as it was; at `hertz` its phase is turned by a half, far above by a whole turn."""
    cosine, width = _angle(hertz, sample_rate)
    return _section(1 - width, -2 * cosine, 1 + width, cosine, width)


def high_shelf(hertz: float, decibels: float, *, sample_rate: int) -> Section:
    """What is above is louder by so much, half of it at `hertz`; slope 1."""
    cosine, width = _angle(hertz, sample_rate)
    strength = 10 ** (decibels / 40)
    more, less, slope = strength + 1, strength - 1, 2 * math.sqrt(strength) * width
    whole = more - less * cosine + slope
    ahead = (more + less * cosine + slope, -2 * (less + more * cosine), more + less * cosine - slope)
    back = (2 * (less - more * cosine) / whole, (more - less * cosine - slope) / whole)
    return Section(ahead=(*(strength * each / whole for each in ahead),), back=(1.0, *back))


def _angle(hertz: float, sample_rate: int) -> tuple[float, float]:
    angle = 2 * math.pi * hertz / sample_rate
    return math.cos(angle), math.sin(angle) * math.sqrt(0.5)


def _section(first: float, second: float, third: float, cosine: float, width: float) -> Section:
    whole = 1 + width
    ahead = (first / whole, second / whole, third / whole)
    return Section(ahead=ahead, back=(1.0, -2 * cosine / whole, (1 - width) / whole))
