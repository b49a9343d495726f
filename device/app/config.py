"""The configuration file: read, check with all mistakes at once, and print with its explanations."""

from __future__ import annotations

import difflib
import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.app.settings import Settings
from device.core.errors import MistakesError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from dataclasses import Field

    from device.app.settings import Key

USUAL_FILE = Path("/etc/voxframe/voxframe.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that is wrong in a configuration file."""

    key: str
    value: object
    allowed: str

    def __str__(self) -> str:
        return f"{self.key} = {_as_toml(self.value)}: allowed is {self.allowed}"


class ConfigurationError(MistakesError):
    """A configuration with mistakes; all of them are in the message, a line each."""

    def __init__(self, file: Path, mistakes: tuple[Mistake, ...]) -> None:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n".join([f"{file} has {count}:", *(f"  {mistake}" for mistake in mistakes)]))
        self.mistakes = mistakes


def load(file: Path | None) -> Settings:
    """The settings of `file`; for None those of the usual place, or the defaults where there is none.

    Raises:
        UsageError: The file cannot be read, or has mistakes (a ConfigurationError with all of them).
    """
    if file is None:
        if not USUAL_FILE.is_file():
            return Settings()
        file = USUAL_FILE
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); --config names another file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no TOML: {error}; compare with: voxframe config show --default") from error
    return from_values(values, file)


def from_values(values: Mapping[str, object], file: Path) -> Settings:
    """Settings from the values of a TOML file; relative paths start in the folder of `file`.

    Raises:
        ConfigurationError: With every mistake.
    """
    mistakes: list[Mistake] = []
    sections: dict[str, Any] = {}
    known = {each.name: each for each in fields(Settings)}
    for name, content in values.items():
        if name not in known:
            mistakes.append(Mistake(key=f"[{name}]", value=content, allowed=_nearest(name, known, "a section")))
        elif not isinstance(content, dict):
            mistakes.append(Mistake(key=name, value=content, allowed=f"a section, written [{name}]"))
        else:
            sections[name] = _section(name, content, file.parent, mistakes)
    settings = Settings(**sections)
    mistakes += _at_odds(settings)
    if mistakes:
        raise ConfigurationError(file, tuple(mistakes))
    return settings


def _at_odds(settings: Settings) -> list[Mistake]:
    """Keys that are allowed each, and not together."""
    audio = settings.audio
    if audio.headphones.strip() == "pulse:":
        allowed = "a sink by its name, pulse:NAME: the one that the sound server chooses may be the room's"
        return [Mistake(key="audio.headphones", value=audio.headphones, allowed=allowed)]
    if audio.to in ("headphones", "both") and not audio.headphones.strip():
        return [Mistake(key="audio.to", value=audio.to, allowed="auto or room, while audio.headphones is empty")]
    return []


def as_toml(settings: Settings, *, explained: bool) -> str:
    """The settings as a TOML file, with every key's purpose and what is allowed where `explained`."""
    return "\n".join(_lines(settings, explained=explained)) + "\n"


def _section(name: str, content: Mapping[str, object], folder: Path, mistakes: list[Mistake]) -> object:
    section_type = _section_type(name)
    known = {each.name: each for each in fields(section_type)}
    accepted: dict[str, object] = {}
    for each, value in content.items():
        if each not in known:
            allowed = _nearest(each, known, "a key")
            mistakes.append(Mistake(key=f"{name}.{each}", value=value, allowed=allowed))
        elif not _key(known[each]).check(value):
            mistakes.append(Mistake(key=f"{name}.{each}", value=value, allowed=_key(known[each]).allowed))
        else:
            accepted[each] = _fitted(known[each], value, folder)
    return section_type(**accepted)


def _fitted(each: Field[Any], value: object, folder: Path) -> object:
    if "Path" in str(each.type):
        return folder / Path(str(value)).expanduser() if value else None
    if isinstance(value, list):
        return tuple(value)
    return float(value) if each.type == "float" and isinstance(value, int) else value


def _lines(settings: Settings, *, explained: bool) -> Iterator[str]:
    for section in fields(settings):
        content = getattr(settings, section.name)
        if explained:
            yield f"# {type(content).__doc__}"
        yield f"[{section.name}]"
        for each in fields(content):
            if explained:
                yield f"# {_key(each).purpose} Allowed: {_key(each).allowed}."
            yield f"{each.name} = {_as_toml(getattr(content, each.name))}"
        yield ""


def _section_type(name: str) -> Any:  # noqa: ANN401 - the classes of the sections have no common base
    return type(getattr(Settings(), name))


def _key(each: Field[Any]) -> Key:
    key: Key = each.metadata["key"]
    return key


def _nearest(name: str, known: Mapping[str, object], what: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    return f"{what} out of {', '.join(known)}{guess}"


def _as_toml(value: object) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_as_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_as_toml(each) for each in value) + "]"
    return str(value)
