"""How many frames to make at once, and when the sound may begin: as early as it can, and so that it never stops.

Making n frames takes b (n + 6) seconds: the six are the cost of a call, counted in frames. They are a property of the
graph (2.6 ms a call and 0.45 ms a frame where it was measured) and stay the same; b alone is learnt while speaking.
Learning both from noisy times once made a device wait for 11 s.

A frame sounds for h seconds. With r = b / h, a chunk of n frames sounds as long as the next one of n takes, if

    n h >= b (n + 6), that is n >= 6 r / (1 - r)

so this is the least with which a long sentence can begin and go on: smaller ones would cost more than they sound, and
leave even less for the next. Each following chunk may be as large as what is still to be heard allows. The last call
gives all the frames that the stream looks ahead at once: a short sentence has to begin with more, or to wait.

How long, is found by going through the calls that are left. Each must be done before what was made before it has been
heard; the one that would be latest says by how much the sound must wait in front of everything. That is worked out
anew after each call until the sound begins, so a device that is slower than the speech waits once, and no longer than
it must.
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

MARGIN = 1.1
"""A call may take so much longer than what was measured: other programs want the processor too.

Of k calls some are quick and others slow, and all together are late by a share that is smaller by the root of k.
"""

DRIFT = 1.05
"""But never by less: a device that gets warm is slower for all of them."""

SLACK_SECONDS = 0.02
"""And be late by so much: about what a scheduler gives to another program before it comes back to this one."""

LARGEST = 45
"""Frames at once. Beyond 51 the runtime takes fresh pages from the system at each call, and is 1.6 times slower."""

SMALLEST = 6
"""Frames at once: with fewer the cost of the calls is most of the work, on a device that has time enough anyway."""

REMEMBERED = 5
"""Calls from which the speed is known: their median, so that one that was held up by something else counts little."""

LATER = 1.25
"""A frame of what comes later costs so many times b: with its share of calls, phonemes and encoder."""

SECONDS_A_LETTER = 0.06
"""How long a letter sounds, until the voice has said a sentence."""

_TRIED = 3
"""Frames by which the beginnings of a sentence differ that are weighed against each other."""

_NEARLY = 0.98
"""From this r on no chunk can be large enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A sentence that is being made.

    Attributes:
        frames: All of it.
        look_ahead: Frames that the stream is late: the last call gives them all.
        after: Frames of the sentences behind it that belong to the same text.
        ratio: By how much faster than they are made its frames are heard.
        withheld_seconds: Of sound that whatever shapes the voice keeps until the sentence ends.
    """

    frames: int
    look_ahead: int
    after: int = 0
    ratio: float = 1.0
    withheld_seconds: float = 0.0


@dataclass(slots=True)
class Schedule:
    """One for a voice, for all that it says. For one thread.

    Attributes:
        monotonic: Seconds of a clock that never goes back.
        guess: Seconds a frame while nothing was measured yet; 0 for an engine that does not make its sound by frames.
        frame_seconds: What a frame sounds for.
        begins: When the sound of this speech may begin, on that clock; in the past where it has begun.
    """

    monotonic: Callable[[], float]
    guess: float = 0.0
    frame_seconds: float = 1.0
    begins: float = 0.0
    _measured: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _learnt: float | None = None
    _handed_seconds: float = 0.0
    _heard_until: float = 0.0
    _frames_a_letter: float | None = None
    _course: Course | None = None
    _left: int = 0
    _letters: float = 0.0
    _later_letters: float = 0.0
    _ratio: float = 1.0

    @property
    def seconds_a_frame(self) -> float:
        """b, as far as it is known."""
        return self.guess if self._learnt is None else self._learnt

    def keeps_up(self, ratio: float) -> bool:
        """Whether a sentence of any length can be made while it is heard, at this ratio of a manner."""
        return MARGIN * self._cost(LARGEST) * ratio < LARGEST * self.frame_seconds

    def suppose(self, seconds_a_frame: float, *, frame_seconds: float) -> None:
        """An engine was loaded: what is known of it; what was learnt of another one is forgotten."""
        if frame_seconds != self.frame_seconds:
            self._measured.clear()
            self._learnt = self._frames_a_letter = None
        self.guess, self.frame_seconds = seconds_a_frame, frame_seconds

    def begin(self) -> None:
        """A speech begins: nothing is to be heard yet."""
        self.begins = math.inf
        self._handed_seconds = self._heard_until = 0.0
        self.expect(0.0, later=0.0)

    def expect(self, letters: float, *, later: float, ratio: float = 1.0) -> None:
        """A text comes now of which so many letters are to be made, and after it, as far as is known, so many more.

        A letter counts as much as its frames do: by the ratio of its manner, divided by the tempo. What was kept is not
        made, and has none. What is not known yet is taken to have this text's ratio.
        """
        self._letters, self._later_letters, self._ratio = letters, later, ratio
        self._course, self._left = None, 0

    def handed(self, seconds: float) -> None:
        """So much sound was handed on, to be heard after what was handed on before."""
        now = self.monotonic()
        self._handed_seconds += seconds
        if now < self.begins:
            self.begins = now + self._wait(self._handed_seconds)
            self._heard_until = self.begins + self._handed_seconds
        else:
            self._heard_until = max(self._heard_until, now) + seconds

    @property
    def buffered(self) -> float:
        """Seconds of sound that are still to be heard, by a listener who began when the sound began."""
        return max(0.0, self._heard_until - max(self.begins, self.monotonic())) if self._handed_seconds else 0.0

    def frames(self, course: Course, *, done: int) -> int:
        """How many frames to give next, after so many; all that are left where this is the last call."""
        if self._course is None and self._letters:
            self._frames_a_letter = (course.frames + course.after) / self._letters
        left = course.frames - done
        frames = self._next(course, left, self.buffered) if done else self._first(course)
        self._course, self._left = course, left - frames
        return frames

    def took(self, frames: int, seconds: float) -> None:
        """Learn from a call that was not the first or the last of its sentence, which do other work too."""
        self._measured.append(seconds / (frames + CALL_FRAMES))
        self._learnt = median(self._measured)

    def _cost(self, frames: int) -> float:
        return self.seconds_a_frame * (frames + CALL_FRAMES)

    def _affordable(self, seconds: float) -> int:
        return int((seconds - SLACK_SECONDS) / MARGIN / self.seconds_a_frame - CALL_FRAMES)

    def _steady(self, course: Course) -> int:
        """The fewest frames that sound as long as as many take."""
        r = MARGIN * self.seconds_a_frame * course.ratio / self.frame_seconds
        return min(LARGEST, max(SMALLEST, math.ceil(CALL_FRAMES * r / (1 - r)))) if r < _NEARLY else LARGEST

    def _first(self, course: Course) -> int:
        """With which beginning the sound begins soonest."""
        rest = course.frames - course.look_ahead
        least = min(LARGEST, max(self._steady(course), self._affordable(self.buffered) - course.look_ahead))
        if rest <= least + SMALLEST:
            return course.frames
        soonest, best = math.inf, least
        for frames in range(least, min(LARGEST, rest - SMALLEST) + 1, _TRIED):
            took = self._cost(frames)
            sound = max(0.0, frames * self.frame_seconds / course.ratio - course.withheld_seconds)
            late = self._late(course, course.frames - frames, max(0.0, self.buffered - took) + sound)
            if took + late < soonest:
                soonest, best = took + late, frames
            if late == 0:
                break
        return best

    def _wait(self, sounds: float) -> float:
        """Seconds for which the sound must wait, if `sounds` seconds of it are there."""
        if self._course is not None:
            return self._late(self._course, self._left, sounds)
        # Silence, or what was kept: it tells nothing of what comes.
        unknown = Course(frames=0, look_ahead=0, after=round(self._frames_of(self._letters)), ratio=self._ratio)
        return self._late(unknown, 0, sounds)

    def _frames_of(self, letters: float) -> float:
        return letters * (self._frames_a_letter or SECONDS_A_LETTER / self.frame_seconds)

    def _late(self, course: Course, left: int, sounds: float) -> float:
        """Seconds by which the latest of the calls that are left would be late; `sounds` are to be heard from now."""
        passed = late = 0.0
        calls = 0
        while left:
            frames = self._next(course, left, sounds - passed)
            passed += self._cost(frames)
            calls += 1
            late = max(late, _at_the_latest(passed, calls) - sounds)
            sounds += frames * self.frame_seconds / course.ratio
            left -= frames
        later = course.after + self._frames_of(self._later_letters)
        if later > 0:
            calls += math.ceil(later / LARGEST)
            passed += later * LATER * self.seconds_a_frame
            sounds += max(0.0, later - LARGEST) * self.frame_seconds / course.ratio
            late = max(late, _at_the_latest(passed, calls) - sounds)
        return late

    def _next(self, course: Course, left: int, sounds: float) -> int:
        """What is given while `sounds` seconds are to be heard; at least one frame is kept for the last call."""
        most = left - course.look_ahead - 1
        frames = max(self._steady(course), min(LARGEST, self._affordable(sounds)))
        if most < SMALLEST or (left <= LARGEST + CALL_FRAMES and MARGIN * self._cost(left) + SLACK_SECONDS <= sounds):
            return left
        return min(frames, most)


def _at_the_latest(seconds: float, calls: int) -> float:
    return seconds * max(DRIFT, 1 + (MARGIN - 1) / math.sqrt(calls)) + SLACK_SECONDS
