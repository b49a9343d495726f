"""Markup is taken off: HTML, SSML, Markdown, links and e-mail addresses. Every step is linear in the text's length."""

from __future__ import annotations

import html
import re

_ENTITIES = 3
"""How often an entity may be wrapped in another one."""

_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>", re.IGNORECASE)
_UNSEEN_END = re.compile(r"</(script|style)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--[^<>]*-->")
# Nothing in a tag is a tag, so each character is looked at once.
_TAG = re.compile(r"<[/!?]?[A-Za-z][^<>]*>")
_LINK_TARGET = re.compile(r"\]\([^()\[\]\n]*\)")
_ADDRESS = re.compile(
    r"(?:\b(?:https?|ftp)://(?:www\.)?|\bwww\.)([^\s/?#:<>\[\]()\"]*)[^\s<>\[\]()\"]*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])([\w+-][\w.+-]{0,63})@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_EMOTICON = re.compile(r"(?<!\S)[:;=]['-]?[()DPpO3|/\\\]\[](?!\S)")
_BULLET = re.compile(r"^[ \t]*(?:[-*+\u2022][ \t]+|>+)", re.MULTILINE)


def bare(text: str, *, at: str, point: str) -> str:
    """The text without markup; `at` and `point` are the words for the signs in an address.

    Of a link its host is left, for nobody listens to the rest.
    """
    for _ in range(_ENTITIES):
        text = html.unescape(text)
    text = _TAG.sub(" ", _COMMENT.sub(" ", _seen(text)))
    text = _LINK_TARGET.sub("] ", text)
    text = _ADDRESS.sub(lambda found: _host(found, point), text)
    text = _MAIL.sub(lambda found: _dotted(f"{found[1]} {at} {found[2]}", point), text)
    return _BULLET.sub("", _EMOTICON.sub(" ", text))


def _seen(text: str) -> str:
    """The text without what a page never shows."""
    done: list[str] = []
    begin = 0
    while (found := _UNSEEN.search(text, begin)) and (end := _UNSEEN_END.search(text, found.end())):
        done.append(text[begin : found.start()])
        begin = end.start()
    return " ".join([*done, text[begin:]])


def _host(found: re.Match[str], point: str) -> str:
    whole, host = found[0], found[1]
    end = whole[-1] if whole[-1] in ".,;:!?" else ""
    return f" {_dotted(host.rstrip('.,;:!?'), point)}{end} "


def _dotted(name: str, point: str) -> str:
    return name.replace(".", f" {point} ")
