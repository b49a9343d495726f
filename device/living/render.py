"""Pictures of a face that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from device.living.fields import GRID
from device.living.motion import ACROSS, BLINK, DOWN, JAW, LOWER, ROUND, TEETH, WIDE

if TYPE_CHECKING:
    from device.core.types import Rgb
    from device.living.fields import Edges
    from device.living.motion import Array, Plane
    from device.living.rig import Layer, Rig

_WAY = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP

_ROUNDS = 10
_CAUTION = 0.6
"""Steps in which a field is turned round, and how much of each is gone: whole ones would run away where it is steep."""

_PARTS = 0.012  # heights of the face, by which the inside of the mouth is wholly there
_LIPS = slice(JAW, LOWER + 1)


def render(rig: Rig, coefficients: Array) -> Rgb:
    """The face's box with the face moved; the photo exactly where all coefficients are 0.

    Args:
        rig: The face.
        coefficients: One for each channel of a motion.
    """
    if not coefficients.any():
        return rig.photo.copy()
    picture = _skull(rig, coefficients)
    parting = _parting(rig, coefficients)
    if parting and rig.mouth.plain.size:
        left, top, right, bottom = rig.hollow
        lips = picture[top:bottom, left:right]
        seen = (1 - lips[..., 3] / np.float32(255)) * np.float32(parting)
        mouth = cv2.cvtColor(_mouth(rig, coefficients), cv2.COLOR_RGB2RGBA)
        lips[:] = cv2.blendLinear(np.ascontiguousarray(lips), mouth, 1 - seen, seen)
    left, top, right, bottom = rig.jaw_box
    if right > left and bottom > top:
        shown = _taken(rig.jaw, shifts(rig.fields.jaw, coefficients, rig.jaw_box, rig.photo.shape[1::-1]))
        beneath = cv2.cvtColor(cv2.extractChannel(shown, 3), cv2.COLOR_GRAY2RGBA)
        low = picture[top:bottom, left:right]
        low[:] = cv2.add(cv2.multiply(low, beneath, scale=1 / 255), shown)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGBA2RGB), np.uint8)


def _skull(rig: Rig, coefficients: Array) -> Layer:
    """The lower layer, with its eyelids."""
    high, wide = rig.photo.shape[:2]
    places = shifts(rig.fields.skull, coefficients, (0, 0, wide, high), (wide, high))
    darker = _blink(rig, places, float(coefficients[BLINK]))
    picture = _taken(rig.skull, places)
    for (left, top, right, bottom), dark in darker:
        eye = picture[top:bottom, left:right, :3]
        eye[:] = (eye * (1 - dark)[..., None] + 0.5).astype(np.uint8)
    return picture


def shifts(field: Plane, coefficients: Array, part: Edges, size: tuple[int, int]) -> Plane:
    """Height x width x 2: where the photo has what is seen at each pixel of a part, from its place in the part.

    Args:
        field: How the face moves.
        coefficients: One for each channel of a motion.
        part: Of the face's box.
        size: The box's width and height.
    """
    wide, high = size
    scale = np.array([GRID / wide, GRID / high], np.float32)
    shift = np.tensordot(coefficients.astype(np.float32), field, axes=1) * scale
    back = -shift
    for _ in range(_ROUNDS):
        back -= np.float32(_CAUTION) * (back + _taken(shift, back))
    # The shifts are enlarged and not the places, which would move by half a pixel of the grid at its borders.
    left, top, right, bottom = part
    there = back / scale + np.array([left, top], np.float32)
    return np.asarray(cv2.resize(there, (wide, high), interpolation=cv2.INTER_LINEAR)[top:bottom, left:right])


def _taken(picture: npt.NDArray[Any], shift: Plane) -> npt.NDArray[Any]:
    """As much of the picture as the shifts are for, each pixel from so far away."""
    # The stubs ask for a second map, which pairs of coordinates do without.
    return np.asarray(cv2.remap(picture, shift, None, _WAY, borderMode=cv2.BORDER_REPLICATE))  # type: ignore[call-overload]


def _blink(rig: Rig, skull: Plane, blink: float) -> list[tuple[Edges, Plane]]:
    """Moves the lids within the skull's shifts; returns where it is to be darker, and how much."""
    darker = []
    for lid in rig.eyelids if blink > 0 else ():
        left, top, right, bottom = lid.box
        shift, dark = lid.close(blink)
        skull[top:bottom, left:right] += (shift[..., None] * rig.axes.down).astype(np.float32)
        darker.append((lid.box, dark.astype(np.float32)))
    return darker


def _parting(rig: Rig, coefficients: Array) -> float:
    """How much the inside of the mouth is there: nothing at rest, since the photo has its own."""
    lips = coefficients[_LIPS]
    moved = lips.sum()
    if rig.mobility.gap:
        moved = np.abs(lips).sum() + 0.1 * np.abs(coefficients[[WIDE, ROUND]]).sum()
    return float(np.clip(moved / _PARTS, 0, 1))


def _mouth(rig: Rig, coefficients: Array) -> Rgb:
    """What is between the lips, which goes where the head goes."""
    shown = float(coefficients[TEETH])
    inside = cv2.addWeighted(rig.mouth.plain, 1 - shown, rig.mouth.teeth, shown, 0)
    high, wide = rig.photo.shape[:2]
    column, row = (int(at * GRID / length) for at, length in zip(rig.axes.mouth, (wide, high), strict=True))
    across, down = coefficients[[ACROSS, DOWN]] @ rig.fields.skull[[ACROSS, DOWN], row, column]
    there = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(inside, there, inside.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)
