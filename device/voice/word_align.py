"""Which word each sound of a sentence belongs to, where the voice tells its sounds alone.

espeak-ng runs words together ("on the") and makes several groups of sounds of one (1961). What each word sounds like
alone is then laid beside what was said, so that as little as possible differs.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from device.voice.beside import BREAKS, CLAUSE, WORD, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TERMINATORS = frozenset(".,;:!?")
"""What stands among the phonemes where a clause ends."""

_STRESS = frozenset("\u02c8\u02cc")
_BASES = frozenset(("Ll", "Lo", "Lu", "Nd"))
_GROUP = re.compile(f"[^{WORD}{CLAUSE}]+")
_LONG_ENOUGH = 2

Alone = tuple[str, ...]
"""The sounds of a word, in groups as blanks part them; without stresses, lengths and accents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word as it is written, and the stop behind it, if any."""

    text: str
    stop: str = ""


@dataclass(slots=True, kw_only=True)
class _Clause:
    """Sounds up to a stop: where they stand among the symbols, and their groups, parted by blanks."""

    places: list[int]
    sounds: str
    stop: str = ""


def words_in(text: str) -> list[Word]:
    """The words of a text, without the punctuation around them."""
    words: list[Word] = []
    for token in text.split():
        inside = [at for at, each in enumerate(token) if unicodedata.category(each)[0] in "LMN"]
        stop = token[-1] if token[-1] in TERMINATORS else ""
        if inside:
            words.append(Word(text=token[inside[0] : inside[-1] + 1], stop=stop))
        elif words and stop:
            words[-1] = Word(text=words[-1].text, stop=stop)
    return words


def bare(phonemes: Iterable[str]) -> str:
    """The sounds alone, with blanks between groups and commas between clauses."""
    kept = []
    for each in "".join(phonemes):
        if _is_base(each):
            kept.append(each)
        elif each.isspace():
            kept.append(WORD)
        elif each in TERMINATORS:
            kept.append(CLAUSE)
    return "".join(kept)


def owners(phonemes: Sequence[str], words: Sequence[Word], alone: Callable[[str], Alone]) -> list[int | None]:
    """The word of each phoneme, None for blanks and stops; they never go back.

    Args:
        phonemes: What was said of all the words.
        words: The words.
        alone: What one of them sounds like; no groups for one that is silent.
    """
    found: list[int | None] = [None] * len(phonemes)
    clauses = _clauses(phonemes)
    heard = [(at, word, groups) for at, word in enumerate(words) if (groups := alone(word.text))]
    if not heard:
        # Silent alone, and yet something was said: by the letters then.
        heard = [(at, word, (word.text,)) for at, word in enumerate(words)]
    if not heard or not clauses:
        return found
    for clause, inside in _paired(clauses, heard):
        of = _assigned(clause, [(word, groups) for _, word, groups in inside])
        for place, which in zip(clause.places, of, strict=True):
            if found[place] is None:
                found[place] = inside[which][0]
    _mend(found, [at for at, _, _ in heard])
    _attach(found, phonemes)
    return found


_Heard = tuple[int, Word, Alone]


def _clauses(phonemes: Sequence[str]) -> list[_Clause]:
    clauses = [_Clause(places=[], sounds="")]
    for at, phoneme in enumerate(phonemes):
        now = clauses[-1]
        if phoneme in TERMINATORS:
            now.stop = phoneme
            clauses.append(_Clause(places=[], sounds=""))
        elif phoneme.isspace():
            now.sounds += WORD if now.places and not now.sounds.endswith(WORD) else ""
        else:
            sounds = [each for each in phoneme if _is_base(each)]
            now.places += [at] * len(sounds)
            now.sounds += "".join(sounds)
    for clause in clauses:
        clause.sounds = clause.sounds.rstrip()
    return [clause for clause in clauses if clause.places]


def _paired(clauses: list[_Clause], heard: list[_Heard]) -> list[tuple[_Clause, list[_Heard]]]:
    """Clauses with their words; all as one where the voice heard other clauses than those that are written."""
    written: list[list[_Heard]] = [[]]
    for each in heard:
        written[-1].append(each)
        if each[1].stop:
            written.append([])
    written = [inside for inside in written if inside]
    stops = [inside[-1][1].stop for inside in written]
    if stops == [clause.stop for clause in clauses]:
        return list(zip(clauses, written, strict=True))
    whole = _Clause(
        places=[place for clause in clauses for place in clause.places],
        sounds="".join(clause.sounds + (CLAUSE if clause.stop else WORD) for clause in clauses).rstrip(" ,"),
    )
    return [(whole, heard)]


def _assigned(clause: _Clause, words: list[tuple[Word, Alone]]) -> list[int]:
    """The word of each sound of a clause."""
    spans = [found.span() for found in _GROUP.finditer(clause.sounds)]
    anchors = _anchors([clause.sounds[begin:end] for begin, end in spans], [alone for _, alone in words])
    of: list[int] = []
    group = word = 0
    for at_group, at_word in (*anchors, (len(spans), len(words))):
        if group < at_group:
            part = clause.sounds[spans[group][0] : spans[at_group - 1][1]]
            of += [word + each for each in _assigned_between(part, words[word:at_word])]
        if at_group < len(spans):
            of += [at_word] * (spans[at_group][1] - spans[at_group][0])
        group, word = at_group + 1, at_word + 1
    return of


def _anchors(groups: list[str], words: list[Alone]) -> list[tuple[int, int]]:
    """Groups and words that are surely the same: long ones that are there once in both, and sound as they do alone."""
    said, written = Counter(groups), Counter(alone[0] for alone in words if len(alone) == 1)
    places = {group: at for at, group in enumerate(groups)}
    anchors: list[tuple[int, int]] = []
    for word, alone in enumerate(words):
        sound = alone[0]
        if len(alone) == 1 and len(sound) >= _LONG_ENOUGH and said[sound] == written[sound] == 1:
            anchors.append((places[sound], word))
    if anchors != sorted(anchors):
        return []
    kept: list[tuple[int, int]] = []
    for each in anchors:
        if _is_whole(kept[-1] if kept else (-1, -1), each):
            kept.append(each)
    while kept and not _is_whole(kept[-1], (len(groups), len(words))):
        kept.pop()
    return kept


def _is_whole(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether there are groups and words between, or neither."""
    return (after[0] - before[0] > 1) == (after[1] - before[1] > 1)


def _assigned_between(said: str, words: list[tuple[Word, Alone]]) -> list[int]:
    groups = said.split(WORD)
    if len(groups) == len(words) and CLAUSE not in said and all(len(alone) == 1 for _, alone in words):
        return [at for at, group in enumerate(groups) for _ in group]
    sounds, of = "", list[int]()
    for at, (_, alone) in enumerate(words):
        if sounds:
            sounds += CLAUSE if words[at - 1][0].stop else WORD
            of.append(at)  # what is said behind a blank is the next word's
        one = WORD.join(alone)
        sounds += one
        of += [at] * len(one)
    places = beside(said, sounds)
    if places is None:
        return _shares(sum(map(len, groups)) - said.count(CLAUSE), [sum(map(len, alone)) for _, alone in words])
    return [of[max(0, place)] for place, each in zip(places, said, strict=True) if each not in BREAKS]


def _shares(sounds: int, lengths: list[int]) -> list[int]:
    ends = list(accumulate(lengths))
    return [bisect_right(ends, at * ends[-1] // sounds) for at in range(sounds)]


def _mend(found: list[int | None], heard: list[int]) -> None:
    """Give a word without sounds one of its neighbour's, where the neighbour has several."""
    places = [place for place, word in enumerate(found) if word is not None]
    of = [word for word in found if word is not None]
    for missing in sorted(set(heard) - set(of)):
        at = bisect_left(of, missing)
        for near in (at, at - 1):
            if 0 <= near < len(of) and _is_shared(of, near):
                of[near] = missing
                break
    for place, word in zip(places, of, strict=True):
        found[place] = word


def _is_shared(of: list[int], at: int) -> bool:
    return of[at] in (*of[max(0, at - 1) : at], *of[at + 1 : at + 2])


def _attach(found: list[int | None], phonemes: Sequence[str]) -> None:
    """A stress goes with the sound behind it; a length, an accent and the like with the one before."""
    for at, phoneme in enumerate(phonemes):
        if at and found[at] is None and not _is_break(phoneme) and phoneme not in _STRESS:
            found[at] = found[at - 1]
    for at in range(len(phonemes) - 2, -1, -1):
        if found[at] is None and not _is_break(phonemes[at]):
            found[at] = found[at + 1]
    for at, phoneme in enumerate(phonemes[1:], start=1):
        if found[at] is None and not _is_break(phoneme):
            found[at] = found[at - 1]


def _is_break(phoneme: str) -> bool:
    return phoneme.isspace() or phoneme in TERMINATORS


def _is_base(each: str) -> bool:
    return unicodedata.category(each) in _BASES
