"""A photo and a mesh as a face that can be moved.

Two layers over the same pixels: the skull's, and over it the jaw's, parted softly at the seam of the lips; between
them, where they part, the inside of the mouth. Away from the mouth both move alike, so nothing tears.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from device.living.axes import axes_of
from device.living.eyelids import eyelids_of
from device.living.fields import GRID, fields_of
from device.living.folds import gain_without_folds, outermost
from device.living.inside import inside_of, rounded, smooth
from device.living.motion import Mobility
from device.living.seam import seam_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import FaceMesh, Pixels, Rgb
    from device.living.axes import Axes
    from device.living.eyelids import Eyelid
    from device.living.fields import Edges, Fields
    from device.living.inside import Inside
    from device.living.motion import Array, Plane
    from device.living.seam import Seam

_GAIN = 1.4
_USUAL_MOUTH = 0.38  # heights of the face; smaller mouths open less
_LEAST_MOUTH, _WIDEST_MOUTH = 0.7, 1.1
_HALF_WIDTH, _HALF_HEIGHT = 0.62, 0.72  # of the box, in heights of the face
_SEEN_APART = 0.1  # pixels
_DEEPEST = 0.21  # heights of the face below the lips
_MARGIN = 0.12  # heights of the face, more than anything moves


Layer: TypeAlias = "npt.NDArray[np.uint8]"
"""Height x width x 4. A picture of four colours is moved in half the time of one of three."""


class TooSmallError(ValueError):
    """A face that has too few pixels, or lies outside the picture."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rig:
    """A face that can be moved; it lives in memory only, as its mesh.

    Attributes:
        box: Where the face is in the picture; nothing outside is ever moved.
        photo: What is in it.
        mobility: What the face can do.
        fields: How it moves.
        skull: The photo, and as a fourth colour how much of each pixel above the seam is the skull's, 255 for all.
        jaw: As much of the photo as is the jaw's, and as a fourth colour how much of what lies beneath is seen.
        hollow: Around all that is seen between the lips, wherever they go; within the box.
        mouth: The inside of the mouth, there.
        eyelids: Its eyelids.
        axes: Its own axes, in pixels of the box.
        jaw_box: Around all of the jaw's layer that is moved otherwise than the skull's, or lies over the mouth.
    """

    box: Edges
    photo: Rgb
    mobility: Mobility
    fields: Fields
    skull: Layer
    jaw: Layer
    hollow: Edges
    mouth: Inside
    eyelids: tuple[Eyelid, ...]
    axes: Axes
    jaw_box: Edges

    @property
    def skull_shows(self) -> Plane:
        """How much of each pixel above the seam is the skull's, 0 to 1."""
        return np.asarray(self.skull[..., 3] / np.float32(255))

    @property
    def jaw_shows(self) -> Plane:
        """How much of each pixel is the jaw's."""
        return np.asarray(1 - self.jaw[..., 3] / np.float32(255))


def rig_of(pixels: Pixels, mesh: FaceMesh) -> Rig:
    """The face of a photo.

    Raises:
        TooSmallError: It has fewer pixels than can be moved, or its mouth lies outside the picture.
    """
    high, wide = pixels.rgb.shape[:2]
    points = mesh.points[:, :2].astype(np.float64) * pixels.scale
    box = _box(axes_of(points), wide, high)
    left, top, right, bottom = box
    points -= [left, top]
    axes = axes_of(points)
    if min(right - left, bottom - top) < GRID // 2 or not _inside(axes.mouth, right - left, bottom - top):
        raise TooSmallError("the face has too few pixels, or its mouth lies outside the picture")
    face = np.ascontiguousarray(pixels.rgb[top:bottom, left:right])
    seam = seam_of(face, points, axes)
    places = axes.local(grid_of((0, 0, right - left, bottom - top))).astype(np.float32)
    skull_shows, jaw_shows = _layers(places, axes, seam)
    fields = fields_of(points, axes, seam, (0, 0, right - left, bottom - top))
    mouth = float(np.clip(axes.mouth_width / axes.height / _USUAL_MOUTH, _LEAST_MOUTH, _WIDEST_MOUTH))
    gap = seam.gap / axes.height
    gain = gain_without_folds(fields, _GAIN * mouth, gap, (right - left, bottom - top))
    margin = math.ceil(_MARGIN * axes.height)
    hollow = _around(skull_shows < 1, margin)
    apart = _apart(fields, gain, gap, (right - left, bottom - top))
    return Rig(
        box=box,
        photo=face,
        mobility=Mobility(gain=gain, gap=gap if gain else 0.0),
        fields=fields,
        skull=np.dstack([face, rounded(255 * skull_shows)]),
        jaw=np.dstack([rounded(face * jaw_shows[..., None]), rounded(255 * (1 - jaw_shows))]),
        hollow=hollow,
        mouth=inside_of(face, points, axes, seam, hollow),
        eyelids=eyelids_of(face, points, axes, places),
        axes=axes,
        jaw_box=_around((jaw_shows > 0) & (apart | (skull_shows < 1)), margin),
    )


def grid_of(part: Edges) -> Plane:
    """The pixels of a part of the box: height x width x 2, across and down."""
    left, top, right, bottom = part
    return np.stack(np.meshgrid(np.arange(left, right), np.arange(top, bottom)), axis=-1).astype(np.float32)


def _box(axes: Axes, wide: int, high: int) -> Edges:
    """Around the face however it is tilted, within the picture."""
    tilted = np.abs(np.stack([axes.across * _HALF_WIDTH, axes.down * _HALF_HEIGHT])).sum(axis=0) * axes.height
    low = np.clip(np.floor(axes.middle - tilted), 0, [wide, high]).astype(int)
    far = np.clip(np.ceil(axes.middle + tilted), 0, [wide, high]).astype(int)
    return int(low[0]), int(low[1]), int(far[0]), int(far[1])


def _around(shown: npt.NDArray[np.bool_], margin: int) -> Edges:
    """The box of what is shown, and so many pixels around it, within the picture; nothing where nothing is."""
    high, wide = shown.shape
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return 0, high, 0, high
    left, top = max(0, int(columns[0]) - margin), max(0, int(rows[0]) - margin)
    return left, top, min(wide, int(columns[-1]) + margin + 1), min(high, int(rows[-1]) + margin + 1)


def _apart(fields: Fields, gain: float, gap: float, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Height x width: where any shape moves the two layers apart by more than can be seen."""
    shapes = outermost(gain, gap).astype(np.float32)
    moved = np.tensordot(shapes, fields.jaw - fields.skull, axes=1)
    far = np.sqrt(np.square(moved).sum(axis=-1).max(axis=0))
    return np.asarray(cv2.resize(far, size, interpolation=cv2.INTER_LINEAR) > _SEEN_APART)


def _inside(point: Array, wide: int, high: int) -> bool:
    return bool(0 <= point[0] < wide and 0 <= point[1] < high)


def _layers(places: Plane, axes: Axes, seam: Seam) -> tuple[Plane, Plane]:
    """How much of each pixel is the skull's and the jaw's: parted at the seam, softer beside the mouth."""
    across, down = np.moveaxis(places, -1, 0)
    beside = np.abs(across - seam.middle)
    soft = np.maximum(1.0, 0.004 * axes.height) + 0.5 * np.maximum(0, beside - seam.half)
    jaw = smooth((down - np.interp(across, seam.across, seam.lower)) / (2 * soft) + 0.5)
    below = smooth((down - np.interp(across, seam.across, seam.upper)) / (2 * soft) + 0.5)
    # No mouth opens as far as that; farther down the jaw lies over it.
    deep = (down - np.interp(across, seam.across, seam.lower)) / axes.height
    below = below * smooth((_DEEPEST - deep) / 0.04)
    skull = 1 - below * smooth((seam.half - beside) / (0.05 * seam.half) + 0.5)
    return skull.astype(np.float32), jaw.astype(np.float32)
