"""What a language says in place of signs and abbreviations: data, one TOML file a language in `words/`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from device.voice.scripts import primary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SAME = {"cmn": "zh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The words of one language; all may be empty. The files say what each is for.

    Attributes:
        fixed: Abbreviation to words; its full stop never ends a sentence.
        ending: The same, but its full stop ends a sentence where one may end.
        before_capital: The same, before a capital letter only.
        before_number: The same for signs too, before a number only.
        units: Sign to its word for one and for several.
        currencies: The same.
        large: Words between a number and its currency.
        symbols: Sign between words to word.
        between: Sign between numbers to word.
        fractions: Fraction to its words alone and after a whole number.
        ordinals: Words by number, before the name of a month.
        months: Their names.
        decades: Words by tens.
    """

    fixed: Mapping[str, str] = field(default_factory=dict)
    ending: Mapping[str, str] = field(default_factory=dict)
    before_capital: Mapping[str, str] = field(default_factory=dict)
    before_number: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    currencies: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    large: tuple[str, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    between: Mapping[str, str] = field(default_factory=dict)
    fractions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ordinals: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    decades: tuple[str, ...] = ()
    roman: bool = False
    range: str = ""
    minus: str = ""
    point: str = ""
    full_hour: str = ""
    small_minutes: str = ""
    pronunciations: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=16)
def rules(language: str) -> Rules:
    """The rules for a BCP 47 tag; without any where none are written for its language."""
    name = primary(language)
    file = files("device.voice") / "words" / f"{_SAME.get(name, name)}.toml"
    if not name.isalpha() or not file.is_file():
        return Rules()
    return _rules(tomllib.loads(file.read_text(encoding="utf-8")))


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of these, the longest first; for nothing at all where there is none."""
    found = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, found)) + ")" if found else r"(?!)"


def _rules(data: Mapping[str, Any]) -> Rules:
    def pairs(name: str) -> dict[str, tuple[str, str]]:
        return {sign: (one, several) for sign, (one, several) in data.get(name, {}).items()}

    return Rules(
        fixed=data.get("titles", {}),
        ending=data.get("abbreviations", {}),
        before_capital=data.get("before_capital", {}),
        before_number=data.get("before_number", {}),
        units=pairs("units"),
        currencies=pairs("currencies"),
        large=tuple(data.get("large", {}).get("words", ())),
        symbols=data.get("symbols", {}),
        between=data.get("between", {}),
        fractions=pairs("fractions"),
        ordinals=tuple(data.get("ordinals", ())),
        months=tuple(data.get("months", ())),
        decades=tuple(data.get("decades", ())),
        roman=data.get("roman", False),
        range=data.get("range", ""),
        minus=data.get("minus", ""),
        point=data.get("point", ""),
        full_hour=data.get("full_hour", ""),
        small_minutes=data.get("small_minutes", ""),
        pronunciations=data.get("pronunciations", {}),
    )
