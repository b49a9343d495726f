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

_LAST_PLAIN_LATIN = 0x17F
_COMBINING = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))


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
            done.append("".join(map(_plain, run)))
        elif script in scripts or (script == "GREEK" and len(run) == 1):
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
    if ord(each) <= _LAST_PLAIN_LATIN or not each.isalpha():
        return each
    base = unicodedata.normalize("NFD", each)[0]
    if ord(base) <= _LAST_PLAIN_LATIN:
        # Vietnamese and Romanian letters are whole words' letters there; espeak-ng knows them.
        return each
    return " "


def digit(each: str) -> str:
    """A decimal digit of any script as a European one."""
    return str(unicodedata.decimal(each))


def is_stacked(each: str) -> bool:
    """Whether it is a mark for any letter, left over where no letter has it: ornament."""
    return any(first <= ord(each) <= last for first, last in _COMBINING)
