"""How many frames to make at once: few at first, so that the sound begins early, then more, so that it never stops.

Making n frames takes b (n + 6) seconds: the six are the cost of a call, counted in frames. They are a property of the
graph (2.6 ms a call and 0.45 ms a frame where it was measured) and stay the same; b alone is learnt while speaking.
Learning both from noisy times once made a device wait for 11 s.

A frame sounds for h seconds. With r = b / h, a chunk of n frames sounds as long as the next one of n takes, if

    n h >= b (n + 6), that is n >= 6 r / (1 - r)

so this is the least with which a long sentence can begin, and each following chunk may be as large as what is still to
be heard allows. The last call gives all the frames that the stream looks ahead at once: a short sentence has to begin
with more, and how many is found by going through its calls beforehand. Where r is 1 or more no beginning is small
enough: then everything waits once, in front, until what is left is made in time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CALL_FRAMES = 6
"""What a call costs beside its frames."""

MARGIN = 1.2
"""What is planned is slower by this than what was measured: other programs want the processor too."""

LARGEST = 45
"""Frames at once. Beyond 51 the runtime takes fresh pages from the system at each call, and is 1.6 times slower."""

SMALLEST = 6
"""Frames at once: with fewer the cost of the calls is most of the work, on a device that has time enough anyway."""

REMEMBERED = 5
"""Calls from which the speed is known: their median, so that one that was held up by something else counts little."""

NEARLY = 0.98
"""From this share of the time on a device counts as one that cannot keep up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A sentence that is being made.

    Attributes:
        frames: All of it.
        look_ahead: Frames that the stream is late: the last call gives them all.
        ratio: By how much faster than they are made its frames are heard.
        withheld_seconds: Of sound that whatever shapes the voice keeps until the sentence ends.
    """

    frames: int
    look_ahead: int
    ratio: float = 1.0
    withheld_seconds: float = 0.0


@dataclass(slots=True)
class Schedule:
    """One for a voice, for all that it says. For one thread.

    Attributes:
        monotonic: Seconds of a clock that never goes back.
        guess: Seconds a frame while nothing was measured yet; 0 for an engine that does not make its sound by frames.
        frame_seconds: What a frame sounds for.
    """

    monotonic: Callable[[], float]
    guess: float = 0.0
    frame_seconds: float = 1.0
    _measured: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _heard_until: float = 0.0

    @property
    def seconds_a_frame(self) -> float:
        """b, as far as it is known."""
        return median(self._measured) if self._measured else self.guess

    def begin(self) -> None:
        """A speech begins: nothing is to be heard yet."""
        self._heard_until = 0.0

    def handed(self, seconds: float) -> None:
        """So much sound was handed on, to be heard after what was handed on before."""
        self._heard_until = max(self._heard_until, self.monotonic()) + seconds

    @property
    def buffered(self) -> float:
        """Seconds of sound that are still to be heard, by a listener who began with the first of it."""
        return max(0.0, self._heard_until - self.monotonic())

    def frames(self, course: Course, *, done: int) -> int:
        """How many frames to give next, after so many; all that are left where this is the last call."""
        if done:
            return self._next(course, course.frames - done, self.buffered)
        return self._first(course)

    def took(self, frames: int, seconds: float) -> None:
        """Learn from a call that was not the first or the last of its sentence, which do other work too."""
        self._measured.append(seconds / (frames + CALL_FRAMES))

    def load(self, *, ratio: float = 1.0) -> float:
        """The share of the time that speaking takes, with its margin: from 1 on the device does not keep up."""
        return MARGIN * self.seconds_a_frame * (1 + CALL_FRAMES / LARGEST) * ratio / self.frame_seconds

    def held_back(self, seconds: float, *, ratio: float = 1.0) -> float:
        """How much of a sound of `seconds` must be made before any of it is heard: none where the device keeps up."""
        load = self.load(ratio=ratio)
        return seconds * (1 - 1 / load) if load > NEARLY else 0.0

    def _cost(self, frames: int) -> float:
        return MARGIN * self.seconds_a_frame * (frames + CALL_FRAMES)

    def _affordable(self, seconds: float) -> int:
        return int(seconds / MARGIN / self.seconds_a_frame - CALL_FRAMES)

    def _first(self, course: Course) -> int:
        rest = course.frames - course.look_ahead
        share = MARGIN * self.seconds_a_frame * course.ratio / self.frame_seconds
        steady = math.ceil(CALL_FRAMES * share / (1 - share)) if share < NEARLY else LARGEST
        least = min(LARGEST, max(SMALLEST, steady, self._affordable(self.buffered) - course.look_ahead))
        for frames in range(least, min(LARGEST, rest - SMALLEST) + 1):
            if self._goes_through(course, frames):
                return frames
        return LARGEST if rest > LARGEST + SMALLEST else course.frames

    def _goes_through(self, course: Course, first: int) -> bool:
        """Whether the sound never stops where the sentence begins with so many frames."""
        left = course.frames - first
        sounds = self.buffered + max(0.0, first * self.frame_seconds / course.ratio - course.withheld_seconds)
        while left:
            frames = self._next(course, left, sounds)
            sounds -= self._cost(frames)
            if sounds < 0:
                return False
            sounds += frames * self.frame_seconds / course.ratio
            left -= frames
        return True

    def _next(self, course: Course, left: int, sounds: float) -> int:
        """What is given while `sounds` seconds are to be heard; at least one frame is kept for the last call."""
        most = left - course.look_ahead - 1
        frames = max(SMALLEST, min(LARGEST, self._affordable(sounds)))
        if most < SMALLEST or (left <= LARGEST + CALL_FRAMES and self._cost(left) <= sounds):
            return left
        return min(frames, most)
