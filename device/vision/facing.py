"""Where a head points, as far as it may be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.core.types import Claim
from device.vision.head import aside_of, facing_of, nearest_facing
from device.vision.look import MESH_THRESHOLD
from device.vision.looks import THRESHOLD

if TYPE_CHECKING:
    from device.vision.look import Look

LYING = 45.0
"""Degrees of lean from which a head lies in the picture, or the picture itself is turned: left, right, up and down are
then not what somebody means who looks at it, so that no direction is said."""


def facing_claim(look: Look) -> Claim:
    """The claim; of a head in full profile, where no mesh is believed, by where its nose lies."""
    if look.lean >= LYING:
        return _by_mesh(
            look, said=False, why=f"the head leans by {look.lean:.0f} degrees, so that no direction is said"
        )
    if look.believed:
        return _by_mesh(look, said=facing_of(look.pose) is not None, why=_turned(look))
    aside = aside_of(look.detection.points)
    if aside is None:
        return _by_mesh(look, said=False, why=look.doubt)
    return Claim(
        about=look.about,
        name="facing",
        value=aside,
        score=look.detection.score,
        threshold=THRESHOLD,
        said=True,
        why=f"the head is seen from the side, its nose points to the {aside}",
    )


def _by_mesh(look: Look, *, said: bool, why: str) -> Claim:
    return Claim(
        about=look.about,
        name="facing",
        value=nearest_facing(look.pose),
        score=look.mesh.score,
        threshold=MESH_THRESHOLD,
        said=said,
        why=why,
    )


def _turned(look: Look) -> str:
    pose = look.pose
    across, down = "right" if pose.yaw > 0 else "left", "up" if pose.pitch > 0 else "down"
    why = f"the head is turned {abs(pose.yaw):.0f} degrees to the {across} and {abs(pose.pitch):.0f} {down}"
    return why if facing_of(pose) else f"{why}, between two directions"
