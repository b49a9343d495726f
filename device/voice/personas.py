"""Personas and moods: numbers in a file, and one `Manner` out of the two."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from device.core.errors import MistakesError, UsageError
from device.voice.engine import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NARRATOR = "narrator"
"""The persona where none is asked for."""


class _Range(NamedTuple):
    low: float
    high: float
    kind: str = "a number"

    @property
    def allowed(self) -> str:
        return f"{self.kind} from {self.low:g} to {self.high:g}"

    def holds(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        if self.kind == _WHOLE:
            return isinstance(value, int)
        return self.kind != _HUNDREDTHS or abs(value * 100 - round(value * 100)) < _SAME

    def nearest(self, value: float) -> float:
        return min(max(value, self.low), self.high)


_WHOLE = "a whole number"
_HUNDREDTHS = "a number in hundredths"  # which the resampler takes exactly
_SAME = 1e-6

_PERSONA = {
    "pitch": _Range(-3, 5),
    "accent": _Range(-4, 8),
    "fall": _Range(-3, 3),
    "tempo": _Range(0.6, 1.6),
    "vowel": _Range(0.7, 1.4),
    "comma": _Range(0.3, 3),
    "speaker": _Range(0, 9999, _WHOLE),
    "ratio": _Range(0.9, 1.7, _HUNDREDTHS),
    "formant": _Range(0.8, 1.2),
    "shelf_db": _Range(-12, 12),
    "gain_db": _Range(-12, 6),
    "pause_seconds": _Range(0, 3),
}
_MOOD = {
    "pitch": _Range(-3, 5),
    "accent": _Range(-4, 8),
    "fall": _Range(-3, 3),
    "tempo": _Range(0.6, 1.6),
    "vowel": _Range(0.7, 1.4),
    "comma": _Range(0.3, 3),
    "pause": _Range(0, 4),
    "shelf_db": _Range(-12, 12),
    "gain_db": _Range(-12, 6),
}
_SECTIONS = {"persona": _PERSONA, "mood": _MOOD}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_SPEAKER = re.compile(r"speaker-(0|[1-9][0-9]{0,3})")
_Tables = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personas:
    """Who can speak, and in which moods.

    Attributes:
        personas: The numbers of each persona that differ from the voice as it is.
        moods_by_name: The numbers of each mood.
        speakers: How many speakers the voice has. With more than one, "speaker-0" and so on are personas too.
    """

    personas: Mapping[str, Mapping[str, float]]
    moods_by_name: Mapping[str, Mapping[str, float]]
    speakers: int = 1

    @classmethod
    def load(cls, extra: Path | None = None, *, speakers: int = 1) -> Personas:
        """Those of this package, and those of `extra`, which adds to them or changes them number by number.

        Raises:
            UsageError: The file cannot be read, or has mistakes (a MistakesError with all of them, a line each).
        """
        packaged = resources.files("device.voice").joinpath("manners.toml")
        tables: _Tables = {section: {} for section in _SECTIONS}
        _add(tables, tomllib.loads(packaged.read_text(encoding="utf-8")), packaged.name)
        if extra is not None:
            try:
                content = tomllib.loads(extra.read_text(encoding="utf-8"))
            except OSError as error:
                raise UsageError(f"{extra} cannot be read ({error.strerror})") from error
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise UsageError(f"{extra} is no TOML: {error}") from error
            _add(tables, content, str(extra))
        return cls(personas=tables["persona"], moods_by_name=tables["mood"], speakers=speakers)

    @property
    def names(self) -> tuple[str, ...]:
        """The personas, the narrator first."""
        others = tuple(f"speaker-{number}" for number in range(self.speakers)) if self.speakers > 1 else ()
        return (*self.personas, *others)

    @property
    def moods(self) -> tuple[str, ...]:
        """The moods, neutral first."""
        return tuple(self.moods_by_name)

    def manner(self, persona: str | None, mood: str) -> Manner:
        """How `persona` (None for the narrator) speaks in `mood`; together they stay in the range of a persona.

        Raises:
            UsageError: There is no such persona or mood; the message lists those there are.
        """
        name = NARRATOR if persona is None else persona
        if name not in self.names:
            raise UsageError(f"there is no persona {name!r}; there are {', '.join(self.names)}")
        if mood not in self.moods_by_name:
            raise UsageError(f"there is no mood {mood!r}; there are {', '.join(self.moods)}")
        spoken = _SPEAKER.fullmatch(name)
        numbers = {"speaker": int(spoken[1])} if spoken else self.personas[name]
        return _together(numbers, self.moods_by_name[mood])


def _together(persona: Mapping[str, float], mood: Mapping[str, float]) -> Manner:
    values: dict[str, Any] = {each.name: persona.get(each.name, each.default) for each in fields(Manner)}
    for key in ("pitch", "accent", "fall", "shelf_db", "gain_db"):
        values[key] += mood.get(key, 0.0)
    for key in ("tempo", "vowel", "comma"):
        values[key] *= mood.get(key, 1.0)
    values["pause_seconds"] *= mood.get("pause", 1.0)
    within: dict[str, Any] = {key: _PERSONA[key].nearest(value) for key, value in values.items()}
    return Manner(**within)


def _add(tables: _Tables, content: Mapping[str, object], file: str) -> None:
    mistakes: list[str] = []
    for section, named in content.items():
        if section not in _SECTIONS or not isinstance(named, dict):
            mistakes.append(f"{section} = {named!r}: allowed is [persona.NAME] or [mood.NAME]")
            continue
        for name, numbers in named.items():
            _check(section, name, numbers, mistakes)
            if not mistakes:
                tables[section].setdefault(name, {}).update(numbers)
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise MistakesError("\n".join([f"{file} has {count}:", *(f"  {mistake}" for mistake in mistakes)]))


def _check(section: str, name: str, numbers: object, mistakes: list[str]) -> None:
    where = f"{section}.{name}"
    if not isinstance(numbers, dict):
        mistakes.append(f"{where} = {numbers!r}: allowed is a table, written [{section}.NAME]")
        return
    if _NAME.fullmatch(name) is None or name.startswith("speaker-"):
        allowed = "a name of 1 to 32 small letters, digits, - or _, a letter first; not speaker-"
        mistakes.append(f"[{where}]: allowed is {allowed}")
    known = _SECTIONS[section]
    for key, value in numbers.items():
        if key not in known:
            mistakes.append(f"{where}.{key} = {value!r}: allowed is a key out of {', '.join(known)}")
        elif not known[key].holds(value):
            mistakes.append(f"{where}.{key} = {value!r}: allowed is {known[key].allowed}")
