"""Who of a photo is seen to do what, and when: its faces and a speech to what is seen at any time of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from device.living.inside import smooth
from device.living.loudness import loudness_of
from device.living.motion import EASE, SHORTEST_EASE, motion_of
from device.living.render import render
from device.living.spotlight import Spotlight
from device.living.visemes import loud_spans, viseme_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from device.core.types import Box, Mark, Pcm, Rgb, Speaker, Utterance
    from device.living.motion import Array, Motion
    from device.living.rig import Rig

_FADE = 0.4
"""Seconds in which the light comes and goes, around a turn."""

_AT_ONCE = 100
"""Pictures whose figures are worked out together: of all of a long speech they would take hundreds of megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """A speech, or as much of it as is known.

    Attributes:
        pcm: Its samples.
        sample_rate: Samples a second.
        marks: Of each of its utterances, by its number in the narration.
    """

    pcm: Pcm
    sample_rate: int
    marks: Mapping[int, tuple[Mark, ...]]

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.pcm) / self.sample_rate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """A stretch of the speech in which one speaks.

    Attributes:
        speaker: Who.
        start: In seconds from the start of the speech.
        end: Where its last sound ends.
        motion: How the speaker's face moves, in seconds from `start`; None where nothing is moved.
        lit: The faces that the narrator speaks of, where it is not all of them.
    """

    speaker: Speaker
    start: float
    end: float
    motion: Motion | None = None
    lit: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """A photo that comes alive; in memory only, as the rigs.

    Attributes:
        photo: The picture.
        faces: Where all its faces are, in its pixels.
        rigs: Those that move, by their number.
    """

    photo: Rgb
    faces: tuple[Box, ...]
    rigs: Mapping[int, Rig]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """All that is seen of a speech.

    Attributes:
        stage: The photo.
        turns: In the order of time.
        seconds: How long the speech is.
    """

    stage: Stage
    turns: tuple[Turn, ...]
    seconds: float

    def pictures(self, rate: float) -> Iterator[Rgb]:
        """One for each 1/rate second, from the start of the speech to its end; none of them may be written to."""
        return self._seen(np.arange(max(1, round(self.seconds * rate))) / rate)

    def at(self, seconds: float) -> Rgb:
        """The picture at one moment, in seconds from the start of the speech."""
        return next(self._seen(np.array([seconds])))

    def _seen(self, times: Array) -> Iterator[Rgb]:
        spotlight = Spotlight(self.stage.photo.shape[:2], self.stage.faces)
        for first in range(0, len(times), _AT_ONCE):
            yield from self._some(times[first : first + _AT_ONCE], spotlight)

    def _some(self, times: Array, spotlight: Spotlight) -> Iterator[Rgb]:
        moved = [
            (self.stage.rigs[turn.speaker], turn.motion.at(times - turn.start))
            for turn in self.turns
            if turn.motion and turn.speaker != "narrator"
        ]
        lit = self._lit(times)
        for number in range(len(times)):
            picture = self._moved([(rig, rows[number]) for rig, rows in moved])
            # The stronger of two lights, so that none of them goes out while the other one comes.
            if lit[:, number].any():
                brightest = int(lit[:, number].argmax())
                picture = spotlight.on(picture, self.turns[brightest].lit, float(lit[brightest, number]))
            yield picture

    def _lit(self, times: Array) -> Array:
        """Turns x times: how far the faces of a turn are lit, 0 to 1."""
        lit = np.zeros((len(self.turns), len(times)))
        for strength, turn in zip(lit, self.turns, strict=True):
            if turn.lit:
                strength[:] = smooth(1 - np.maximum(turn.start - times, times - turn.end) / _FADE)
        return lit

    def _moved(self, moved: Sequence[tuple[Rig, Array]]) -> Rgb:
        """The photo with its faces moved."""
        picture = self.stage.photo
        moving = [(rig, row) for rig, row in moved if row.any()]
        if moving:
            picture = picture.copy()
        for number, (rig, row) in enumerate(moving):
            left, top, right, bottom = rig.box
            face, there = render(rig, row), picture[top:bottom, left:right]
            # One beside another, where their boxes share pixels, takes those that it moves.
            np.copyto(there, face, where=(face != rig.photo).any(axis=2, keepdims=True) if number else True)
        return picture


class _Stretch(NamedTuple):
    """Utterances of one speaker, without another between them; times in seconds."""

    speaker: Speaker
    lit: tuple[int, ...]
    marks: tuple[Mark, ...]
    start: float
    end: float


def perform(stage: Stage, narration: Sequence[Utterance], heard: Heard, *, seed: int) -> Performance:
    """Everyone at their turn; another seed blinks and sways in another way."""
    stretches = _stretches(narration, heard, len(stage.faces))
    turns = []
    for number, now in enumerate(stretches):
        # Nothing is seen before the sound and behind it.
        before = _ease(stretches[number - 1].end, now.start) if number else min(EASE, now.start)
        last = number + 1 == len(stretches)
        after = min(EASE, heard.seconds - now.end) if last else _ease(now.end, stretches[number + 1].start)
        rig = None if now.speaker == "narrator" else stage.rigs.get(now.speaker)
        motion = _motion(now, rig, heard, seed=seed + number, around=(before, after)) if rig else None
        turns.append(Turn(speaker=now.speaker, start=now.start, end=now.end, motion=motion, lit=now.lit))
    return Performance(stage=stage, turns=tuple(turns), seconds=heard.seconds)


def _motion(now: _Stretch, rig: Rig, heard: Heard, *, seed: int, around: tuple[float, float]) -> Motion:
    first, end = (round(seconds * heard.sample_rate) for seconds in (now.start, now.end))
    loudness = loudness_of(heard.pcm[first:end], sample_rate=heard.sample_rate)
    return motion_of(
        viseme_spans(now.marks, sample_rate=heard.sample_rate, first=first) or loud_spans(loudness),
        mobility=rig.mobility,
        seconds=now.end - now.start,
        seed=seed,
        loudness=loudness,
        around=around,
    )


def _stretches(narration: Sequence[Utterance], heard: Heard, faces: int) -> list[_Stretch]:
    # What is not marked was not heard: nothing of it is seen.
    said = [(narration[number], marks) for number, marks in sorted(heard.marks.items()) if marks]
    stretches = []
    for (speaker, lit), each in groupby(said, key=lambda pair: (pair[0].speaker, _lit(pair[0], faces))):
        marks = tuple(mark for _, of_it in each for mark in of_it)
        first, end = min(mark.first for mark in marks), max(mark.end for mark in marks)
        stretches.append(_Stretch(speaker, lit, marks, first / heard.sample_rate, end / heard.sample_rate))
    return stretches


def _lit(utterance: Utterance, faces: int) -> tuple[int, ...]:
    """The faces that the narrator speaks of; none where it is all of them."""
    if utterance.speaker != "narrator":
        return ()
    known = {f"face {number}": number for number in range(faces)}
    of = {known[claim.about] for claim in utterance.because if claim.about in known}
    return tuple(sorted(of)) if len(of) < faces else ()


def _ease(end: float, start: float) -> float:
    """Between one who ends and one who begins."""
    return float(np.clip((start - end) / 2, SHORTEST_EASE, EASE))
