"""Captions of a speech: the marks of its voice to cues, and cues to WebVTT.

A cue shows what is heard, as the voice was given it: numbers and signs in words, so that each word has its own time.
Cues and lines follow broadcasters: two lines, parted where one pauses, shown until the next where there is no room.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Cue, CueWord
from device.text.parting import line_break, parted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from device.core.types import Mark

SHORTEST_SECONDS = 1.0
"""How long a cue is shown where there is room: a word alone is heard in less than it takes to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one speaker says at a time.

    Attributes:
        marks: Sentences, and their words where the voice knows them, in samples from the start of the whole speech.
        speaker: A name, where several speak.
    """

    marks: Sequence[Mark]
    speaker: str | None = None


def cues_of(speech: Iterable[Said], *, sample_rate: int) -> tuple[Cue, ...]:
    """What to show when: cues that do not overlap, with every word of every sentence once and in order.

    A sentence is shown from its start to its end, one of more than two lines in parts, of which each stays until the
    next. Where the voice marks sentences alone, their parts are as long as their letters are many, and no word has a
    time: one that nobody knows would run away from the voice at its first pause.

    Args:
        speech: In the order in which it is heard.
        sample_rate: Samples a second.
    """
    cues: list[Cue] = []
    for said in speech:
        for sentence in (mark for mark in said.marks if mark.kind == "sentence"):
            inside = [
                mark for mark in said.marks if mark.kind == "word" and sentence.first <= mark.first < sentence.end
            ]
            cues += _cues_of_one(sentence, inside, sample_rate, said.speaker)
    # The last one ends with the sound: behind it nothing plays any more.
    rooms = [*(cue.start for cue in cues[1:]), *(cue.end for cue in cues[-1:])]
    return tuple(
        replace(cue, end=max(cue.end, min(cue.start + SHORTEST_SECONDS, room)))
        for cue, room in zip(cues, rooms, strict=True)
    )


def webvtt(cues: Iterable[Cue], *, note: str) -> str:
    """A WebVTT file (W3C, 2019), times in milliseconds: words carry theirs, cues the name of who speaks, if any.

    Args:
        cues: In their order.
        note: What somebody should know who opens the file; players do not show it.
    """
    blocks = ["WEBVTT", f"NOTE {_escaped(note)}"]
    for cue in cues:
        start, end = _millis(cue.start), _millis(cue.end)
        voice = "" if cue.speaker is None else f"<v {_escaped(cue.speaker)}>"
        blocks.append(f"{_time(start)} --> {_time(end)}\n{voice}{_timed(cue, start, end)}")
    return "\n\n".join(blocks) + "\n"


def _cues_of_one(sentence: Mark, words: Sequence[Mark], rate: int, speaker: str | None) -> list[Cue]:
    tokens = sentence.text.split()
    known = _known(tokens, words)
    borders = parted(tokens)
    times = _times(tokens, borders, known, sentence)
    if any(end <= first for first, end in pairwise(times)):
        times = _times(tokens, borders, {}, sentence)
    shown = [CueWord(text=token, start=known[at] / rate if at in known else None) for at, token in enumerate(tokens)]
    return [
        Cue(lines=_lines(shown[first:end]), start=begin / rate, end=over / rate, speaker=speaker)
        for (first, end), (begin, over) in zip(pairwise(borders), pairwise(times), strict=True)
    ]


def _known(tokens: Sequence[str], words: Sequence[Mark]) -> dict[int, int]:
    """The first samples of those tokens of which the voice tells one, however it writes the others."""
    marked = [(part, mark.first if at == 0 else None) for mark in words for at, part in enumerate(mark.text.split())]
    bare = [_bare(token) for token in tokens]
    same = SequenceMatcher(None, bare, [_bare(part) for part, _ in marked], autojunk=False).get_matching_blocks()
    found = {block.a + at: marked[block.b + at][1] for block in same for at in range(block.size)}
    return {at: first for at, first in found.items() if first is not None}


def _times(tokens: Sequence[str], borders: Sequence[int], known: Mapping[int, int], sentence: Mark) -> list[float]:
    """The samples of the borders: known ones, and between them in proportion to the letters."""
    letters = [0, *accumulate(len(token) for token in tokens)]
    anchors = {0: sentence.first, letters[-1]: sentence.end} | {letters[at]: known[at] for at in known if at}
    places = sorted(anchors)
    return [float(np.interp(letters[at], places, [anchors[place] for place in places])) for at in borders]


def _lines(words: list[CueWord]) -> tuple[tuple[CueWord, ...], ...]:
    at = line_break([word.text for word in words])
    return (tuple(words),) if at is None else (tuple(words[:at]), tuple(words[at:]))


def _bare(token: str) -> str:
    """Without the punctuation around it."""
    inside = [at for at, each in enumerate(token) if unicodedata.category(each)[0] in "LMN"]
    return token[inside[0] : inside[-1] + 1] if inside else token


def _timed(cue: Cue, start: int, end: int) -> str:
    """The lines; a time stands before each word that is heard later than the one before, inside the cue."""
    last = start
    lines = []
    for line in cue.lines:
        shown = []
        for word in line:
            at = start if word.start is None else _millis(word.start)
            is_later = last < at < end
            shown.append(f"<{_time(at)}>{_escaped(word.text)}" if is_later else _escaped(word.text))
            last = at if is_later else last
        lines.append(" ".join(shown))
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _millis(seconds: float) -> int:
    return round(seconds * 1000)


def _time(millis: int) -> str:
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"
