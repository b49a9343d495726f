"""Eyes open or closed, as far as it may be said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from device.core.types import Claim
from device.vision.logistic import likely

if TYPE_CHECKING:
    from device.vision.iris import Opening
    from device.vision.look import Look

EVEN_OPENING = 0.2
"""The opening at which an eye is as likely open as closed, in its own widths."""

OPENING_STEP = 0.05 / math.log(9)
"""The opening that makes it e times as likely; open is sure from 0.25, closed up to 0.15. Between them lie lowered
lids and the narrow eyes of a laugh."""

SURE = 0.9

COVERED = 0.2
"""Light around the eyes, as a share of that on the face, below which dark glasses, or a shadow as dark, lie over
them: behind glasses the network draws the lids of open eyes, whatever is there."""


def openness(opening: float) -> float:
    """How likely an eye is open, 0 to 1."""
    return likely(opening, even=EVEN_OPENING, step=OPENING_STEP)


def eyes_claim(look: Look) -> Claim | None:
    """The claim; None where nobody has looked. Both eyes have to agree."""
    if look.opening is None:
        return None
    is_open, is_closed = _scores(look.opening)
    value, score = ("open", is_open) if is_open >= is_closed else ("closed", is_closed)
    covered = look.eye_light is not None and look.eye_light < COVERED
    why = f"the lids of the eyes are {look.opening.left:.2f} and {look.opening.right:.2f} of an eye's width apart"
    if covered:
        why = "something dark lies over the eyes, such as glasses or a shadow"
    elif score < SURE:
        why += f"; open is said from {_opening(SURE):.2f}, closed up to {_opening(1 - SURE):.2f}, if both agree"
    return Claim(
        about=look.about,
        name="eyes",
        value=value,
        score=score,
        threshold=SURE,
        said=score >= SURE and not covered,
        why=why,
    )


def _scores(opening: Opening) -> tuple[float, float]:
    """How likely both are open, and both closed."""
    eyes = openness(opening.left), openness(opening.right)
    return min(eyes), 1 - max(eyes)


def _opening(probability: float) -> float:
    return EVEN_OPENING + OPENING_STEP * math.log(probability / (1 - probability))
