"""A stand-in for the network of things: it sees in a picture what it was told is there, at any size of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Pixels, Rgb, Thing

_GRID = 8
_ALIKE = 12.0
"""Levels of brightness, in the mean over a coarse grid, up to which two pictures are the same one at other sizes."""


@dataclass(slots=True)
class ScriptedThings:
    """A ThingDetector that follows a script; a picture that it was told nothing of shows nothing."""

    _script: list[tuple[npt.NDArray[np.float32], Thing]] = field(default_factory=list)

    def shows(self, pixels: Pixels, *things: Thing) -> None:
        """From now on these are in this picture; boxes in pixels of the photo."""
        self._script.extend((_look(pixels.rgb), thing) for thing in things)

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """Those that are in this picture, the surest first."""
        look = _look(pixels.rgb)
        found = [thing for known, thing in self._script if float(np.abs(known - look).mean()) < _ALIKE]
        return tuple(sorted(found, key=lambda thing: -thing.score))


def _look(rgb: Rgb) -> npt.NDArray[np.float32]:
    """What a picture looks like from afar."""
    small = cv2.resize(rgb, (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
