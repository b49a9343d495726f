"""How a range of numbers becomes the 256 steps of an int8 tensor."""

from __future__ import annotations

import numpy as np

from models.recipe.tflite import Quantity

LEVELS = 255
NOTHING = 1e-6
"""No range is smaller."""


def quantity(low: float, high: float) -> Quantity:
    """The scale and the zero point of a tensor with this range; zero is always in it, and held exactly."""
    low, high = min(low, 0.0), max(high, NOTHING)
    scale = (high - low) / LEVELS
    return Quantity(float(np.float32(scale)), int(np.clip(round(-128 - low / scale), -128, 127)))
