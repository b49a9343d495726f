"""Abbreviations, units and signs around numbers as words, where espeak-ng reads them badly.

It reads plain numbers, times and ordinals well, so these stay as they are. Each pattern is anchored so that its work is
linear in the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from device.voice.rules import any_of, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from device.voice.rules import Rules

DIGITS = 15
"""A longer number is read digit by digit: nobody follows quadrillions."""

READ_DIGITS = 20
"""Of such a number so many digits are read, and the rest is left out."""

_LONG_NUMBER = re.compile(rf"\d{{{DIGITS + 1},}}")
_BARE_POINT = re.compile(r"(?<![\w.])\.(?=\d)")
_NUMBER = r"(?<![\d.,])(\d(?:[\d.,]*\d)?)"
_CAPITAL = r"(?=[^\W\d_a-z\u00df-\u00f6\u00f8-\u00ff])"
_DOTTED = re.compile(r"(?<![\w.])((?:[A-Z]\.){1,8}[A-Z])\.(?=\s+\S)")
_INITIAL = re.compile(rf"(?:^|(?<=[.!?] ))([A-HJ-Z])\. {_CAPITAL}")
_DECADE = re.compile(r"\b(1[1-9]|20)([1-9])0s\b")
_TIME = re.compile(r"(?<![\d:.,])(\d{1,2}):0(\d)(?![\d:])( ?[ap]\.?m\b)?")
_ROMANS = {
    "II": 2,
    "III": 3,
    "IV": 4,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "XI": 11,
    "XII": 12,
    "XIII": 13,
    "XIV": 14,
    "XV": 15,
    "XVI": 16,
    "XVII": 17,
    "XVIII": 18,
    "XIX": 19,
    "XX": 20,
}
_ROMAN = re.compile(rf"\b([A-Z][a-z]+) ({any_of(_ROMANS)})\b")
_RANGE = re.compile(r"(?<![\w.,-])(\d[\d.,]{0,15})(?:-| ?\u2013 ?)(?=\d[\d.,]{0,15}(?![\w-]))")
_PLUS = re.compile(
    r"(?<=[^\W\d_])\+(?=\+)"  # the first of C++
    r"|(?<=[^\W\d_]\+)\+"  # the second
    r"|(?<=[^\W_])\+(?=[^\W_])"
    r"|(?<![+\w])\+(?=\d)"
)
_CENTS = re.compile(r"(\d+)[.,](\d\d)")
_HOURS = range(1, 25)

Step: TypeAlias = "tuple[re.Pattern[str], Callable[[re.Match[str]], str]]"


def expanded(text: str, *, language: str) -> str:
    """The text, its white space folded, with words in place of what is short for words."""
    text = _LONG_NUMBER.sub(lambda found: " ".join(found[0][:READ_DIGITS]), text)
    for pattern, replacement in _steps(language):
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=16)
def _steps(language: str) -> tuple[Step, ...]:
    said = rules(language)
    return (
        (_BARE_POINT, lambda _: "0."),
        *_abbreviations(said),
        *_of_language(said),
        *_fractions(said),
        *_quantities(said),
        *_signs(said),
    )


def _abbreviations(said: Rules) -> list[Step]:
    front = r"(?<![\w.])"
    ends = rf"(?=\s+{_CAPITAL}|\s*$)"
    kept = {f"{word}": f"{full}. " for word, full in said.ending.items()}
    return [
        (re.compile(f"{front}({any_of(said.before_number)}) ?(?=\\d)"), _spaced(said.before_number)),
        (re.compile(f"{front}({any_of(said.before_capital)}) {_CAPITAL}"), _spaced(said.before_capital)),
        (re.compile(f"{front}({any_of(said.fixed)})(?![\\w'])"), _spaced(said.fixed)),
        (re.compile(f"{front}({any_of(said.ending)}){ends}"), _spaced(kept)),
        (re.compile(f"{front}({any_of(said.ending)})(?![\\w'])"), _spaced(said.ending)),
        (_DOTTED, lambda found: found[1]),
        (_INITIAL, lambda found: f"{found[1]} "),
    ]


def _of_language(said: Rules) -> list[Step]:
    steps: list[Step] = []
    if said.months:
        month = re.compile(rf"(?<![\d.])(\d{{1,2}})\. (?={any_of(said.months)}\b)")
        steps.append((month, lambda found: _ordinal(said, found)))
    if said.decades:
        steps.append((_DECADE, lambda found: f"{found[1]} {said.decades[int(found[2])]}"))
    if said.full_hour:
        steps.append((_TIME, lambda found: _time(said, found)))
    if said.roman:
        steps.append((_ROMAN, lambda found: f"{found[1]} {_ROMANS[found[2]]}"))
    return steps


def _fractions(said: Rules) -> list[Step]:
    any_fraction = any_of(said.fractions)
    return [
        (
            re.compile(rf"(?<![\d/.,])((?:\d{{1,{DIGITS}}} )?)({any_fraction})(?![\d/])"),
            lambda found: f"{found[1]}{said.fractions[found[2]][bool(found[1])]} ",
        )
    ]


def _quantities(said: Rules) -> list[Step]:
    signs, large = any_of(said.currencies), any_of(said.large)
    return [
        (
            re.compile(rf"({signs}) ?{_NUMBER}((?: {large}(?!\w))?)"),
            lambda found: f" {_money(said.currencies[found[1]], found[2], found[3])} ",
        ),
        (
            re.compile(rf"{_NUMBER}((?: {large})?) ?({signs})(?!\w)"),
            lambda found: f"{_money(said.currencies[found[3]], found[1], found[2])} ",
        ),
        (
            re.compile(rf"{_NUMBER} ?({any_of(said.units)})(?![\w/'])"),
            lambda found: f"{found[1]} {said.units[found[2]][found[1] != '1']} ",
        ),
    ]


def _signs(said: Rules) -> list[Step]:
    return [
        (_RANGE, lambda found: f"{found[1]} {said.range} "),
        (re.compile(r"(?<!\S)-(?=\d)"), lambda _: f"{said.minus} "),
        (re.compile(rf"(?<=\d) ?({any_of(said.between)}) ?(?=\d)"), _spaced(said.between)),
        (_PLUS, lambda _: _word(said.between, "+")),
        (re.compile(rf"(?<=[\w.]) ?({any_of(said.symbols)}) ?(?=\w)"), _spaced(said.symbols)),
        (re.compile(r"(?<!\S)@(?=\w)"), lambda _: _word(said.symbols, "@")),
    ]


def _spaced(words: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: _word(words, found[1])


def _word(words: Mapping[str, str], sign: str) -> str:
    return f" {words.get(sign, '')} "


def _ordinal(said: Rules, found: re.Match[str]) -> str:
    day = int(found[1])
    return f"{said.ordinals[day]} " if 0 < day < len(said.ordinals) else found[0]


def _time(said: Rules, found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), found[2], found[3] or ""
    if minute != "0":
        return f"{hour} {said.small_minutes} {minute}{half}"
    if half:
        return f"{hour}{half}"
    return f"{hour} {said.full_hour}" if hour in _HOURS else found[0]


def _money(names: tuple[str, str], number: str, large: str) -> str:
    one, several = names
    cents = _CENTS.fullmatch(number)
    if large or not cents or int(cents[1]) == 0:
        return f"{number}{large} {one if number == '1' and not large else several}"
    name = one if cents[1] == "1" else several
    return f"{cents[1]} {name} {int(cents[2])}" if int(cents[2]) else f"{cents[1]} {name}"
