"""How a face moves while it speaks: shapes of the mouth to coefficients at any time.

Shapes run into one another (co-articulation): each counts by its share of a window that slides over them, a short one
for the jaw, a longer one for width and rounding; what has to be met, as closed lips, is laid on top. Nothing but sums,
products, comparisons and sines, so that a page can do the same in its own language.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from device.living.chance import chances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.living.loudness import Loudness
    from device.living.visemes import Held, VisemeSpan

Array = npt.NDArray[np.float64]
Plane = npt.NDArray[np.float32]

CHANNELS = ("jaw", "upper", "lower", "wide", "round", "teeth", "blink", "across", "down", "brow")
"""What is moved, all 0 in the photo. jaw, upper, lower: as of a viseme, in heights of the face; wide, round: shares of
half the mouth; teeth: how much of them shows, 0 to 1; blink: 0 to 1; across, down, brow: the head to the viewer's right
and down, and the brows up, in heights of the face."""

JAW, UPPER, LOWER, WIDE, ROUND, TEETH, BLINK, ACROSS, DOWN, BROW = range(len(CHANNELS))

EASE = 0.5
"""Seconds in which a face comes alive, and comes to rest; around its speech, as far as there is time."""

SHORTEST_EASE = 0.16
"""Seconds around its speech where another face speaks next to it: lips need as long to open and to close."""

_LEAD = 0.03
"""Seconds by which a shape is seen before it is heard, as on people."""
_CLOSURE_LEAD = 0.02
"""The same for closed lips, which stay closed until the sound is released."""

# Half the width of the windows, in seconds: 2.24 of their standard deviations.
_JAW_REACH = 0.067
_LIPS_REACH = 0.145
_TALK_REACH = 0.2
_HOLD_REACH = 0.036
_SMILE_HOLD_REACH = 0.054

_LEAST_HOLD: dict[Held, float] = {"lips": 0.085, "teeth": 0.07}
_LONGEST_HOLD = 0.11
_FIRMLY = 1.3  # so that what is held is held wholly 20 ms to either side of its middle: in a frame of 25 a second

PRESS = 0.003
"""By how much each lip goes to meet the other where both are held, so that the seam stays shut; heights of the face."""

BITE_UPPER, BITE_LOWER = 0.004, -0.010
"""The lips where the lower one is at the teeth."""

PARTED_OPENS, PARTED_ROUNDS = 0.95, 0.6
"""How much of an opening and of a rounding a mouth makes that is open in the photo: its lips are drawn wide."""

RELAXES = 0.07
"""By how much of half the mouth the corners of such a mouth come in while it speaks: a smile is narrower in speech."""

UPPER_SHARE = 0.36
"""How much of the way lips that are apart in the photo close the upper one goes."""

_SPEECH_CLOSES = 0.6  # of the gap in the photo: an open vowel is about as wide as a laugh, not wider by it
_BLINK_SECONDS = 0.15
_BLINK_REACH = 0.1 + _BLINK_SECONDS / 2
_BLINK_GAPS = (2.2, 4.8)
_FIRST_BLINK = (0.6, 1.4)
_WAITS_FOR_PAUSE = 0.5  # seconds; people blink where they pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Mobility:
    """What the face in a photo can do.

    Attributes:
        gain: How far it opens its mouth, in those of visemes.toml.
        gap: How far lips that are apart in the photo go to meet, in heights of the face; 0 where they are closed.
        speaks: Whether its mouth moves; the head sways and nods without it.
        blinks: Whether its eyes close and open.
        teeth: How much of its teeth ever shows, 0 to 1.
    """

    gain: float = 1.0
    gap: float = 0.0
    speaks: bool = True
    blinks: bool = True
    teeth: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A face while it speaks; the same at the same time, however often it is asked.

    Attributes:
        spans: The shapes of its mouth.
        mobility: What it can do.
        seconds: How long the speech is.
        before: Seconds in front of it from which on the face comes alive.
        after: Seconds behind it at which it is at rest; beyond, it is the photo.
        blinks: The middles of its blinks, in seconds.
        phases: Six angles by which its swaying differs from other faces', in radians.
        loudness: By how much it opens its mouth more or less; None where the sound is not at hand.
    """

    spans: tuple[VisemeSpan, ...]
    mobility: Mobility
    seconds: float
    before: float = EASE
    after: float = EASE
    blinks: tuple[float, ...]
    phases: tuple[float, ...]
    loudness: Loudness | None = None

    def at(self, seconds: npt.ArrayLike) -> Array:
        """Times x channels, for times in seconds from the start of the speech, in any order."""
        times = np.atleast_1d(np.asarray(seconds, np.float64))
        shapes = np.array([_figures(span) for span in self.spans]).reshape(-1, 5)
        starts = np.array([span.start for span in self.spans])
        ends = np.array([span.end for span in self.spans])
        heard = times + _LEAD
        fast, slow = (_shares(heard, starts, ends, reach) @ shapes for reach in (_JAW_REACH, _LIPS_REACH))
        talk = np.clip(_shares(heard, starts, ends, _TALK_REACH).sum(axis=1), 0, 1)
        moved = np.zeros((len(times), len(CHANNELS)))
        if self.mobility.speaks:
            opened = fast[:, :3] * self.mobility.gain
            if self.loudness is not None:
                opened *= self.loudness.at(heard)[:, None]
            moved[:, :BLINK] = self._mouth(times, opened, slow[:, 3:], talk)
        moved[:, BLINK] = self._blink(times)
        moved[:, ACROSS:] = self._sway(times, talk, slow[:, JAW])
        return moved

    def _mouth(self, times: Array, opened: Array, drawn: Array, talk: Array) -> Array:
        """Jaw, lips, width, rounding and teeth."""
        moved = np.zeros((len(times), BLINK))
        moved[:, [WIDE, ROUND]] = drawn * min(self.mobility.gain, 1)
        if self.mobility.gap:
            moved[:, ROUND] = PARTED_ROUNDS * moved[:, ROUND] + RELAXES * talk
            moved[:, JAW : LOWER + 1] = self._parted(times, opened[:, JAW], talk)
        else:
            moved[:, JAW : LOWER + 1] = self._closed(times, opened)
        shown = np.clip((moved[:, JAW : LOWER + 1].sum(axis=1) - 0.012) / 0.02 - 3 * moved[:, ROUND], 0, 1)
        moved[:, TEETH] = self.mobility.teeth * shown
        return moved

    def _closed(self, times: Array, opened: Array) -> Array:
        """Jaw and lips where the mouth is closed in the photo."""
        lips, teeth = self._held("lips", times, _HOLD_REACH), self._held("teeth", times, _HOLD_REACH)
        jaw = opened[:, JAW] * (1 - 0.7 * teeth)
        upper = opened[:, UPPER] + BITE_UPPER * teeth
        lower = opened[:, LOWER] * (1 - teeth) + BITE_LOWER * teeth
        free = 1 - lips
        return np.stack([jaw * free, upper * free - PRESS * lips, lower * free - PRESS * lips], axis=1)

    def _parted(self, times: Array, jaw: Array, talk: Array) -> Array:
        """The same where the lips are apart in the photo: speech more than half closes them, p, b and m wholly."""
        gap = self.mobility.gap
        lips, teeth = self._held("lips", times, _SMILE_HOLD_REACH), self._held("teeth", times, _SMILE_HOLD_REACH)
        apart = PARTED_OPENS * jaw - _SPEECH_CLOSES * gap * talk
        apart = apart * (1 - 0.7 * teeth) - 0.45 * gap * teeth
        apart = apart * (1 - lips) - gap * lips
        less = np.minimum(apart, 0)
        return np.stack([np.maximum(apart, 0), UPPER_SHARE * less, (1 - UPPER_SHARE) * less], axis=1)

    def _held(self, what: Held, times: Array, reach: float) -> Array:
        """How far something is held, 0 to 1: wholly around the time at which it is heard."""
        spans = [span for span in self.spans if span.viseme.holds == what]
        lengths = np.array([min(max(span.end - span.start, _LEAST_HOLD[what]), _LONGEST_HOLD) for span in spans])
        middles = np.array([span.held_at for span in spans], np.float64) - _CLOSURE_LEAD
        held = _FIRMLY * _shares(times, middles - lengths / 2, middles + lengths / 2, reach)
        return np.asarray(held.max(axis=1, initial=0).clip(0, 1))

    def _blink(self, times: Array) -> Array:
        closed = np.zeros(len(times))
        for middle in self.blinks:
            closed = np.maximum(closed, np.clip(1.45 - np.abs(times - middle) / (_BLINK_SECONDS / 2), 0, 1))
        return closed

    def _sway(self, times: Array, talk: Array, jaw: Array) -> Array:
        """The head across and down, with a nod for what is said openly and a breath, and the brows."""
        begun, left = (times + self.before) / EASE, (self.seconds + self.after - times) / EASE
        awake = np.clip(np.minimum(begun, left), 0, 1)
        awake = awake * awake * (3 - 2 * awake)

        def wave(hertz: float, phase: int) -> Array:
            return np.asarray(np.sin(2 * math.pi * hertz * times + self.phases[phase]))

        lively = awake * (0.6 + 0.4 * talk)
        across = lively * (0.006 * wave(0.21, 0) + 0.003 * wave(0.47, 1))
        down = lively * (0.004 * wave(0.27, 2) + 0.002 * wave(0.61, 3)) + awake * 0.05 * (jaw - 0.02) * talk
        return np.stack(
            [across, down + awake * 0.001 * wave(0.25, 5), awake * 0.008 * talk * np.maximum(0, wave(0.31, 4))], 1
        )


def motion_of(  # noqa: PLR0913 - the parts of one motion
    spans: Sequence[VisemeSpan],
    *,
    mobility: Mobility,
    seconds: float,
    seed: int,
    loudness: Loudness | None = None,
    around: tuple[float, float] = (EASE, EASE),
) -> Motion:
    """How a face moves with what it says, and so many seconds before and after; each seed sways in its own way."""
    chance = chances(seed)
    phases = tuple(2 * math.pi * next(chance) for _ in range(6))
    pauses = [one.end for one, other in pairwise(spans) if other.start > one.end]
    blinks: list[float] = []

    def between(low: float, high: float) -> float:
        return low + (high - low) * next(chance)

    due, last = between(*_FIRST_BLINK), seconds + around[1] - _BLINK_REACH
    while mobility.blinks and due < last:
        later = (
            pause + _BLINK_REACH / 2 for pause in pauses if due <= pause + _BLINK_REACH / 2 < due + _WAITS_FOR_PAUSE
        )
        blinks.append(min(next(later, due), last))
        due = blinks[-1] + between(*_BLINK_GAPS)
    return Motion(
        spans=tuple(spans),
        mobility=mobility,
        seconds=seconds,
        before=around[0],
        after=around[1],
        blinks=tuple(blinks),
        phases=phases,
        loudness=loudness,
    )


def _figures(span: VisemeSpan) -> tuple[float, ...]:
    shape = span.viseme
    return shape.jaw, shape.upper, shape.lower, shape.wide, shape.round


def _shares(times: Array, starts: Array, ends: Array, reach: float) -> Array:
    """Times x spans: how much of the window around each time lies in each span."""
    return _step((times[:, None] - starts) / reach) - _step((times[:, None] - ends) / reach)


def _step(x: npt.NDArray[np.floating[Any]]) -> Array:
    """From 0 at -1 to 1 at 1, smooth, and exactly level beyond: the integral of a parabola."""
    x = np.clip(x, -1, 1)
    return np.asarray(0.5 + 0.75 * x - 0.25 * x * x * x)
