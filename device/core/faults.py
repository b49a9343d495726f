"""Named points in the code at which a test may let something go wrong; elsewhere passing one does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _nothing(name: str) -> None:
    """What happens at a point where nobody asked for more."""


_happens: Callable[[str], None] = _nothing


def passing(name: str) -> None:
    """The point with this name is passed."""
    _happens(name)


def let(happen: Callable[[str], None] | None) -> None:
    """From now on `happen` is called at each point with its name; None for nothing."""
    global _happens  # noqa: PLW0603 - one process has one set of faults
    _happens = happen or _nothing
