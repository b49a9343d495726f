"""Words and numbers that no one says at once, parted before an engine stumbles over them.

Pico takes exponential time over a word of 100 letters, and never ends over one of 300; it gives up at a number of 60
digits, and hibari at one of 40.
"""

from __future__ import annotations

import re

LETTERS = 40
"""Longer words are cut; the longest in a German dictionary has 79 letters, and is said in two breaths."""

DIGITS = 12
"""Longer numbers are read in groups of so many digits."""

_LONG_NUMBER = re.compile(rf"(\d{{{DIGITS}}})(?=\d)")


def parted(text: str, *, letters: int = LETTERS) -> str:
    """The text with a space inside each word that is too long."""
    return re.sub(rf"(\S{{{letters}}})(?=\S)", r"\1 ", _LONG_NUMBER.sub(r"\1 ", text))


def is_spoken(text: str) -> bool:
    """Whether there is anything to say in it."""
    return any(each.isalnum() for each in text)
