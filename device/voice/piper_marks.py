"""When each word and each phoneme of a Piper voice is heard, from the frames that each of its numbers takes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Mark
from device.voice.ipa import SECOND_STRESS, STRESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from device.voice.phonemes import Sentence
    from device.voice.prosody import Frames


def marks_of(sentences: Sequence[Sentence], frames: Sequence[Frames], *, hop: int) -> tuple[Mark, ...]:
    """Words and phonemes with their samples, a word before its phonemes; a stress belongs to the phoneme behind it.

    So does a blank, where no pause parts two words: the voice learnt to begin the next one there (docs/adr/0025).
    """
    marks: list[Mark] = []
    begin = 0
    for sentence, durations in zip(sentences, frames, strict=True):
        ends = begin + np.cumsum(durations) * hop
        firsts = ends - durations * hop
        spans: dict[int, tuple[int, int]] = {}
        for owner, first, end in zip(sentence.owners, firsts, ends, strict=True):
            spans[owner] = (spans.get(owner, (int(first), 0))[0], int(end))
        marks += _marks_of_one(sentence, spans)
        begin = int(ends[-1])
    return tuple(marks)


def _marks_of_one(sentence: Sentence, spans: Mapping[int, tuple[int, int]]) -> list[Mark]:
    phonemes: list[tuple[int | None, Mark]] = []
    waiting: int | None = None
    for at, symbol in enumerate(sentence.symbols):
        if at not in spans:
            continue
        first, end = spans[at]
        joins = bool(phonemes) and phonemes[-1][1].end == first
        if symbol.phoneme in (STRESS, SECOND_STRESS) or (joins and symbol.phoneme == " "):
            waiting = first if waiting is None else waiting
        elif is_heard(symbol.phoneme):
            begin = first if waiting is None else waiting
            phonemes.append((symbol.word, Mark(kind="phoneme", text=symbol.phoneme, first=begin, end=end)))
            waiting = None
        elif joins and _is_modifier(symbol.phoneme):
            word, before = phonemes[-1]
            phonemes[-1] = word, replace(before, text=f"{before.text}{symbol.phoneme}", end=end)
        elif not _is_modifier(symbol.phoneme):
            waiting = None
    words: dict[int, tuple[int, int]] = {}
    for word, mark in phonemes:
        if word is not None:
            words[word] = (words.get(word, (mark.first, 0))[0], mark.end)
    said = [Mark(kind="word", text=sentence.words[word], first=first, end=end) for word, (first, end) in words.items()]
    return sorted([*said, *(mark for _, mark in phonemes)], key=lambda mark: (mark.first, mark.kind != "word"))


def is_heard(phoneme: str) -> bool:
    """Whether it is a sound of its own: no pause, no stress, nothing that belongs to the sound before."""
    return any(unicodedata.category(each) in ("Ll", "Lo", "Lu", "Nd") for each in phoneme)


def _is_modifier(phoneme: str) -> bool:
    return unicodedata.category(phoneme[:1] or " ") in ("Lm", "Mn")
