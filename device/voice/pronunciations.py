"""How words are said that the voice would say otherwise: a TOML file a language, which anyone may add to.

The words that a person taught go before the ones that come with the program.
"""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import tomllib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.errors import UsageError
from device.voice.rules import any_of, rules
from device.voice.scripts import primary

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

_log = logging.getLogger(__name__)

_LONGEST_WORD = 64
_LONGEST_IPA = 200
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'"})
_IPA_RANGES = ((0x61, 0x7A), (0x250, 0x2FF), (0x300, 0x36F), (0x1D00, 0x1DBF), (0x1C0, 0x1C3))
_IPA_OTHERS = frozenset("\u00e6\u00e7\u00f0\u00f8\u0127\u014b\u0153\u03b2\u03b8\u03c7\u2c71\u203f\u2191\u2193 .|-")
_SIBILANTS, _VOICELESS = frozenset("sz\u0283\u0292"), frozenset("ptkf\u03b8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of a text: words for the voice to find the sounds of, or the sounds themselves in IPA."""

    text: str
    ipa: bool


class Pronunciations:
    """The taught words of one language.

    Args:
        folder: Where the file of each language is; it need not exist.
        language: A BCP 47 tag; its first part names the file.
    """

    def __init__(self, folder: Path, *, language: str) -> None:
        self._language = primary(language)
        self._file = folder / f"{self._language}.toml"
        self._packaged = {_key(word): ipa for word, ipa in rules(language).pronunciations.items()}
        self._seen: tuple[int, int] | None = None
        self._use({})

    def teach(self, word: str, ipa: str, *, known: Container[str] | None = None) -> None:
        """Writes down how a word is said; what else was taught stays, comments in the file do not.

        Args:
            word: One word, in any case.
            ipa: Its sounds.
            known: The phonemes of the voice; without them any sign of IPA is taken.

        Raises:
            UsageError: It is no word or no IPA, the voice has no such sound, or the file cannot be read or written.
        """
        word, ipa = unicodedata.normalize("NFC", word.strip()).translate(_APOSTROPHES), ipa.strip().strip("/[]")
        _check_word(word)
        _check_ipa(word, ipa, known)
        try:
            words = _read(self._file)
            kept = {each: sounds for each, sounds in words.items() if _key(each) != _key(word)}
            _write(self._file, kept | {word: ipa})
        except ValueError as error:
            raise UsageError(f"{self._file} is damaged ({error}); mend or remove it, then teach again") from error
        except OSError as error:
            raise UsageError(
                f"{self._file} cannot be written ({error.strerror}); choose a folder that can be written to"
            ) from error

    def parts(self, text: str) -> list[Part]:
        """The text, cut at taught words: whole ones, in any case, also with 's. Nothing is left out."""
        self._refresh()
        done: list[Part] = []
        begin = 0
        for found in self._pattern.finditer(text):
            if found.start() > begin:
                done.append(Part(text=text[begin : found.start()], ipa=False))
            ipa = self._ipa[_key(found[1])]
            done.append(Part(text=_with_s(ipa, self._language) if found[2] else ipa, ipa=True))
            begin = found.end()
        if begin < len(text):
            done.append(Part(text=text[begin:], ipa=False))
        return done

    def _refresh(self) -> None:
        try:
            about = self._file.stat()
            now = about.st_mtime_ns, about.st_size
        except OSError:
            now = None
        if now == self._seen:
            return
        self._seen = now
        try:
            self._use(_read(self._file))
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read (%s); its words are said as the voice says them", self._file, error)
            self._use({})

    def _use(self, taught: Mapping[str, str]) -> None:
        self._ipa = self._packaged | {_key(word): ipa for word, ipa in taught.items()}
        words = any_of(self._ipa).replace("'", "['\u2019]")
        self._pattern = re.compile(rf"(?<!\w)({words})(['\u2019]s)?(?!\w)", re.IGNORECASE)


def _key(word: str) -> str:
    # Not casefold(), which writes one letter as two and would not match what the pattern finds.
    return unicodedata.normalize("NFC", word.translate(_APOSTROPHES)).lower()


def _check_word(word: str) -> None:
    if len(word) > _LONGEST_WORD or not _WORD.fullmatch(word) or not any(each.isalpha() for each in word):
        raise UsageError(f"{word[:_LONGEST_WORD]!r} is no word; teach one word of letters: --teach WORD=IPA")


def _check_ipa(word: str, ipa: str, known: Container[str] | None) -> None:
    sounds = unicodedata.normalize("NFD", ipa)
    if not any(_is_sound(each) for each in sounds) or len(sounds) > _LONGEST_IPA:
        raise UsageError(f"there are no sounds for {word!r}, or too many; write them in IPA: --teach bat=bæt")
    if wrong := sorted({each for each in sounds if not _is_ipa(each)}):
        raise UsageError(f"{_listed(wrong)} in the sounds of {word!r} is not IPA; write them in IPA: --teach bat=bæt")
    if known is not None and (unknown := sorted({each for each in sounds if each not in known})):
        raise UsageError(f"this voice has no {_listed(unknown)}, asked for in {word!r}; use sounds that it has")


def _is_sound(each: str) -> bool:
    # Stress and length are letters too, of the category Lm.
    return unicodedata.category(each) in {"Ll", "Lo"}


def _is_ipa(each: str) -> bool:
    return each in _IPA_OTHERS or any(first <= ord(each) <= last for first, last in _IPA_RANGES)


def _listed(signs: list[str]) -> str:
    return ", ".join(f"{each!r} (U+{ord(each):04X})" for each in signs)


def _with_s(ipa: str, language: str) -> str:
    """With the 's of English, which follows the last sound; as it is said elsewhere, plainly."""
    last = next((each for each in reversed(unicodedata.normalize("NFD", ipa)) if _is_sound(each)), "")
    if language != "en" or last in _VOICELESS:
        return f"{ipa}s"
    return f"{ipa}\u026az" if last in _SIBILANTS else f"{ipa}z"


def _read(file: Path) -> dict[str, str]:
    """The words of a file; none where there is no file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not what `teach` writes.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    words = data.pop("words", {})
    if data or not isinstance(words, dict) or not all(isinstance(ipa, str) for ipa in words.values()):
        raise ValueError("it holds something else than words and their sounds under [words]")
    return {word: ipa for word, ipa in words.items() if word and ipa}


def _write(file: Path, words: Mapping[str, str]) -> None:
    """All of it or nothing: beside the file first, on the disk, then in its place."""
    lines = ["[words]", *(f"{_quoted(word)} = {_quoted(ipa)}" for word, ipa in sorted(words.items())), ""]
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as part:
            part.write("\n".join(lines))
            part.flush()
            os.fsync(part.fileno())
            os.fchmod(part.fileno(), 0o644)
        os.replace(beside, file)  # noqa: PTH105 - the name comes from tempfile
    except BaseException:
        os.unlink(beside)  # noqa: PTH108 - the same
        raise


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for the character 127.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
