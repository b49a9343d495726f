"""Looks at faces that were never photographed: meshes of a few points, turned and opened as a test wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from device.core.types import Box, Detection, FaceMesh
from device.vision.head import head_pose
from device.vision.iris import Opening
from device.vision.look import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

UPRIGHT = ((-20.0, -20.0), (20.0, -20.0), (0.0, 0.0), (-15.0, 20.0), (15.0, 20.0))
"""The detector's five points of a face that looks at the viewer."""

POINTS = {
    234: (-50, 0, 0),
    454: (50, 0, 0),
    10: (0, -60, 0),
    152: (0, 60, 0),
    33: (-30, -20, -10),
    133: (-12, -20, -12),
    362: (12, -20, -12),
    263: (30, -20, -10),
    61: (-20, 30, -10),
    291: (20, 30, -10),
    13: (0, 30, -15),
    14: (0, 30, -15),
}
"""Cheeks, forehead, chin, corners of the eyes, corners and middle of the mouth, of a face 100 wide, lips closed."""


def mesh(*, yaw: float = 0, pitch: float = 0, gap: float = 0, lift: float = 0, score: float = 1) -> FaceMesh:
    """A mesh, turned by so many degrees; `gap` in widths of the mouth, `lift` in distances between the eyes."""
    points = np.zeros((468, 3))
    for index, place in POINTS.items():
        points[index] = place
    points[13, 1] -= 40 * gap / 2
    points[14, 1] += 40 * gap / 2
    points[[61, 291], 1] -= 60 * lift
    a, b = np.radians([yaw, pitch])
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return FaceMesh(points=(points @ (turn @ nod).T).astype(np.float32), score=score)


def look(*, points: Sequence[tuple[float, float]] = UPRIGHT, **changes: Any) -> Look:
    """A large face, seen well, eyes open, lips closed."""
    detection = Detection(box=Box(x=-50, y=-60, width=100, height=120), score=0.98, points=tuple(points))
    values: dict[str, Any] = {
        "mesh": mesh(),
        "side": 120.0,
        "lean": 0.0,
        "opening": Opening(left=0.3, right=0.3),
        "smile": 0.5,
        "eye_light": 1.0,
        "mouth_seen": 0.95,
    }
    values |= changes
    return Look(about="face 0", detection=detection, pose=head_pose(values["mesh"]), **values)
