"""How far a mouth may open before the skin would fold over itself.

A field folds nothing where no place of its grid is turned inside out: where the determinant of its derivative is
positive. It is asked for the outermost shapes, with the mouth at its widest and at its roundest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.living import motion
from device.living.fields import GRID
from device.living.loudness import MOST
from device.living.motion import ACROSS, BROW, CHANNELS, DOWN, JAW, LOWER, ROUND, UPPER, WIDE
from device.living.visemes import visemes

if TYPE_CHECKING:
    from device.living.fields import Fields
    from device.living.motion import Array, Plane

THINNEST = 0.03
"""The least that may be left of a place's area; it is as thin only behind lips that close over teeth, unseen."""

_STEEPEST = 2.2  # beyond it a field is not turned round in a few steps: see render
_STEP = 0.95
_LEAST = 0.2  # a face that folds even so is better left as it is
_SWAY = {ACROSS: 0.009, DOWN: 0.009, BROW: 0.008}


def gain_without_folds(fields: Fields, gain: float, gap: float, size: tuple[int, int]) -> float:
    """The gain, or as much of it as folds nothing; 0 where any movement would.

    Args:
        fields: Of the face.
        gain: That is wanted.
        gap: Between the lips in the photo, in heights of the face.
        size: Of the box, across and down in pixels.
    """
    moved = slopes(fields, size)
    while gain > _LEAST:
        found = along(moved, outermost(gain, gap))
        if areas(found).min() >= THINNEST and np.square(found).sum(axis=(-1, -2)).max() <= _STEEPEST**2:
            return gain
        gain *= _STEP
    return 0.0


def outermost(gain: float, gap: float) -> Array:
    """Shapes x channels: the hull of all that a motion with this gain asks of the mouth."""
    lips = [(0.0, 0.0, 0.0), (0.0, -motion.PRESS, -motion.PRESS), (0.0, motion.BITE_UPPER, motion.BITE_LOWER)]
    if gap:
        lips.append((0.0, -motion.UPPER_SHARE * gap, (motion.UPPER_SHARE - 1) * gap))
    louder = gain * MOST * (motion.PARTED_OPENS if gap else 1)
    known = visemes().all.values()
    lips += [(louder * shape.jaw, louder * shape.upper, louder * shape.lower) for shape in known]
    widest = max(shape.wide for shape in known) * min(gain, 1)
    roundest = max(shape.round for shape in known) * min(gain, 1)
    if gap:
        roundest = motion.PARTED_ROUNDS * roundest + motion.RELAXES
    rows = []
    for jaw, upper, lower in dict.fromkeys(lips):
        for wide, rounded in ((0.0, 0.0), (widest, 0.0), (0.0, roundest)):
            row = np.zeros(len(CHANNELS))
            row[[JAW, UPPER, LOWER, WIDE, ROUND]] = jaw, upper, lower, wide, rounded
            row[list(_SWAY)] = list(_SWAY.values())
            rows.append(row)
    return np.array(rows)


def slopes(fields: Fields, size: tuple[int, int]) -> Plane:
    """Channels x layers x down x across x 2 x 2: how each direction is moved along each axis."""
    both = np.stack([fields.skull, fields.jaw], axis=1)
    across, down = (np.gradient(both, length / GRID, axis=axis) for length, axis in zip(size, (3, 2), strict=True))
    return np.stack([across, down], axis=-1).astype(np.float32)


def along(moved: Plane, shapes: Array) -> Plane:
    """The slopes of shapes (shapes x channels): shapes x layers x down x across x 2 x 2."""
    flat = shapes.astype(np.float32) @ moved.reshape(len(moved), -1)
    return flat.reshape(len(shapes), *moved.shape[1:])


def areas(found: Plane) -> Plane:
    """What becomes of each place's area: 1 where nothing is moved, below 0 where it is turned inside out."""
    area = (1 + found[..., 0, 0]) * (1 + found[..., 1, 1]) - found[..., 0, 1] * found[..., 1, 0]
    return np.asarray(area, np.float32)
