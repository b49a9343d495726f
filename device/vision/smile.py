"""Smiling or not: the smile network and the lift of the mouth's corners have to agree.

It speaks of the mouth, never of a feeling. The network alone calls bared teeth a smile at times, the corners alone a
turned head; where one is sure and the other disagrees, nothing is said. The curve of the lift was laid through labelled
faces: clear smiles lift by 0.02 to 0.09 of the distance between the eyes, mouths at rest by -0.03 to 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Claim
from device.vision.head import CHIN, FOREHEAD
from device.vision.logistic import likely
from device.vision.look import CLOSE_SIDE
from device.vision.mouth import LEFT_CORNER, LOWER_LIP, RIGHT_CORNER, UPPER_LIP, may_be_hidden
from device.vision.square import LEFT_EYE, RIGHT_EYE

if TYPE_CHECKING:
    from device.core.types import FaceMesh
    from device.vision.look import Look

EVEN_LIFT = 0.008
"""The lift from which the corners speak for a smile."""

LIFT_STEP = 0.007
"""The lift that makes it e times as likely."""

SURE = 0.9
"""The network's probability from which somebody smiles, if the corners lift."""

SURELY_NOT = 0.05
"""The probability up to which somebody surely does not, if they do not lift."""


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
    return likely(lift, even=EVEN_LIFT, step=LIFT_STEP)


def smiling(probability: float, lift: float) -> bool | None:
    """True when sure, False when surely not, None between; by the network's probability and the lift of the corners."""
    if lift >= EVEN_LIFT:
        return True if probability >= SURE else None
    return False if probability <= SURELY_NOT else None


def smile_seen(look: Look) -> tuple[float | None, bool | None]:
    """The probability of a smile and whether there is one; None where the mouth is not seen well enough to tell."""
    if look.smile is None or may_be_hidden(look):
        return None, None
    return look.smile, smiling(look.smile, corner_lift(look.mesh))


def smiling_claim(look: Look) -> Claim:
    """The claim; that somebody does not smile is never said."""
    lift = corner_lift(look.mesh)
    _, sure = smile_seen(look)
    smile = smile_probability(lift) if look.smile is None else look.smile
    value = sure is not False
    return Claim(
        about=look.about,
        name="smiling",
        value=value,
        score=smile if value else 1 - smile,
        threshold=SURE,
        said=sure is True,
        why=_why(look, sure, lift),
    )


def _why(look: Look, sure: bool | None, lift: float) -> str:  # noqa: FBT001 - what is to be explained
    if not look.believed:
        return look.doubt
    if not look.close:
        return f"the face is {look.side:.0f} pixels large, a smile is told from {CLOSE_SIDE}"
    if may_be_hidden(look):
        return "something may lie over the mouth"
    corners = f"the corners of the mouth lie {abs(lift):.3f} {'above' if lift > 0 else 'below'} its middle"
    if look.smile is None:
        return f"{corners}, and no network has looked whether that is a smile"
    why = f"the smile network gives {look.smile:.2f} and {corners}"
    if sure is None:
        return f"{why}; a smile needs {SURE} and {EVEN_LIFT}"
    return why if sure else f"{why}; that somebody does not smile is not said"
