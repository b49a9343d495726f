"""Texts by name, in one language: Fluent files, read from the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from fluent.runtime import FluentBundle, FluentResource

from device.core.errors import UsageError
from device.core.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable


class Texts:
    """The messages of one language; plural forms and grammar live in its files, not here."""

    def __init__(self, language: str) -> None:
        if language not in languages():
            raise UsageError(f"there are no texts for the language {language}; there are: {', '.join(languages())}")
        self.language = language
        self._bundle = _bundle(language)

    def narrated(self, name: str) -> Utterance:
        """The message `name`, without values, as the narrator says it of no photo.

        Raises:
            KeyError: As of `text`.
        """
        return Utterance(speaker="narrator", text=self.text(name), language=self.language, because=())

    def text(self, name: str, values: Mapping[str, str | int] | None = None) -> str:
        """The message `name` with these values.

        Raises:
            KeyError: There is no such message, or one of its values is missing: never half a sentence.
        """
        message = self._bundle.get_message(name)
        if message.value is None:
            raise KeyError(name)
        text, errors = self._bundle.format_pattern(message.value, dict(values or {}))
        if errors:
            raise KeyError(f"{name}: {errors}")
        return str(text)

    def variants(self, name: str) -> tuple[str, ...]:
        """The names of all ways to say a thing: `name-1`, `name-2`, ..."""
        found: list[str] = []
        while self._bundle.has_message(f"{name}-{len(found) + 1}"):
            found.append(f"{name}-{len(found) + 1}")
        if not found:
            raise KeyError(name)
        return tuple(found)


def languages() -> tuple[str, ...]:
    """The tags of all languages that there are texts for."""
    return tuple(sorted(each.name for each in _locales().iterdir() if each.is_dir() and each.name != "__pycache__"))


@cache
def _bundle(language: str) -> FluentBundle:
    """What its files hold; several ask for it, and reading it takes a while and memory."""
    # Without isolation: the marks around values are for screens that mix directions, a voice would stumble.
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted((_locales() / language).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _locales() -> Traversable:
    return resources.files("device.text") / "locales"
