"""Smiling or not, from how far the corners of the mouth lift: a first, strict answer.

It speaks of the mouth, never of a feeling. The curve was laid through labelled faces: clear smiles lift by 0.02 to 0.09
of the distance between the eyes, mouths at rest by -0.03 to 0; what lies between is left open.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Claim
from device.vision.look import CLOSE_SIDE
from device.vision.mouth import may_be_hidden

if TYPE_CHECKING:
    from device.core.types import FaceMesh
    from device.vision.look import Look

UPPER_LIP, LOWER_LIP, LEFT_CORNER, RIGHT_CORNER = 13, 14, 61, 291
LEFT_EYE, RIGHT_EYE, FOREHEAD, CHIN = 33, 263, 10, 152

EVEN_LIFT = 0.008
"""The lift at which a smile is as likely as none."""

LIFT_STEP = 0.007
"""The lift that makes it e times as likely."""

SURE = 0.9


def corner_lift(mesh: FaceMesh) -> float:
    """How far the corners of the mouth lie above its middle, in distances between the outer corners of the eyes."""
    points = mesh.points.astype(np.float64)
    up = points[FOREHEAD] - points[CHIN]
    up /= np.linalg.norm(up)
    middle = (points[UPPER_LIP] + points[LOWER_LIP]) / 2
    corners = (points[LEFT_CORNER] + points[RIGHT_CORNER]) / 2
    return float((corners - middle) @ up / np.linalg.norm(points[RIGHT_EYE] - points[LEFT_EYE]))


def smile_probability(lift: float) -> float:
    """How likely a smile is at this lift, 0 to 1."""
    return (1 + math.tanh((lift - EVEN_LIFT) / LIFT_STEP / 2)) / 2


def smiling(probability: float) -> bool | None:
    """True when sure, False when surely not, None between."""
    if probability >= SURE:
        return True
    return False if probability <= 1 - SURE else None


def smiling_claim(look: Look) -> Claim:
    """The claim; that somebody does not smile is never said."""
    lift = corner_lift(look.mesh)
    smile = smile_probability(lift)
    sure = smiling(smile)
    why = f"the corners of the mouth lie {abs(lift):.3f} {'above' if lift > 0 else 'below'} its middle"
    if not look.believed:
        why = look.doubt
    elif not look.close:
        why = f"the face is {look.side:.0f} pixels large, a smile is told from {CLOSE_SIDE}"
    elif may_be_hidden(look):
        why = "something may lie over the mouth"
    elif sure is None:
        why += ", which may or may not be a smile"
    elif not sure:
        why += "; that somebody does not smile is not said"
    value = sure is not False
    return Claim(
        about=look.about,
        name="smiling",
        value=value,
        score=smile if value else 1 - smile,
        threshold=SURE,
        said=bool(sure) and smile_told(look),
        why=why,
    )


def smile_told(look: Look) -> bool:
    """Whether the mouth is seen well enough to tell a smile, or its absence."""
    return look.believed and look.close and not may_be_hidden(look)
