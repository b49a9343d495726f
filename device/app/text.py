"""Text on its way to a terminal."""

from __future__ import annotations

import sys

from device.core.errors import MistakesError


def complain(trouble: object) -> None:
    """Print one line on standard error, where there is one; of several mistakes each has its own."""
    if sys.stderr is not None:
        escaped = printable if isinstance(trouble, MistakesError) else one_line
        print(f"voxframe: {escaped(str(trouble))}", file=sys.stderr)


def printable(text: str) -> str:
    """The text with everything escaped that could move a cursor or pose as another line; line breaks stay."""
    return "".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in text)


def one_line(text: str) -> str:
    """The text with line breaks escaped too, for what stands in a line of its own."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(each: str) -> str:
    return each.encode("unicode_escape", "surrogatepass").decode("ascii")
