"""How loudly something is said, as how far a mouth opens for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Pcm

STEP = 0.02
"""Seconds between two values."""

LEAST, MOST = 0.5, 1.15
"""How much less and more than usual a mouth opens."""

_WINDOW = 3  # steps that are heard as one
_USUAL = -18.0  # decibels below full scale: every voice is levelled to it, see docs/adr/0024
_PER_DECIBEL = 0.04
_SILENT = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How much farther than usual a mouth opens, every `STEP` seconds from the start of a speech."""

    opens: tuple[float, ...]

    def at(self, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """In between, and at the ends the nearest."""
        return np.interp(seconds / STEP - 0.5, np.arange(len(self.opens)), self.opens)


def loudness_of(pcm: Pcm, *, sample_rate: int) -> Loudness:
    """Of levelled sound, or of as much of it as there is; at least one value."""
    hop = max(1, round(STEP * sample_rate))
    power = np.square(pcm.astype(np.float64) / 32768)
    power = np.concatenate([power, np.zeros(-len(power) % hop if len(power) else hop)])
    steps = power.reshape(-1, hop).mean(axis=1)
    near = np.convolve(steps, np.ones(_WINDOW) / _WINDOW, "same") if len(steps) >= _WINDOW else steps
    decibels = 10 * np.log10(np.maximum(near, _SILENT**2))
    return Loudness(opens=tuple(np.clip(1 + _PER_DECIBEL * (decibels - _USUAL), LEAST, MOST).tolist()))
