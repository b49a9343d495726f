"""Where a sentence is parted for reading: into cues, and each cue into lines."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 42
"""Characters of a line, as streaming services have it; broadcasters have 37 to 42. A longer word has a line of its own,
which the player breaks: so it is with languages that write no blanks."""

LINES = 2

_STOPS = frozenset(".,;:!?…")
_CLOSING = "\"'”’»)"  # noqa: RUF001 - quotation marks
_ANOTHER_CUE = 1000.0
_FULL_CUE = 100.0
_TORN = 40.0
"""What it costs to part two words between which nobody pauses: for a comma's sake a cue may be a fifth of the next."""

_TORN_LINE = 12.0
"""The same for a line, in characters that one is longer than the other."""


class _Way(NamedTuple):
    """The best way to part the tokens from a place on: what it costs, and where its first cue ends."""

    cost: float
    end: int


def parted(tokens: Sequence[str]) -> list[int]:
    """Where cues begin and end: the borders of slices of `tokens`, from 0 to their number.

    As few cues as possible; of these ways the one that keeps together what is said in one breath, and whose cues are
    alike long.
    """
    ways = {len(tokens): _Way(0.0, len(tokens))}
    for first in range(len(tokens) - 1, -1, -1):
        ways[first] = min(_Way(_cost(tokens, first, end) + ways[end].cost, end) for end in _ends(tokens, first))
    borders = [0]
    while borders[-1] < len(tokens):
        borders.append(ways[borders[-1]].end)
    return borders


def line_break(tokens: Sequence[str]) -> int | None:
    """Which of the tokens of a cue begins its second line; None where one line is enough."""
    if _is_line(tokens):
        return None
    return min(_breaks(tokens), key=lambda at: _raggedness(tokens, at))


def _ends(tokens: Sequence[str], first: int) -> Iterator[int]:
    """Where a cue that begins with `first` may end."""
    return takewhile(lambda end: _is_cue(tokens[first:end]), range(first + 1, len(tokens) + 1))


def _is_cue(tokens: Sequence[str]) -> bool:
    return _is_line(tokens) or bool(_breaks(tokens))


def _breaks(tokens: Sequence[str]) -> list[int]:
    return [at for at in range(1, len(tokens)) if _is_line(tokens[:at]) and _is_line(tokens[at:])]


def _is_line(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 or _width(tokens) <= WIDTH


def _cost(tokens: Sequence[str], first: int, end: int) -> float:
    torn = end < len(tokens) and not _is_pause(tokens[end - 1])
    return _ANOTHER_CUE + _FULL_CUE * (_width(tokens[first:end]) / (LINES * WIDTH)) ** 2 + _TORN * torn


def _raggedness(tokens: Sequence[str], at: int) -> float:
    return abs(_width(tokens[:at]) - _width(tokens[at:])) + _TORN_LINE * (not _is_pause(tokens[at - 1]))


def _width(tokens: Sequence[str]) -> int:
    return sum(map(len, tokens)) + len(tokens) - 1


def _is_pause(token: str) -> bool:
    return token.rstrip(_CLOSING)[-1:] in _STOPS
