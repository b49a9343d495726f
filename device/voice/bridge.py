"""Piper's modules, none of them loaded before it is needed, and its espeak-ng: one in a process, for one thread."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from device.core.errors import MissingModelError

# With any module of Piper comes onnxruntime, which must be told before to be quiet on the network.
from device.voice import runtime  # noqa: F401 - that is what it does when it is imported

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_FLAG = re.compile(r"\([^)]+\)")  # "(en)" around words of another language


@cache
def piper(name: str) -> Any:  # noqa: ANN401 - most of what it has is without types
    """A module of Piper; with the first one come 20 ms of others, and a tenth of a second or more on a small device."""
    return import_module(f"piper.{name}")


class _Espeak:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phonemizer: Any = None
        self._voice: str | None = None

    def sentences(self, voice: str, text: str, *, clusters: AbstractSet[tuple[str, ...]] | None) -> list[list[str]]:
        """The phonemes of each sentence, as Piper has them.

        Raises:
            MissingModelError: There is no such voice.
        """
        with self._lock:
            self._begin()
            try:
                self._voice = None
                said: list[list[str]] = self._phonemizer.phonemize(voice, text, vowel_clusters=clusters)
                self._voice = voice
            except RuntimeError as error:
                raise _unknown(voice) from error
        return said

    def sounds(self, voice: str, word: str) -> str:
        """The phonemes of a word alone, code point by code point."""
        with self._lock:
            self._begin()
            # Setting it takes as long as ten words.
            if voice != self._voice:
                try:
                    piper("espeakbridge").set_voice(voice)
                except RuntimeError as error:
                    raise _unknown(voice) from error
                self._voice = voice
            clauses = piper("espeakbridge").get_phonemes(word)
        return unicodedata.normalize("NFD", " ".join(_FLAG.sub("", sounds) for sounds, _, _ in clauses))

    def _begin(self) -> None:
        if self._phonemizer is None:
            self._phonemizer = piper("phonemize_espeak").EspeakPhonemizer()


def _unknown(voice: str) -> MissingModelError:
    return MissingModelError(
        f"espeak-ng has no {voice!r}, which the voice was made with; fetch another voice with: voxframe models fetch"
    )


ESPEAK = _Espeak()
"""It keeps its language in global variables."""
