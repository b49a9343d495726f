"""Text as the phonemes of a Piper voice, each with the word it belongs to.

Phonemes and ids are those that Piper makes of the same text; it does not know which of them are of which word.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from device.core.errors import MissingModelError
from device.voice.bridge import ESPEAK, piper
from device.voice.phoneme_draft import Draft
from device.voice.word_align import bare, owners, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from device.voice.phoneme_draft import Heard, Said
    from device.voice.pronunciations import Pronunciations

_log = logging.getLogger(__name__)

_BOS, _PAD, _EOS = "^", "_", "$"
_WORDS_KEPT = 1000
_TASKEEN_THRESHOLD = 0.8  # Piper's own


@dataclass(frozen=True, slots=True)
class Symbol:
    """One phoneme.

    Attributes:
        phoneme: One entry of the voice's own list: IPA, a stress, a length, punctuation or a blank.
        word: Which word of the sentence it is a part of; None for punctuation and blanks.
    """

    phoneme: str
    word: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a voice takes at once.

    Attributes:
        words: As they are written, without punctuation around them; one for which nothing is said has no symbols.
        symbols: The phonemes, without those that the voice does not have.
        ids: What the network takes: the symbols with a beginning, an end, and pads between.
        owners: For each id the index of its symbol; a pad belongs to the symbol before it. -1 for the beginning and its
            pad, `len(symbols)` for the end.
    """

    words: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    ids: tuple[int, ...]
    owners: tuple[int, ...]


class PiperPhonemes:
    """The phonemes of one voice.

    Args:
        settings: Its parsed .onnx.json.
        pronunciations: The words it was taught; a voice that takes letters in place of phonemes has no use for them.

    Raises:
        MissingModelError: The settings are damaged, or the language cannot be read here.
    """

    def __init__(self, settings: Mapping[str, Any], *, pronunciations: Pronunciations | None = None) -> None:
        config = _config(settings)
        self._ids: Mapping[str, Sequence[int]] = config.phoneme_id_map or piper("phoneme_ids").DEFAULT_PHONEME_ID_MAP
        if missing := {_BOS, _PAD, _EOS} - set(self._ids):
            raise MissingModelError(
                f"the voice's settings have no id for {min(missing)!r}; fetch it with: voxframe models fetch"
            )
        self._voice = str(config.espeak_voice)
        self._clusters: set[tuple[str, ...]] | None = config.vowel_clusters
        kind = config.phoneme_type.value
        self._read = self._reader(kind)
        self._pronunciations = pronunciations if kind != "text" else None
        self._alone = lru_cache(maxsize=_WORDS_KEPT)(self._sounds)
        self._lacking: set[str] = set()

    @property
    def known(self) -> Container[str]:
        """The phonemes that the voice has."""
        return self._ids.keys()

    def sentences(self, text: str) -> list[Sentence]:
        """The cleaned text, cut where the voice ends a sentence; empty where it has nothing to say."""
        draft = Draft()
        for written, ipa in self._parts(text):
            if ipa is None:
                draft.add(self._read(draft.resumed(written)))
            else:
                draft.insert(written, _merged(unicodedata.normalize("NFD", ipa.strip()), self._clusters))
        return [self._sentence(words, phonemes) for words, phonemes in draft.sentences()]

    def _parts(self, text: str) -> Iterator[tuple[str, str | None]]:
        """The text in parts as they are written, with the IPA of those that were taught."""
        if self._pronunciations is None:
            yield text, None
            return
        parts = self._pronunciations.parts(text)
        place = 0
        for part, behind in zip(parts, [*parts[1:], None], strict=True):
            # No taught word stands directly behind another one.
            end = place + len(part.text) if not part.ipa else text.find(behind.text, place) if behind else len(text)
            yield text[place:end], part.text if part.ipa else None
            place = end

    def _reader(self, kind: str) -> Callable[[str], Said]:
        if kind == "text":
            return _letters
        if kind == "hebrew":
            return _Hebrew()
        if kind != "espeak":
            # Piper would fetch what it needs for these, or needs packages that are not among ours.
            raise MissingModelError(
                f"voices for {kind} cannot be read here; fetch another voice with: voxframe models fetch"
            )
        ESPEAK.sentences(self._voice, "", clusters=None)
        return self._by_espeak

    def _by_espeak(self, text: str) -> Said:
        words = spoken = words_in(text)
        if self._voice == "ar":
            text = _pointed(text)
            # What is said is compared with what each word sounds like, and that depends on its points.
            spoken = pointed if len(pointed := words_in(text)) == len(words) else words
        said = ESPEAK.sentences(self._voice, text, clusters=self._clusters)
        return said, [word.text for word in words], owners(_flat(said), spoken, self._alone)

    def _sounds(self, word: str) -> tuple[str, ...]:
        return tuple(bare(ESPEAK.sounds(self._voice, word)).replace(",", " ").split())

    def _sentence(self, words: tuple[str, ...], phonemes: Sequence[Heard]) -> Sentence:
        had = tuple(Symbol(phoneme, word) for phoneme, word in phonemes if phoneme in self._ids)
        if len(had) < len(phonemes) and (lacking := {each for each, _ in phonemes} - self._ids.keys() - self._lacking):
            self._lacking |= lacking  # each is told once
            _log.debug("the voice has no %s, which is left out", " ".join(sorted(lacking)))
        ids = [*self._ids[_BOS], *self._ids[_PAD]]
        of = [-1] * len(ids)
        for at, symbol in enumerate(had):
            ids += [*self._ids[symbol.phoneme], *self._ids[_PAD]]
            of += [at] * (len(ids) - len(of))
        ids += self._ids[_EOS]
        of += [len(had)] * (len(ids) - len(of))
        return Sentence(words=words, symbols=had, ids=tuple(ids), owners=tuple(of))


def _letters(text: str) -> Said:
    text = unicodedata.normalize("NFD", text)
    words: list[str] = []
    of: list[int | None] = [None] * len(text)
    for token in re.finditer(r"\S+", text):
        for word in words_in(token[0]):
            first = token.start() + token[0].index(word.text)
            of[first : first + len(word.text)] = [len(words)] * len(word.text)
            words.append(unicodedata.normalize("NFC", word.text))
    return [list(text)], words, of


class _Hebrew:
    def __init__(self) -> None:
        self._phonemizer = piper("phonemize_hebrew").HebrewPhonemizer()

    def __call__(self, text: str) -> Said:
        said = self._phonemizer.phonemize(text)
        words = words_in(text)
        return said, [word.text for word in words], owners(_flat(said), words, lambda word: (word,))


@lru_cache(maxsize=1)
def _tashkeel() -> Any:  # noqa: ANN401 - without types
    return piper("tashkeel").TashkeelDiacritizer()


def _pointed(text: str) -> str:
    return str(_tashkeel()(text, taskeen_threshold=_TASKEEN_THRESHOLD))


def _config(settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - PiperConfig, which must not be imported here
    try:
        return piper("config").PiperConfig.from_dict(dict(settings))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MissingModelError(
            f"the voice's settings are damaged ({error!r}); fetch it with: voxframe models fetch"
        ) from error


def _flat(sentences: Sequence[Sequence[str]]) -> list[str]:
    return [phoneme for sentence in sentences for phoneme in sentence]


def _merged(phonemes: str, clusters: set[tuple[str, ...]] | None) -> list[str]:
    """With the vowels as one that the voice has as one."""
    if not clusters:
        return list(phonemes)
    longest = sorted(map("".join, clusters), key=len, reverse=True)
    return re.findall("|".join([*map(re.escape, longest), "(?s:.)"]), phonemes)
