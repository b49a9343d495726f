"""From a measure to how likely something is."""

from __future__ import annotations

import math


def likely(value: float, *, even: float, step: float) -> float:
    """The logistic curve: half at `even`, e times as likely with each `step`; no value is too large for it."""
    return (1 + math.tanh((value - even) / step / 2)) / 2
