"""English text as the phonemes of hibari: its own dictionaries and rules, made safe for any text."""

from __future__ import annotations

import gzip
import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from device.voice import runtime
from device.voice.long_words import is_spoken, parted
from device.voice.packed import PackedObject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOWELS = frozenset("AIOQWYaeiouæɑɐɒɔəɚɛɜɨɪøœʊʌᵊᵻ")  # noqa: RUF001 - IPA
PRIMARY_STRESS, SECONDARY_STRESS = "\u02c8", "\u02cc"
STRESS = frozenset(PRIMARY_STRESS + SECONDARY_STRESS)
PAUSES = frozenset(";:,—…")
_SILENT = frozenset(' .!?"()“”;:,—…') | STRESS

_IPA = {"A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "T": "ɾ", "W": "aʊ", "Y": "ɔɪ", "ᵊ": "ə", "ᵻ": "ɪ"}  # noqa: RUF001 - IPA
"""Letters by which this alphabet (that of misaki) departs from IPA."""

_MARKUP = re.compile(r"[\x00-\x1f\x7f\[\]<>]")
"""`[word](/phonemes/)` would be taken for phonemes."""


class Symbol(NamedTuple):
    """One letter of the alphabet, and the word it belongs to (-1 for none)."""

    letter: str
    word: int

    @property
    def ipa(self) -> str:
        """The phoneme that is heard, or nothing: a pause, a stress."""
        return "" if self.letter in _SILENT else _IPA.get(self.letter, self.letter)


class Phonemes:
    """The dictionaries, loaded.

    Args:
        assets: The folder of hibari's data.

    Raises:
        ImportError: hibari is not installed.
    """

    def __init__(self, assets: Path) -> None:
        self._normalise = import_module("hibari.g2p.normalize").normalize
        self._g2p = _rules(assets)

    def __call__(self, text: str) -> tuple[list[str], list[Symbol]]:
        """The words as they are said, and their symbols with blanks between them."""
        text = parted(" ".join(_MARKUP.sub(" ", text).split()))
        try:
            tokens = self._tokens(text)
        except (IndexError, KeyError, StopIteration, TypeError, ValueError):
            # It stumbles over digits of other scripts, raised ones and more of that kind: then word for word.
            tokens = [token for word in text.split() for token in self._word(word)]
        words: list[str] = []
        symbols: list[Symbol] = []
        for spoken, phonemes, blank in tokens:
            sounding = any(letter not in _SILENT for letter in phonemes)
            symbols += [Symbol(letter, len(words) if sounding and letter != " " else -1) for letter in phonemes]
            if sounding:
                words.append(spoken)
            if blank and symbols:
                symbols.append(Symbol(" ", -1))
        return words, symbols

    def _tokens(self, text: str) -> list[tuple[str, str, bool]]:
        tokens = self._g2p.phonemize_tokens(self._g2p.tokenize(self._normalise(text)))
        return [(token.text, token.phonemes or "", bool(token.whitespace)) for token in tokens]

    def _word(self, word: str) -> Iterator[tuple[str, str, bool]]:
        for each in (word, "".join(letter for letter in word if letter.isascii())):
            if is_spoken(each):
                try:
                    yield from [(text, phonemes, True) for text, phonemes, _ in self._tokens(each)]
                except (IndexError, KeyError, StopIteration, TypeError, ValueError):
                    continue
                return


def _rules(assets: Path) -> Any:  # noqa: ANN401 - the package has no types
    """The package's G2P, put together from its parts: its own way of loading takes 100 MB, this takes 13."""
    package: Any = import_module("hibari.g2p")
    rules = object.__new__(package.G2P)
    gold, silver = (PackedObject(_unzipped(assets / f"lexicon_us_{name}.json.gz")) for name in ("gold", "silver"))
    rules.lexicon = import_module("hibari.g2p.lexicon").Lexicon(gold, silver)
    exceptions = json.loads((assets / "tokenizer_exceptions.json").read_text(encoding="utf-8"))
    rules.tokenizer = import_module("hibari.g2p.tokenize").Tokenizer(exceptions)
    few, mark, weights = _unzipped(assets / "tagger.json.gz").partition(b',"weights":')
    if not mark:
        raise ValueError("the tagger has no weights")
    tagger = json.loads(few + b"}") | {"weights": PackedObject(weights[:-1])}
    rules.tagger = import_module("hibari.g2p.tagger").Tagger(tagger)
    rules._oov = _Unknown(assets / "oov.onnx")
    rules.unk, rules.british = "", False
    return rules


def _unzipped(path: Path) -> bytes:
    with gzip.open(path) as data:
        return data.read()


class _Unknown:
    """Words that are in no dictionary, by a small network; loaded with the first of them."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._net: Any = None

    def __call__(self, word: str) -> str | None:
        if self._net is None:
            self._net = import_module("hibari.g2p.oov").OOV(str(self._model), session=runtime.session(self._model))
        said: str | None = self._net(word)
        return said
