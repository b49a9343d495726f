"""Where a head points, from its mesh: angles, and a coarse word for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import HeadPose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import FaceMesh, Facing

LEFT_CHEEK, RIGHT_CHEEK, FOREHEAD, CHIN = 234, 454, 10, 152
"""Points of the mesh, left and right the viewer's."""

TURNED = 25.0
"""Degrees of yaw from which a face is said to look aside."""

STRAIGHT = 18.0
"""Degrees of yaw up to which it is said to face the viewer; between the two nothing is said."""

RAISED = 20.0
LOWERED = -28.0
"""Degrees of pitch from which it looks up or down. Most photos are taken from a little above the eyes: faces that look
at the viewer were measured from -19 to 11."""

LEVEL = -20.0
"""Degrees of pitch down to which it faces the viewer; between this and down nothing is said."""

PROFILE = 0.3
"""How far the nose lies aside of the line from the eyes to the mouth, in lengths of that line, from which a head is
seen from the side; on faces that look at the viewer it lay up to 0.27 aside."""


def head_pose(mesh: FaceMesh) -> HeadPose:
    """The angles between the face's own axes (cheek to cheek, forehead to chin) and the picture's.

    They saturate near 50 degrees, because the network never saw the far cheek.
    """
    points = mesh.points.astype(np.float64)
    across = points[RIGHT_CHEEK] - points[LEFT_CHEEK]
    across /= np.linalg.norm(across)
    down = points[CHIN] - points[FOREHEAD]
    down -= across * (across @ down)
    down /= np.linalg.norm(down)
    forward = -np.cross(across, down)
    return HeadPose(
        yaw=math.degrees(math.atan2(forward[0], -forward[2])),
        pitch=math.degrees(math.asin(max(-1.0, min(1.0, -forward[1])))),
        roll=math.degrees(math.atan2(across[1], across[0])),
    )


def facing_of(pose: HeadPose) -> Facing | None:
    """One word for the direction, the viewer's left and right; None where it is between two."""
    if abs(pose.yaw) >= TURNED:
        return "right" if pose.yaw > 0 else "left"
    if pose.pitch >= RAISED:
        return "up"
    if pose.pitch <= LOWERED:
        return "down"
    return "front" if abs(pose.yaw) <= STRAIGHT and pose.pitch >= LEVEL else None


def nearest_facing(pose: HeadPose) -> Facing:
    """The word that comes nearest, even between two."""
    if facing := facing_of(pose):
        return facing
    if abs(pose.yaw) <= STRAIGHT:
        return "front"
    return "right" if pose.yaw > 0 else "left"


def aside_of(points: Sequence[tuple[float, float]]) -> Facing | None:
    """The side to which a head in profile points, by the detector's five points; None where it is not clear.

    It needs no mesh, which knows no full profile.
    """
    left_eye, right_eye, nose, left_corner, right_corner = (np.array(each, np.float64) for each in points)
    eyes, mouth = (left_eye + right_eye) / 2, (left_corner + right_corner) / 2
    down = mouth - eyes
    length = float(np.linalg.norm(down))
    if not length:
        return None
    across = np.array([down[1], -down[0]]) / length
    aside = float((nose - (eyes + mouth) / 2) @ across) / length
    if abs(aside) < PROFILE:
        return None
    return "right" if aside > 0 else "left"
