"""People made of joints: somebody who stands before the viewer, to be bent, turned and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.vision.movenet import JOINTS, Skeleton

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_ABOVE = {
    "nose": 0,
    "eye": -5,
    "ear": 0,
    "shoulder": 40,
    "elbow": 90,
    "wrist": 130,
    "hip": 140,
    "knee": 230,
    "ankle": 320,
}
_ASIDE = {"nose": 0, "eye": 5, "ear": 10, "shoulder": 30, "elbow": 40, "wrist": 45, "hip": 20, "knee": 22, "ankle": 24}


def standing() -> dict[str, tuple[float, float]]:
    """Across and down of each joint; their left is on the viewer's right."""
    found = {}
    for joint in JOINTS:
        side, kind = joint.split()[0], joint.split()[-1]
        across = _ASIDE[kind] * (-1 if side == "right" else 1)
        found[joint.replace(" ", "_")] = (100.0 + across, 50.0 + _ABOVE[kind])
    return found


def skeleton(joints: Mapping[str, tuple[float, float]], *, hidden: Collection[str] = ()) -> Skeleton:
    """All joints are seen but the hidden ones."""
    names = [joint.replace(" ", "_") for joint in JOINTS]
    return Skeleton(
        points=np.array([joints[name] for name in names], np.float32),
        scores=np.array([0.1 if name in hidden else 0.8 for name in names], np.float32),
    )
