"""Text that is fit to be spoken: no markup, no symbols read by their names, no commands to the voice."""

from __future__ import annotations

import re
import unicodedata

from device.voice import markup, scripts
from device.voice.expand import expanded
from device.voice.rules import rules

LONGEST = 250
"""Characters of one piece of text, about 40 words. A longer sentence is cut at clause ends, although a clause alone
gets other durations than within its sentence, so that no piece takes for ever."""

LONGEST_WORD = 80
"""Letters; the longest word in a German dictionary has 79. espeak-ng drops what is beyond some 150."""

_ROUNDS = 8
"""What is taken out may leave something new behind; text made to do so again and again is stripped to its words."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_ORDINAL = re.compile("([\u00aa\u00ba])")
_VULGAR = re.compile("(?<=\\d)([\u00bc-\u00be\u2150-\u215e])")
_WRITTEN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02bb\u2032\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2044\u2215", "/"),
        **dict.fromkeys("\u3001\uff0c\u060c\uff64", ", "),
        **dict.fromkeys("\u3002\uff0e\uff61\u0964\u0965\u06d4", ". "),
        **dict.fromkeys("\uff01", "! "),
        **dict.fromkeys("\uff1f\u061f", "? "),
        **dict.fromkeys("\uff1b\u061b", "; "),
        "\uff1a": ": ",
        "\u2116": "#",
        **dict.fromkeys("\u2120\u2122", " "),
    }
)
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_SPACE = re.compile(r"\s+")
_OPENING, _CLOSING = re.compile(r"(?<=\s)\(|\(\s"), re.compile(r"\)(?=\s)")
_DASH = re.compile(r"(?<=\w)(?:\s*[\u2013\u2014\u2015]\s*| -{1,3} |-{2,3})(?=\w)")
_STRAY_DASH = re.compile(r"(?<!\w)-+|-+(?!\w)|(?<=\d)-(?=\d)")
_STRAY_APOSTROPHE = re.compile(r"(?<!\w)'+(?!\w)|'{2,}")
_MISSING_SPACE = re.compile(r"(?<=[a-z]{2})([.!?])(?=[A-Z][a-z])")
_STOPS = re.compile(r"[.,;:!?](?:\s*[.,;:!?])+")
_BEFORE_STOP = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
_LONG_WORD = re.compile(rf"([^\s.,;:!?]{{{LONGEST_WORD}}})(?=[^\s.,;:!?])")
_SAID = frozenset(" .,;:!?'-")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?![a-z\u00df-\u00f6\u00f8-\u00ff])")
_CLAUSE_END = re.compile(r"(?<=[.!?,;:])\s+")


def clean(text: str, *, language: str = "en") -> str:
    """The text as words: without tags, emoji, control and invisible characters, with words for abbreviations and signs.

    What is left are letters that the language uses, digits, spaces and the signs that a voice breathes at. The result
    is empty where no letter or digit is left. Cleaning twice is cleaning once.
    """
    for _ in range(_ROUNDS):
        if (cleaned := _cleaned(text, language)) == text:
            return cleaned
        text = cleaned
    return _SPACE.sub(" ", re.sub(r"[\W_]", " ", text)).strip()


def pieces(text: str, *, language: str = "en") -> list[str]:
    """The cleaned text, cut where a voice should not take it at once: at sentences, then at clauses, then at words."""
    done: list[str] = []
    for sentence in _SENTENCE_END.split(clean(text, language=language)):
        done.extend(_packed([sentence], (_CLAUSE_END, _SPACE)))
    return [piece for piece in done if any(each.isalnum() for each in piece)]


def _cleaned(text: str, language: str) -> str:
    said = rules(language)
    text = "".join(each for each in text if not _is_invisible(each))
    text = markup.bare(text, at=said.symbols.get("@", ""), point=said.point)
    text = _normal(text)
    text = scripts.spoken(text, language=language)
    text = _SPACE.sub(" ", _PARAGRAPH.sub(". ", text.strip())).strip()
    text = expanded(text, language=language)
    text = _CLOSING.sub(", ", _OPENING.sub(", ", text))
    text = _DASH.sub(", ", text)
    text = "".join(each if _is_said(each) else _replacement(each) for each in text)
    text = _STRAY_APOSTROPHE.sub(" ", _STRAY_DASH.sub(" ", text))
    return _breathing(text)


def _normal(text: str) -> str:
    """Letters and digits in their usual form, whatever they look like; without marks that no letter has."""
    text = _VULGAR.sub(r" \1", text.translate(_WRITTEN))
    text = "".join(
        part if _ORDINAL.match(part) else unicodedata.normalize("NFKC", part) for part in _ORDINAL.split(text)
    )
    text = text.translate(_WRITTEN)
    return "".join(
        scripts.digit(each) if each.isdecimal() else each
        for each in text
        if each.isascii() or not scripts.is_stacked(each)
    )


def _breathing(text: str) -> str:
    """White space and stops as one writes them: one at a time."""
    text = _MISSING_SPACE.sub(r"\1 ", _SPACE.sub(" ", text))
    text = _STOPS.sub(lambda found: _strongest(found[0]), text)
    text = _BEFORE_STOP.sub("", _SPACE.sub(" ", text)).lstrip(" .,;:!?-").rstrip()
    text = _LONG_WORD.sub(r"\1 ", text)
    return text if any(each.isalnum() for each in text) else ""


def _strongest(stops: str) -> str:
    return next((f"{each} " for each in "?!.;:," if each in stops), " ")


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


def _is_said(each: str) -> bool:
    return each in _SAID or unicodedata.category(each)[0] in "LMN"


def _is_invisible(each: str) -> bool:
    # Private, unassigned and half characters too; the soft hyphen is one of category Cf.
    return each in _INVISIBLE or unicodedata.category(each) == "Cf" or "\ufe00" <= each <= "\ufe0f"


def _replacement(each: str) -> str:
    return "" if each in '()"\u201c\u201d' else " "
