"""The mouth: lips apart or closed, and whether it is seen at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Claim
from device.vision.logistic import likely

if TYPE_CHECKING:
    from device.core.types import FaceMesh
    from device.vision.look import Look

UPPER_LIP, LOWER_LIP, LEFT_CORNER, RIGHT_CORNER = 13, 14, 61, 291
"""Points of the mesh: the inner edges of the lips at their middle, and the corners of the mouth."""

EVEN_GAP = 0.09
"""The gap at which lips are as likely apart as closed, in widths of the mouth."""

GAP_STEP = 0.03 / math.log(9)
"""The gap that makes it e times as likely; open is sure from 0.12, closed up to 0.06."""

SURE = 0.9

HIDDEN = 0.5
"""How likely something lies over the mouth, from which nothing is said of it and it is not moved."""


def lip_gap(mesh: FaceMesh) -> float:
    """How far apart the lips are, in widths of the mouth."""
    points = mesh.points.astype(np.float64)
    apart = float(np.linalg.norm(points[UPPER_LIP] - points[LOWER_LIP]))
    return apart / max(float(np.linalg.norm(points[LEFT_CORNER] - points[RIGHT_CORNER])), 1e-6)


def may_be_hidden(look: Look) -> bool:
    """Whether something may lie over the mouth; then nothing is said of it."""
    return look.mouth_seen is not None and 1 - look.mouth_seen >= HIDDEN


def mouth_hidden_claim(look: Look) -> Claim | None:
    """Whether the mouth is hidden, or seen; None where nobody has looked."""
    if look.mouth_seen is None:
        return None
    hidden = may_be_hidden(look)
    return Claim(
        about=look.about,
        name="mouth_hidden",
        value=hidden,
        score=1 - look.mouth_seen if hidden else look.mouth_seen,
        threshold=HIDDEN,
        said=True,
        why=f"edges and colours around it are those of a mouth that is seen with {look.mouth_seen:.2f}",
    )


def lips_claim(look: Look) -> Claim | None:
    """Lips apart or closed; None where nobody has looked closely."""
    if not (look.believed and look.close):
        return None
    gap = lip_gap(look.mesh)
    if look.mirrored_gap is not None:
        gap = (gap + look.mirrored_gap) / 2
    apart = likely(gap, even=EVEN_GAP, step=GAP_STEP)
    value, score = ("open", apart) if gap >= EVEN_GAP else ("closed", 1 - apart)
    why = f"the lips are {gap:.2f} of the mouth's width apart"
    if may_be_hidden(look):
        why = "something may lie over the mouth"
    elif score < SURE:
        why += ", neither clearly apart nor clearly closed"
    return Claim(
        about=look.about,
        name="lips",
        value=value,
        score=score,
        threshold=SURE,
        said=score >= SURE and not may_be_hidden(look),
        why=why,
    )
