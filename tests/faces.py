"""Faces of photos, ready to be moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
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
    axes = rig.axes
    detection = _detection(axes.middle + np.array([left, top]), axes.across, axes.height)
    return lip_gap(mesher().mesh(full_size(whole), detection))


PORTRAIT_SIDE = 256
_PORTRAIT_HEIGHTS = 1.7
_SKINS = ((109, 336), (50, 205))
"""Points of the mesh: corners of pieces of the forehead and of a cheek."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portrait:
    """A face cut out of its photo, upright or not, and small enough to be painted over many times."""

    pixels: Pixels
    mesh: FaceMesh

    @property
    def points(self) -> Array:
        return self.mesh.points[:, :2].astype(np.float64)

    def mirrored(self) -> Portrait:
        """The same from the other side."""
        rgb = np.ascontiguousarray(self.pixels.rgb[:, ::-1])
        axes = axes_of(self.points)
        flipped = np.array([self.pixels.rgb.shape[1] - 1, 0]), np.array([-1, 1])
        detection = _detection(flipped[0] + flipped[1] * axes.middle, axes.across * [1, -1], axes.height)
        pixels = full_size(rgb)
        return Portrait(pixels=pixels, mesh=mesher().mesh(pixels, detection))

    def skins(self) -> list[Rgb]:
        """Pieces of its forehead and cheek that are large enough to be used as skin."""
        places = self.points.astype(int)
        pieces = []
        for one, other in _SKINS:
            (left, right), (top, bottom) = np.sort(places[[one, other]], axis=0).T
            pieces.append(self.pixels.rgb[max(top, 0) : bottom, max(left, 0) : right])
        return [each for each in pieces if min(each.shape[:2]) > 12]


def portraits(path: Path) -> list[Portrait]:
    """The faces of a photo that a mesh was found for."""
    found = []
    for pixels, mesh in faces_of(path):
        axes = axes_of(mesh.points[:, :2].astype(np.float64) * pixels.scale)
        reach = _PORTRAIT_HEIGHTS * axes.height / 2
        left, top = (max(0, int(each)) for each in axes.middle - reach)
        right, bottom = (int(each) for each in axes.middle + reach)
        cut = pixels.rgb[top:bottom, left:right]
        smaller = min(1.0, PORTRAIT_SIDE / max(cut.shape[:2]))
        size = tuple(max(1, round(length * smaller)) for length in cut.shape[1::-1])
        small = full_size(np.ascontiguousarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA)))
        detection = _detection((axes.middle - [left, top]) * smaller, axes.across, axes.height * smaller)
        found.append(Portrait(pixels=small, mesh=mesher().mesh(small, detection)))
    return found


def meshed(picture: Rgb, face: Portrait) -> Portrait:
    """The mesh as it is found where something was painted over the face."""
    axes = axes_of(face.points)
    pixels = full_size(picture)
    return Portrait(pixels=pixels, mesh=mesher().mesh(pixels, _detection(axes.middle, axes.across, axes.height)))


def _detection(middle: Array, across: Array, height: float) -> Detection:
    x, y = middle
    return Detection(
        box=Box(x=x - height / 2, y=y - height / 2, width=height, height=height),
        score=1,
        points=((0.0, 0.0), (float(across[0]), float(across[1]))),
    )
