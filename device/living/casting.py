"""Which faces of a photo move, and how: the mouth of whoever is seen well, the head of some others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Does: TypeAlias = Literal["speaks", "nods", "still"]
DecidedBy: TypeAlias = Literal["mesh", "size", "turn", "edge", "mouth", "skin"]

LEAST_MESH = 0.5
"""How sure the mesh has to be that it looks at a face."""

LEAST_HEIGHT = 36.0
"""Pixels from forehead to chin below which a mouth is a few pixels, and better left alone."""

THREE_QUARTERS = 35.0
"""Degrees of yaw up to which a mouth is moved: beyond, its far half is a guess."""

MOST_TURNED = 45.0
"""Degrees of yaw up to which a head nods; the angles saturate near 50."""

LEAST_SEEN = 0.5
"""How likely the mouth has to be seen: nothing is moved behind a hand or a mask, which would move with it."""

LIT_EYES = 0.4
"""Light around the eyes, as a share of that on the face, from which they blink: not behind dark glasses, and not in a
shadow as deep, where lids would be drawn in the wrong place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How well a face is seen; of one that is not `close`, mouth and eyes need not be looked at.

    Attributes:
        height: From forehead to chin, in pixels of the picture that is to move.
        mesh: How sure the mesh is, 0 to 1.
        yaw: Of the head, in degrees.
        cut: Whether the picture's edge goes through its lips, or they lie beyond it.
        mouth: How likely its mouth is seen, 0 to 1.
        eyes: Whether its eyes are open.
        eye_light: Light around them, as a share of that on the face.
    """

    height: float
    mesh: float
    yaw: float
    cut: bool = False
    mouth: float = 0.0
    eyes: bool = False
    eye_light: float = 0.0

    @property
    def turned(self) -> float:
        """By how many degrees its head is turned, to whichever side."""
        return abs(self.yaw)

    @property
    def close(self) -> bool:
        """Whether anything of it could move."""
        return self.mesh >= LEAST_MESH and self.height >= LEAST_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a face does when it is its turn, and why.

    Attributes:
        does: Its mouth moves, or its head alone, or nothing.
        by: What decided.
        why: One short reason, for a person who wonders.
        score: How sure that is, 0 to 1.
        threshold: What was asked of it.
        blinks: Whether its eyes close and open.
    """

    does: Does
    by: DecidedBy
    why: str
    score: float
    threshold: float
    blinks: bool = False


def part_of(sight: Sight) -> Part:
    """The part of a face that is seen like this."""
    hindered = _hindered(sight)
    if hindered:
        by, why = hindered
        # As sure as the mesh is.
        return Part(does="still", by=by, why=why, score=sight.mesh, threshold=LEAST_MESH)
    if sight.mouth < LEAST_SEEN:
        why = f"its mouth is seen with {sight.mouth:.2f} only, something may lie over it; asked is {LEAST_SEEN}"
        return Part(does="still", by="mouth", why=why, score=sight.mouth, threshold=LEAST_SEEN)
    if sight.turned > THREE_QUARTERS:
        why = f"its head is turned by {sight.turned:.0f} degrees, and its mouth moves up to {THREE_QUARTERS:.0f}"
        return Part(does="nods", by="turn", why=why, score=sight.mouth, threshold=LEAST_SEEN)
    blinks = sight.eyes and sight.eye_light >= LIT_EYES
    why = f"its mouth is seen with {sight.mouth:.2f}, from the front or at most three quarters"
    why += "" if blinks else "; its eyes are closed, dark or behind glasses, and do not blink"
    return Part(does="speaks", by="mouth", why=why, score=sight.mouth, threshold=LEAST_SEEN, blinks=blinks)


def _hindered(sight: Sight) -> tuple[DecidedBy, str] | None:
    """What keeps a face still whatever its mouth looks like, and why."""
    if sight.mesh < LEAST_MESH:
        return "mesh", f"the points of its mesh are held to be a face's with {sight.mesh:.2f}, asked is {LEAST_MESH}"
    if sight.height < LEAST_HEIGHT:
        return "size", f"it is {sight.height:.0f} pixels high from forehead to chin, and moves from {LEAST_HEIGHT:.0f}"
    if sight.turned > MOST_TURNED:
        return "turn", f"its head is turned by {sight.turned:.0f} degrees, and nods up to {MOST_TURNED:.0f}"
    if sight.cut:
        return "edge", "its mouth is not wholly within the photo"
    return None
