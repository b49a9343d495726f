"""Chance that is the same again for the same seed."""

from __future__ import annotations

from random import Random


def chance(*seed: object) -> Random:
    """A source of chance of its own for each seed, which may be of several parts."""
    return Random(repr(seed))  # noqa: S311 - no secret
