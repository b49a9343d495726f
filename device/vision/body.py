"""How one person stands: what may be said of their joints, and what was not measured on enough photos to be said."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Claim
from device.vision.movenet import JOINTS

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Body
    from device.vision.movenet import Skeleton

SEEN = 0.3
"""The score from which a joint is seen; behind a table, or below the edge of the photo, it is near 0.1."""

STRAIGHT = 150.0
"""Degrees at hip and knee from which a leg is straight."""

THIGH, SHIN = 0.6, 0.5
"""How far a knee lies below its hip, and an ankle below its knee, on somebody who stands: in lengths of the trunk."""

UPRIGHT = 0.9
"""The share of the trunk's length by which the hips lie below the shoulders."""

SWAPPED = 0.3
"""In lengths of the trunk, how far the right shoulder lies on the viewer's right of the left one on a back."""

_SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """What the joints of one person show.

    Attributes:
        about: The body that is claimed about.
        body: It.
        skeleton: Its joints.
    """

    about: str
    body: Body
    skeleton: Skeleton

    def seen_on(self) -> Body:
        """The body with what is known of it."""
        return replace(
            self.body,
            posture="standing" if self._stands else None,
            arms="raised" if self._raised else None,
            orientation="away" if self._away else None,
        )

    def claims(self) -> tuple[Claim, ...]:
        """Whether they stand; raised arms and a back where there are some, which are held back."""
        found = [self._standing()]
        if self._raised:
            why = "both hands are above the nose; this was seen on too few photos to be said"
            found.append(self._held("arms", "raised", self._least("nose", "wrist"), why))
        if self._away:
            why = "the right shoulder is on the right and no face is seen; this was seen on too few photos to be said"
            found.append(self._held("orientation", "away", self._least("shoulder"), why))
        return tuple(found)

    def _standing(self) -> Claim:
        joints = ("shoulder", "hip", "knee", "ankle")
        score = self._least(*joints)
        if score < SEEN:
            hidden = [joint for joint in joints if self._least(joint) < SEEN]
            why = f"not every joint it takes is seen: {', '.join(hidden)}"
        else:
            bend = (
                f"the legs are bent to {self._bend('hip'):.0f} degrees at the hip, {self._bend('knee'):.0f} at the knee"
            )
            why = f"{bend}, {'upright' if self._stands else 'not upright'}"
        return Claim(
            about=self.about,
            name="posture",
            value="standing",
            score=score,
            threshold=SEEN,
            said=self._stands,
            why=why,
        )

    def _held(self, name: str, value: str, score: float, why: str) -> Claim:
        return Claim(about=self.about, name=name, value=value, score=score, threshold=SEEN, said=False, why=why)

    @property
    def _stands(self) -> bool:
        if self._least("shoulder", "hip", "knee", "ankle") < SEEN or not self._trunk:
            return False
        below = all(
            self._below(f"{side} knee", f"{side} hip") >= THIGH and self._below(f"{side} ankle", f"{side} knee") >= SHIN
            for side in _SIDES
        )
        upright = (self._middle("hip") - self._middle("shoulder"))[1] > UPRIGHT * self._trunk
        return below and bool(upright) and min(self._bend("hip"), self._bend("knee")) >= STRAIGHT

    @property
    def _raised(self) -> bool:
        seen = self._least("nose", "shoulder", "wrist") >= SEEN
        return seen and all(self._at(f"{side} wrist")[1] < self._at("nose")[1] for side in _SIDES)

    @property
    def _away(self) -> bool:
        if self.body.face is not None or self._least("shoulder") < SEEN or not self._trunk:
            return False
        across = self._at("right shoulder")[0] - self._at("left shoulder")[0]
        return bool(across > SWAPPED * self._trunk)

    @property
    def _trunk(self) -> float:
        return float(np.linalg.norm(self._middle("hip") - self._middle("shoulder")))

    def _at(self, joint: str) -> npt.NDArray[np.float32]:
        return np.asarray(self.skeleton.points[JOINTS.index(joint)], np.float32)

    def _middle(self, joint: str) -> npt.NDArray[np.float32]:
        return np.asarray((self._at(f"left {joint}") + self._at(f"right {joint}")) / 2, np.float32)

    def _below(self, lower: str, upper: str) -> float:
        """How far one joint lies below another, in lengths of the trunk."""
        return float(self._at(lower)[1] - self._at(upper)[1]) / self._trunk

    def _bend(self, joint: str) -> float:
        """The angle at the more bent of two hips or knees, in degrees: 180 for a straight leg."""
        above, beneath = ("shoulder", "knee") if joint == "hip" else ("hip", "ankle")
        return min(
            _angle(self._at(f"{side} {above}"), self._at(f"{side} {joint}"), self._at(f"{side} {beneath}"))
            for side in _SIDES
        )

    def _least(self, *joints: str) -> float:
        """The score of the least sure one, on both sides."""
        scores = self.skeleton.scores
        return min(float(scores[index]) for index, name in enumerate(JOINTS) if name.split()[-1] in joints)


def _angle(one: npt.NDArray[np.float32], corner: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Degrees between the ways from a corner to two points; 0 where one of them is the corner."""
    first, second = one - corner, other - corner
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    if not lengths:
        return 0.0
    return math.degrees(math.acos(min(1.0, max(-1.0, float(first @ second) / lengths))))
