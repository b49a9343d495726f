"""Chance that a page draws alike: the same numbers in any language that has 32-bit integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BITS = 0xFFFFFFFF


def chances(seed: int) -> Iterator[float]:
    """Numbers from 0 to below 1 without end, by Tommy Ettinger's mulberry32."""
    state = seed & _BITS
    while True:
        state = (state + 0x6D2B79F5) & _BITS
        mixed = ((state ^ (state >> 15)) * (state | 1)) & _BITS
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & _BITS
        yield (mixed ^ (mixed >> 14)) / (_BITS + 1)
