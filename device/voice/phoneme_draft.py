"""Sentences of phonemes, put together from words that were read and from sounds that were taught."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Heard: TypeAlias = tuple[str, int | None]
"""A phoneme and its word."""

Said: TypeAlias = tuple[list[list[str]], list[str], list[int | None]]
"""Sentences of phonemes, the words of them all, and the word of each phoneme."""


_SENTENCE_ENDS = frozenset(".?!")
_STOP_FIRST = re.compile(r"\s*([.,;:!?])(?=\s|$)")


@dataclass(slots=True)
class Draft:
    """Sentences in the making, of words to be read and of sounds that are given."""

    _words: list[str] = field(default_factory=list)
    _sentences: list[list[Heard]] = field(default_factory=list)
    _behind_ipa: bool = False
    _blank: bool = False

    def resumed(self, text: str) -> str:
        """What is to be read of a text, which may go on behind sounds: a stop alone would be read by its name."""
        self._blank = text[-1:].isspace()
        if self._behind_ipa:
            now = self._sentences[-1]
            if found := _STOP_FIRST.match(text):
                now.append((found[1], None))
                text = text[found.end() :]
                self._behind_ipa = found[1] not in _SENTENCE_ENDS
            if text[:1].isspace() and self._behind_ipa:
                now.append((" ", None))
        return text

    def add(self, said: Said) -> None:
        """What was read, with the words counted from its own first one."""
        sentences, words, of = said
        first, place = len(self._words), 0
        for sentence in sentences:
            if not self._behind_ipa:
                self._sentences.append([])
            self._behind_ipa = False
            for phoneme in sentence:
                word = of[place]
                self._sentences[-1].append((phoneme, None if word is None else first + word))
                place += 1
        self._words += words

    def insert(self, word: str, phonemes: Sequence[str]) -> None:
        """The sounds of one word, as they are given."""
        if not self._sentences or (self._sentences[-1] and self._sentences[-1][-1][0] in _SENTENCE_ENDS):
            self._sentences.append([])
        now = self._sentences[-1]
        if self._blank and now and now[-1][0] != " ":
            now.append((" ", None))
        now += [(each, None if each.isspace() else len(self._words)) for each in phonemes]
        self._words.append(word)
        self._behind_ipa, self._blank = True, False

    def sentences(self) -> Iterator[tuple[tuple[str, ...], list[Heard]]]:
        """Each with its words; those that are silent are with the ones behind them, at the end with those before."""
        whole = [sentence for sentence in self._sentences if sentence]
        end = 0
        for at, sentence in enumerate(whole):
            heard = [word for _, word in sentence if word is not None]
            # A word may begin in one sentence and go on in the next: U.S.
            first = min(heard[0], end) if heard else end
            end = len(self._words) if at == len(whole) - 1 else max(end, heard[-1] + 1) if heard else end
            moved = [(phoneme, None if word is None else word - first) for phoneme, word in sentence]
            yield tuple(self._words[first:end]), moved
