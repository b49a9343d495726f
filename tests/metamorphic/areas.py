"""Rectangles of whole pixels: around faces, free of faces, cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """From `left` and `top` up to `right` and `bottom`, which are outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def meets(self, other: Area) -> bool:
        """Whether they have a pixel in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, size: tuple[int, int]) -> Area:
        """The part of it that lies in a picture of this width and height."""
        return Area(
            left=max(self.left, 0),
            top=max(self.top, 0),
            right=min(self.right, size[0]),
            bottom=min(self.bottom, size[1]),
        )

    def holds(self, box: Box) -> bool:
        """Whether the middle of the box lies in it."""
        across, down = box.centre
        return self.left <= across < self.right and self.top <= down < self.bottom


def around(box: Box, factor: float) -> Area:
    """A rectangle with the same middle, so many times as wide and high as the box."""
    (across, down), width, height = box.centre, box.width * factor / 2, box.height * factor / 2
    return Area(
        left=math.floor(across - width),
        top=math.floor(down - height),
        right=math.ceil(across + width),
        bottom=math.ceil(down + height),
    )
