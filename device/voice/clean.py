"""Text that is fit to be spoken: no markup, no symbols read by their names, no commands to the voice."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 400
"""Characters of one piece of text: longer ones are cut at sentence or clause ends, so that no piece takes for ever."""

_TAG = re.compile(r"<[/!?]?[A-Za-z][^<>]*>")
_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"[\[\]{}<>|\\^~`_*#=]+")
# The second of each pair ends a sentence or a clause in Chinese and Japanese, where no space follows.
_SENTENCE_END = re.compile("(?<=[.!?])\\s+|(?<=[\u3002\uff01\uff1f])\\s*")
_CLAUSE_END = re.compile("(?<=[,;:])\\s+|(?<=[\u3001\uff0c\uff1b\uff1a])\\s*")
_SPOKEN_SYMBOLS = frozenset("+%&@$\u20ac\u00a3\u00a5\u00b0\u00a7\u00bd\u00bc\u00be\u00d7\u00f7")
_LAST_PUNCTUATION = 0x30FF
"""Punctuation beyond the Japanese block is ornament, or stands for vertical writing."""

_KEPT_CATEGORIES = frozenset("LMN")
_WIDE = frozenset("\uff01\uff0c\uff0e\uff1a\uff1b\uff1f")
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


def clean(text: str) -> str:
    """The text without tags, emoji, control and invisible characters, its white space folded.

    Brackets go too: `[[...]]` would be taken for phonemes. The result is empty where no letter or digit is left.
    Cleaning twice is cleaning once.
    """
    # What is taken out may leave something new behind, such as an entity with an invisible character in it.
    while (cleaned := _cleaned(text)) != text:
        text = cleaned
    return text


def _cleaned(text: str) -> str:
    text = _TAG.sub(" ", html.unescape(text))
    text = _BRACKETS.sub(" ", unicodedata.normalize("NFC", text))
    text = "".join(each if _is_spoken(each) else _replacement(each) for each in text)
    text = _SPACE.sub(" ", text).strip()
    return text if any(each.isalnum() for each in text) else ""


def pieces(text: str) -> list[str]:
    """The cleaned text, cut where a voice should not take it at once: at sentences, then at clauses, then at words."""
    done: list[str] = []
    for sentence in _SENTENCE_END.split(clean(text)):
        done.extend(_packed([sentence], (_CLAUSE_END, _SPACE)))
    return [piece for piece in done if any(each.isalnum() for each in piece)]


def _packed(parts: list[str], cuts: tuple[re.Pattern[str], ...]) -> list[str]:
    packed: list[str] = []
    for part in parts:
        if len(part) <= LONGEST:
            packed.append(part)
        elif cuts:
            packed.extend(_joined(_packed(cuts[0].split(part), cuts[1:])))
        else:
            packed.extend(part[at : at + LONGEST] for at in range(0, len(part), LONGEST))
    return packed


def _joined(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) + 1 + len(part) <= LONGEST:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _is_spoken(each: str) -> bool:
    category = unicodedata.category(each)
    if category[0] in _KEPT_CATEGORIES:
        return each not in _JOINERS
    return each in _SPOKEN_SYMBOLS or (category[0] == "P" and (ord(each) <= _LAST_PUNCTUATION or each in _WIDE))


def _replacement(each: str) -> str:
    # What is invisible joins nothing; what is seen, such as an emoji, stood between words.
    return "" if unicodedata.category(each) == "Cf" or each in _JOINERS else " "
