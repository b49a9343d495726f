"""Sound as it leaves the voice: as loud as every other sentence, without rumble, with soft edges, never too loud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.voice.limiter import Limiter, look_ahead_seconds
from device.voice.period import coloured, louder_decibels, noise
from device.voice.recursive import Recursive, all_pass, high_pass
from device.voice.rider import Rider
from device.voice.stages import Gain, Stages

if TYPE_CHECKING:
    from device.core.types import Pcm
    from device.voice.engine import Manner, Samples
    from device.voice.period import Period

RUMBLE_HERTZ = 70.0
"""What is lower is no voice, and costs a small loudspeaker its way."""

TURN_HERTZ = 250.0
"""Around it phases are turned, twice, as broadcasters do: a voice is peaks by nature, and to spread them is not heard,
but leaves the limiter half of its work. Sound of 250 Hz is late by 3.6 ms, all other by less."""

EDGE_SECONDS = 0.003
"""How long a sentence is faded in and out, so that a cut in silence does not click."""

KNEE = 0.7
"""From this share of full scale on, samples are bent: a single peak would have the limiter pull down all around it."""

KNEE_ROOM = 0.3
"""What they are bent into, above the knee; what is still above the ceiling is for the limiter."""

_FULL_SCALE = 32767


def leveller(manner: Manner, *, gain: float, sample_rate: int, period: Period = "none", seed: int = 0) -> Stages:
    """All that follows the persona, for one sentence: about -18 LUFS, more or less by the `gain_db` of the manner.

    Args:
        manner: How the sentence is said.
        gain: Of the engine, `device.voice.engine.Engine.gain`.
        sample_rate: Samples a second.
        period: Which time it shall sound of.
        seed: Where the noise of that time begins.
    """
    turned = all_pass(TURN_HERTZ, sample_rate=sample_rate)
    return Stages(
        Gain(gain),
        Recursive(high_pass(RUMBLE_HERTZ, sample_rate=sample_rate), turned, turned),
        *coloured(period, sample_rate=sample_rate),
        Rider(sample_rate=sample_rate),
        # Behind the rider, which would take back what a mood wants.
        Gain(10 ** ((manner.gain_db + louder_decibels(period)) / 20)),
        Knee(),
        Edges(sample_rate=sample_rate),
        *noise(period, seed=seed, sample_rate=sample_rate),
        Limiter(sample_rate=sample_rate),
    )


def withheld_seconds(sample_rate: int) -> float:
    """Seconds of sound that a leveller gives out later than they went in, at most."""
    return EDGE_SECONDS + look_ahead_seconds(sample_rate)


def as_pcm(samples: Samples) -> Pcm:
    """Levelled samples as 16 bits."""
    return np.round(samples * np.float32(_FULL_SCALE)).astype(np.int16)


class Knee:
    """Bends peaks, sample by sample; linear below `KNEE`."""

    def push(self, samples: Samples) -> Samples:
        """All of it, at once."""
        size = np.abs(samples)
        high = size > KNEE
        bent = samples.copy()
        bent[high] = np.copysign(KNEE + KNEE_ROOM * np.tanh((size[high] - KNEE) / KNEE_ROOM), samples[high])
        return bent

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)


class Edges:
    """Fades one sentence in and out, chunk by chunk; its last `EDGE_SECONDS` are held until it ends."""

    def __init__(self, *, sample_rate: int) -> None:
        length = max(1, round(EDGE_SECONDS * sample_rate))
        self._ramp = np.linspace(0, 1, length, dtype=np.float32)
        self._held = np.zeros(0, np.float32)
        self._gone = 0

    def push(self, samples: Samples) -> Samples:
        """What is ready once this went in too."""
        sound = np.concatenate([self._held, samples])
        ready = max(0, len(sound) - len(self._ramp))
        self._held, sound = sound[ready:], sound[:ready]
        rise = self._ramp[self._gone : self._gone + ready]
        sound[: len(rise)] *= rise
        self._gone += ready
        return sound

    def finish(self) -> Samples:
        """The rest."""
        fall = self._ramp[::-1][-len(self._held) :] if len(self._held) else self._ramp[:0]
        return self._held * fall
