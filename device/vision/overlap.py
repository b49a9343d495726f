"""Which faces of two looks at the same picture are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision.retinaface import joined

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.vision.retinaface import Faces

SAME_FACE = 0.4
"""Intersection over union from which two boxes are one face."""


def overlaps(some: npt.NDArray[np.floating[Any]], others: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Intersection over union of each box with each: n x 4 and m x 4 (left, top, width, height) to n x m."""
    one, other = some[:, None].astype(np.float64), others[None].astype(np.float64)
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    return np.asarray(shared / (np.prod(one[..., 2:], axis=-1) + np.prod(other[..., 2:], axis=-1) - shared))


def agreed(some: Faces, others: Faces) -> Faces:
    """The faces of two looks, each with the mean of its scores; one that a look does not see has nothing from it."""
    same = overlaps(some.boxes, others.boxes) >= SAME_FACE
    again = np.where(same, others.scores, np.float32(0)).max(axis=1, initial=0)
    seen = some.with_scores((some.scores + again) / np.float32(2))
    missed = others.only(np.logical_not(same.any(axis=0)))
    return joined([seen, missed.with_scores(missed.scores / np.float32(2))])
