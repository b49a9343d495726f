"""Faces of photos, ready to be moved."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from device.core.errors import VoxframeError
from device.core.types import Box, Detection
from device.living.axes import axes_of
from device.living.motion import CHANNELS
from device.living.rig import Rig, rig_of
from device.vision.mouth import lip_gap
from tests.sight import detector, full_size, mesher, seen

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import FaceMesh, Pixels, Rgb
    from device.living.motion import Array

LEAST_HEIGHT = 36.0
"""Pixels from forehead to chin below which a face is left still."""


@cache
def faces_of(path: Path) -> tuple[tuple[Pixels, FaceMesh], ...]:
    """The faces of a photo of which the mesh is sure; none of a photo that cannot be read."""
    try:
        pixels = seen(path)[1]
    except VoxframeError:
        return ()
    return tuple((pixels, mesh) for mesh in meshes(pixels) if mesh.score > 0.5 and height(mesh) >= LEAST_HEIGHT)


@cache
def rigs_of(path: Path) -> tuple[Rig, ...]:
    return tuple(rig_of(pixels, mesh) for pixels, mesh in faces_of(path))


def meshes(pixels: Pixels) -> list[FaceMesh]:
    return [mesher().mesh(pixels, each) for each in detector().detect(pixels)]


def height(mesh: FaceMesh) -> float:
    return axes_of(mesh.points[:, :2].astype(np.float64)).height


def coefficients(**changes: float) -> Array:
    """Those of a face at rest, but for these."""
    row = np.zeros(len(CHANNELS))
    for name, value in changes.items():
        row[CHANNELS.index(name)] = value
    return row


def measured_gap(pixels: Pixels, rig: Rig, moved: Rgb) -> float:
    """How far the lips of a moved face are apart, in widths of the mouth, as the mesh network sees it in the photo."""
    left, top, right, bottom = rig.box
    whole = pixels.rgb.copy()
    whole[top:bottom, left:right] = moved
    (x, y), across, height = rig.axes.middle, rig.axes.across, rig.axes.height
    detection = Detection(
        box=Box(x=left + x - height / 2, y=top + y - height / 2, width=height, height=height),
        score=1,
        points=((0.0, 0.0), (float(across[0]), float(across[1]))),
    )
    return lip_gap(mesher().mesh(full_size(whole), detection))
