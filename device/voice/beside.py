"""Two strings of sounds laid beside each other so that as little as possible differs."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from device.voice.ipa import VOWELS

WORD, CLAUSE = " ", ","
"""What parts words and clauses."""

BREAKS = frozenset((WORD, CLAUSE))


_ALIKE = frozenset(map(frozenset, ("tɾ", "dɾ", "tʔ", "td", "sz", "ɹɚ", "ɹɜ", "nŋ", "lɫ", "ij", "uw", "ɡk", "vf", "ʁɹ")))  # noqa: RUF001 - IPA

_REACH = 12
"""How many sounds what was said may be ahead of the words, or behind them, besides the difference of their lengths."""

_MOST_CELLS = 30_000
"""Some 10 ms on a laptop. What would take more is no sentence, and its words get their share by length."""


def beside(said: str, alone: str) -> list[int] | None:
    """For each sound that was said, the place of the one beside it; None where that would take too long."""
    first, most = 0, min(len(said), len(alone))
    while first < most and said[first] == alone[first]:
        first += 1
    last = 0
    while last < most - first and said[-1 - last] == alone[-1 - last]:
        last += 1
    middle = _cheapest(said[first : len(said) - last], alone[first : len(alone) - last])
    if middle is None:
        return None
    same = [*range(first), *(first + each for each in middle)]
    return same + list(range(len(alone) - last, len(alone)))


def _cheapest(said: str, alone: str) -> list[int] | None:
    """The cheapest way to make one of the other, no further from the diagonal than `_REACH`; -1 is before the first."""
    rows, columns = len(said), len(alone)
    low, high = min(0, columns - rows) - _REACH, max(0, columns - rows) + _REACH
    if rows * (high - low) > _MOST_CELLS:
        return None
    left_out = [_cost_of_leaving(each) for each in alone]
    never = 1e9
    above = [0.0, *accumulate(left_out)]
    steps: list[bytearray] = []
    for row, sound in enumerate(said):
        begin, end = max(0, row + 1 + low), min(columns, row + 1 + high)
        added = _cost_of_adding(sound)
        costs, ways = [never] * (columns + 1), bytearray(columns + 1)
        before = never
        for column in range(begin, end + 1):
            best, way = above[column] + added, _ADDED
            if column:
                beside = above[column - 1] + _cost_beside(sound, alone[column - 1])
                if beside <= best:
                    best, way = beside, _BESIDE
                if (left := before + left_out[column - 1]) < best:
                    best, way = left, _LEFT_OUT
            costs[column] = before = best
            ways[column] = way
        above = costs
        steps.append(ways)
    return _way_back(steps, columns)


_ADDED, _BESIDE, _LEFT_OUT = range(3)


def _way_back(steps: list[bytearray], column: int) -> list[int]:
    places: list[int] = []
    row = len(steps)
    while row:
        way = steps[row - 1][column]
        if way != _LEFT_OUT:
            places.append(column - 1)
            row -= 1
        if way != _ADDED:
            column -= 1
    return places[::-1]


@lru_cache(maxsize=4096)
def _cost_beside(said: str, alone: str) -> float:
    if said == alone:
        return 0.0
    breaks = (said in BREAKS) + (alone in BREAKS)
    if breaks:
        return 0.5 if breaks == len("xy") else 4.0
    if frozenset((said, alone)) in _ALIKE:
        return 0.3
    vowels = (said in VOWELS) + (alone in VOWELS)
    return (1.0, 1.6, 0.3)[vowels]


def _cost_of_leaving(alone: str) -> float:
    # That words run together is common.
    return 0.5 if alone in BREAKS else 0.7 if alone in VOWELS else 1.0


def _cost_of_adding(said: str) -> float:
    return {WORD: 1.0, CLAUSE: 1.5}.get(said, 0.7 if said in VOWELS else 1.0)
