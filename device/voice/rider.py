"""Sentences as loud as one another: a hand on the fader that follows the voice slowly, and never waits for it.

How loud a sentence comes out depends on its vowels: "laughs out loud" is 4 LU above "three faces", in every persona. So
a fixed gain alone leaves sentences 4 to 5 LU apart. To measure a sentence before it is heard would cost the early
beginning, and its loudness cannot be foreseen; but it can be followed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.voice.recursive import Recursive, high_shelf

if TYPE_CHECKING:
    from device.voice.engine import Samples

AIM_DECIBELS = -15.7
"""Power of full scale, weighed, that a voice has while it speaks, where it is as loud as is aimed at: such a sentence
has -18 LUFS, of which pauses and soft sounds are a part."""

BRIGHT_HERTZ, BRIGHT_DECIBELS = 1500.0, 4.0
"""The shelf by which ITU-R BS.1770 weighs sound before it measures power: without it a bright voice is too loud where
it hisses."""

STRENGTH = 0.75
"""Of what it is too loud or too soft so much is taken off; with all of it, speech becomes flat and restless."""

MEMORY_SECONDS = 0.25
"""How long what was heard counts."""

TRUST_SECONDS = 0.1
"""So much is supposed to have been heard as it should be, before the first sound."""

SOFTEST_DECIBELS = -18.0
"""Against the aim: what is softer is no speech, and moves nothing."""

MOST_DECIBELS = 5.0
"""No sound is raised or lowered by more."""

HOP_SECONDS = 0.01


class Rider:
    """Evens one sentence around `AIM_DECIBELS`; nothing is late. For one thread.

    Power is looked at in hops that lie on a grid from the first sample on, so that chunks of any length give the same
    samples. What was heard up to a hop says what the gain is at its end, and the gain moves there in a line.
    """

    def __init__(self, *, sample_rate: int) -> None:
        self._hop = round(HOP_SECONDS * sample_rate)
        self._aim = 10 ** (AIM_DECIBELS / 10)
        self._softest = self._aim * 10 ** (SOFTEST_DECIBELS / 10)
        self._most = 10 ** (MOST_DECIBELS / 20)
        self._forgets = math.exp(-HOP_SECONDS / MEMORY_SECONDS)
        self._heard, self._energy = TRUST_SECONDS, TRUST_SECONDS * self._aim
        self._ramp = (np.arange(1, self._hop + 1) / self._hop).astype(np.float32)
        self._weighing = Recursive(high_shelf(BRIGHT_HERTZ, BRIGHT_DECIBELS, sample_rate=sample_rate))
        self._kept = np.zeros(0, np.float32)  # of the hop that is not full yet
        self._weighed = np.zeros(0, np.float32)  # the same, weighed
        self._last, self._next = 1.0, 1.0  # gains at both ends of that hop

    def push(self, samples: Samples) -> Samples:
        """As many as went in."""
        gone = len(self._kept)
        sound = np.concatenate([self._kept, samples])
        full = len(sound) // self._hop
        weighed = np.concatenate([self._weighed, self._weighing.push(samples)])
        whole = weighed[: full * self._hop].reshape(-1, self._hop).astype(np.float64)
        powers = np.einsum("ij,ij->i", whole, whole) / self._hop
        gains = [self._last, self._next, *map(self._gain, powers.tolist())]
        self._last, self._next = gains[full : full + 2]
        self._kept, self._weighed = sound[full * self._hop :], weighed[full * self._hop :]
        edges = np.array(gains, np.float32)
        lines = edges[:-1, None] + np.diff(edges)[:, None] * self._ramp
        return sound[gone:] * lines.reshape(-1)[gone : len(sound)]

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)

    def _gain(self, power: float) -> float:
        """The gain once a hop of this power was heard too."""
        if power > self._softest:
            self._heard = self._heard * self._forgets + HOP_SECONDS
            self._energy = self._energy * self._forgets + power * HOP_SECONDS
        gain: float = (self._aim * self._heard / self._energy) ** (STRENGTH / 2)
        return min(max(gain, 1 / self._most), self._most)
