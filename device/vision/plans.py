"""Plans by name, from the quickest to the most thorough, and the best of them for a budget of time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from device.vision.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

PLANS: Mapping[str, Plan] = {
    "320": Plan(side=320, finer=False, mirrored=False, turned=False),
    "480": Plan(side=480, finer=False, mirrored=False, turned=False),
    "640": Plan(finer=False, mirrored=False, turned=False),
    "640, finer": Plan(mirrored=False, turned=False),
    "640, finer, turned": Plan(),
}
"""The last one mirrors too."""

QUICKEST, *_, THOROUGH = PLANS

_TILES = 4
"""Tiles that a finer look takes at most: those of a square of 960 pixels."""

_GLIMPSES = 4
"""The quick look at a photo on all its sides takes one canvas of four quarters, each a look of the quickest plan."""


def plan_for(budget_ms: float, costs: Mapping[str, float]) -> str:
    """The name of the most thorough plan that costs no more than the budget.

    Args:
        budget_ms: Milliseconds that the search for faces may take in a photo; 0 for as long as it takes.
        costs: Milliseconds of each plan, by its name; a plan that is not there is never chosen.

    Returns:
        The quickest where none is that cheap: a device that was asked to look looks.
    """
    if budget_ms == 0:
        return THOROUGH
    return next((name for name in reversed(tuple(PLANS)) if costs.get(name, math.inf) <= budget_ms), QUICKEST)


def estimated(quickest_ms: float) -> dict[str, float]:
    """What each plan costs at most, in milliseconds, where the quickest takes so many for one photo.

    A look takes as long as its picture has pixels, or less.
    """
    return {name: quickest_ms * _looks(plan) for name, plan in PLANS.items()}


def _looks(plan: Plan) -> float:
    """The most that a plan takes, in looks of the quickest."""
    look = plan.side**2 / PLANS[QUICKEST].side ** 2
    upright = look * (1 + _TILES) if plan.finer else look
    upright = 2 * upright if plan.mirrored else upright
    return 2 * upright + _GLIMPSES if plan.turned else upright
