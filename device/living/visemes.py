"""What the mouth does for each sound that is heard: phonemes with their samples to visemes with their times."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypeAlias

from device.living.loudness import STEP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.core.types import Mark
    from device.living.loudness import Loudness

Held: TypeAlias = Literal["lips", "teeth"]

LATE = 0.02
"""Seconds by which the marks of a vowel lie behind what is heard: its loudest 10 ms against the middle of its mark."""

CLOSED_BEFORE_END = 0.065
"""Seconds before the end of its mark at which p or b is quietest, at the earliest at its first sample. Median over 54:
at the start + 36 ms where it begins a word, the blank before it included, at the start - 4 ms inside one."""

HEARD = 0.75
"""How far a mouth opens for a sound, in what is usual, from which it counts as heard: 6 decibels less loud."""

PAUSE = 0.12
"""Seconds without a phoneme from which the mouth closes; over less, as between words, the last shape goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viseme:
    """A shape of the mouth; the units are told in visemes.toml."""

    name: str
    jaw: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    holds: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisemeSpan:
    """A shape, and when it is heard.

    Attributes:
        viseme: The shape.
        start: In seconds from the start of the speech; below 0 by `LATE` at most.
        end: Where the next one begins, or the pause.
        held_at: The middle of what it holds, in seconds; None where it holds nothing.
    """

    viseme: Viseme
    start: float
    end: float
    held_at: float | None = None


class Visemes:
    """The classes of sounds, as they are in visemes.toml."""

    def __init__(self, text: str) -> None:
        data = tomllib.loads(text)
        self.all = {
            name: Viseme(name=name, **{key: value for key, value in table.items() if key != "ipa"})
            for name, table in data["viseme"].items()
        }
        self._of = {_decomposed(ipa): self.all[name] for name, table in data["viseme"].items() for ipa in table["ipa"]}
        self._neutral = self.all[data["neutral"]]
        self._silent = frozenset(data["silent"])
        longest = sorted(self._of, key=len, reverse=True)
        self._sounds = re.compile("|".join([*map(re.escape, longest), "(?s:.)"]))

    def of(self, phoneme: str) -> tuple[Viseme, ...]:
        """Of one phoneme in IPA: two for an affricate or a diphthong, none for what moves no lips, as a tone."""
        each = (self._of_sound(sound) for sound in self._sounds.findall(_decomposed(phoneme)))
        return tuple(viseme for viseme in each if viseme is not None)

    def knows(self, sound: str) -> bool:
        """Whether a sound has a class of its own, or is known to move nothing."""
        return _decomposed(sound) in self._of or sound in self._silent

    def _of_sound(self, sound: str) -> Viseme | None:
        if found := self._of.get(sound):
            return found
        if sound in self._silent or unicodedata.category(sound)[0] not in "LN" or unicodedata.category(sound) == "Lm":
            return None
        return self._neutral


@cache
def visemes() -> Visemes:
    """Those that come with voxframe."""
    return Visemes(resources.files("device.living").joinpath("visemes.toml").read_text(encoding="utf-8"))


def viseme_spans(marks: Iterable[Mark], *, sample_rate: int, first: int = 0) -> tuple[VisemeSpan, ...]:
    """The shapes that a speech is heard with, in the order of time; what lies between two of them is a pause.

    Args:
        marks: Of a speech, or of as much of it as is known; only its phonemes are looked at, in the order of time.
        sample_rate: Of the speech.
        first: The sample from which the times are counted.
    """
    spans: list[VisemeSpan] = []
    for mark in marks:
        if mark.kind != "phoneme" or mark.end <= mark.first:
            continue
        start, end = ((sample - first) / sample_rate - LATE for sample in (mark.first, mark.end))
        shapes = visemes().of(mark.text)
        if spans and start - spans[-1].end < PAUSE:
            spans[-1] = replace(spans[-1], end=start if shapes else end)
        step = (end - start) / max(1, len(shapes))
        for at, viseme in enumerate(shapes):
            spans.append(_span(viseme, start + at * step, start + (at + 1) * step))
    return tuple(spans)


def loud_spans(loudness: Loudness) -> tuple[VisemeSpan, ...]:
    """The same for a voice that marks no phonemes: half open wherever it is heard, and no lips or teeth are met."""
    spans: list[VisemeSpan] = []
    for number, opens in enumerate(loudness.opens):
        if opens < HEARD:
            continue
        start, end = number * STEP, (number + 1) * STEP
        if spans and start - spans[-1].end < STEP / 2:
            start = spans.pop().start
        spans.append(VisemeSpan(viseme=visemes().all["half_open"], start=start, end=end))
    return tuple(spans)


def _span(viseme: Viseme, start: float, end: float) -> VisemeSpan:
    held_at = max(start, end - CLOSED_BEFORE_END) + LATE if viseme.holds else None
    return VisemeSpan(viseme=viseme, start=start, end=end, held_at=held_at)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
