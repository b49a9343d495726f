"""Which letters a voice can say: a word of another script makes espeak-ng read names of letters, or their numbers."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby

_HAN = frozenset({"CJK"})
_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_CYRILLIC = frozenset({"CYRILLIC"})
_ARABIC = frozenset({"ARABIC"})
_DEVANAGARI = frozenset({"DEVANAGARI"})
_NONE: frozenset[str] = frozenset()

_LATIN_ONLY = (
    "af ca cs cy da de en es et eu fi fr ga hr hu id is it la lb lt lv ms nb nl no pl pt ro sk sl sq sv sw tr vi"
)
_SCRIPTS: dict[str, frozenset[str]] = (
    dict.fromkeys(_LATIN_ONLY.split(), _NONE)
    | dict.fromkeys(["be", "bg", "kk", "ky", "mk", "ru", "tt", "uk"], _CYRILLIC)
    | dict.fromkeys(["cmn", "yue", "zh"], _HAN | {"BOPOMOFO", "IDEOGRAPHIC"})
    | dict.fromkeys(["ar", "fa", "ur"], _ARABIC)
    | dict.fromkeys(["hi", "mr", "ne"], _DEVANAGARI)
    | dict.fromkeys(["ca", "es", "gl", "it", "pt"], frozenset({"FEMININE", "MASCULINE"}))  # 1\u00aa, 1\u00ba
    | {
        "el": frozenset({"GREEK"}),
        "he": frozenset({"HEBREW"}),
        "hy": frozenset({"ARMENIAN"}),
        "ja": _HAN | _KANA | {"IDEOGRAPHIC"},
        "ka": frozenset({"GEORGIAN"}),
        "ko": frozenset({"HANGUL"}) | _HAN,
        "th": frozenset({"THAI"}),
    }
)
"""What is spoken beside Latin letters, which every voice can say. A language that is not here: all scripts."""

_NAMED = frozenset(chr(at) for at in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA)) if at != 0x3A2)  # noqa: PLR2004
"""The letters of the Greek alphabet, which have names that one hears in formulas."""

_LAST_PLAIN_LATIN = 0x17F
_COMBINING = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))


_FEW_MARKS = frozenset({"da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "no", "pt", "sv"})
"""Where a letter such as those of Vietnamese names is spelled by its number, and is better read without its marks."""


def primary(language: str) -> str:
    """The first part of a BCP 47 tag, or of a locale's name: "en" for "en-GB" and for "en_US"."""
    return language.replace("_", "-").partition("-")[0].lower()


def spoken(text: str, *, language: str) -> str:
    """The text without letters of scripts that the language does not use, one space in place of each word.

    Digits of all scripts become European ones. A Greek letter alone stays: it has a name in every language.
    """
    scripts = _SCRIPTS.get(primary(language))
    done: list[str] = []
    for script, group in groupby(text, key=_script):
        run = "".join(group)
        if not script or scripts is None:
            done.append(run)
        elif script == "LATIN":
            done.append("".join(map(_plain, run)) if primary(language) in _FEW_MARKS else run)
        elif script in scripts or run in _NAMED:
            done.append(run)
        else:
            done.append(" ")
    return "".join(done)


@lru_cache(maxsize=4096)
def _script(each: str) -> str:
    """The script of a letter or its marks; empty for what is none."""
    if each.isascii():
        return "LATIN" if each.isalpha() else ""
    if unicodedata.category(each)[0] not in "LMN" or unicodedata.category(each) == "Nd":
        return ""
    return unicodedata.name(each, "unnamed").split()[0]


@lru_cache(maxsize=4096)
def _plain(each: str) -> str:
    """A letter of the rare Latin blocks as the voice knows it: the letter without what is on it, or nothing."""
    if (ord(each) <= _LAST_PLAIN_LATIN and each != "\u0131") or not each.isalpha():
        return each
    base = unicodedata.normalize("NFD", each.replace("\u0131", "i"))[0]
    return base if ord(base) <= _LAST_PLAIN_LATIN else " "


def digit(each: str) -> str:
    """A decimal digit of any script as a European one."""
    return str(unicodedata.decimal(each))


def is_stacked(each: str) -> bool:
    """Whether it is a mark for any letter, left over where no letter has it: ornament."""
    return any(first <= ord(each) <= last for first, last in _COMBINING)
