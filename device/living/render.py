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
    from device.living.rig import Rig

_GRID_PLACES = np.stack(np.meshgrid(*[np.arange(GRID, dtype=np.float32)] * 2), axis=-1)

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
    skull = sources(rig.fields.skull, coefficients, rig.places, (0, 0, *rig.places.shape[1::-1]))
    darker = _blink(rig, skull, float(coefficients[BLINK]))
    picture = _taken(rig.photo, skull)
    for (left, top, right, bottom), dark in darker:
        eye = picture[top:bottom, left:right]
        eye[:] = (eye * (1 - dark)[..., None] + 0.5).astype(np.uint8)
    parting = _parting(rig, coefficients)
    if parting and rig.mouth.plain.size:
        left, top, right, bottom = rig.hollow
        lips = picture[top:bottom, left:right]
        seen = (1 - _taken(rig.skull_shows, skull[top:bottom, left:right])) * np.float32(parting)
        lips[:] = cv2.blendLinear(np.ascontiguousarray(lips), _mouth(rig, coefficients), 1 - seen, seen)
    left, top, right, bottom = rig.jaw_box
    jaw = sources(rig.fields.jaw, coefficients, rig.places, rig.jaw_box)
    if jaw.size:
        shown = _taken(rig.jaw_shows, jaw)
        low = picture[top:bottom, left:right]
        low[:] = cv2.blendLinear(np.ascontiguousarray(low), _taken(rig.photo, jaw), 1 - shown, shown)
    return picture


def sources(field: Plane, coefficients: Array, places: Plane, part: Edges) -> Plane:
    """Height x width x 2: where in the photo each pixel of a part of it comes from."""
    high, wide = places.shape[:2]
    scale = np.array([GRID / wide, GRID / high], np.float32)
    shift = np.tensordot(coefficients.astype(np.float32), field, axes=1) * scale
    back = -shift
    for _ in range(_ROUNDS):
        back -= np.float32(_CAUTION) * (back + _taken(shift, _GRID_PLACES + back))
    # The shifts are enlarged and not the places, which would move by half a pixel of the grid at its borders.
    left, top, right, bottom = part
    shifts = cv2.resize(back / scale, (wide, high), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(places[top:bottom, left:right], shifts[top:bottom, left:right]), np.float32)


def _taken(picture: npt.NDArray[Any], places: Plane) -> npt.NDArray[Any]:
    # The stubs ask for a second map, which pairs of coordinates do without.
    taken = cv2.remap(picture, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(taken)


def _blink(rig: Rig, skull: Plane, blink: float) -> list[tuple[Edges, Plane]]:
    """Moves the lids within the skull's places; returns where it is to be darker, and how much."""
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
