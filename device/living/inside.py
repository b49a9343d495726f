"""What is seen where lips part that were closed in the photo: dark, a hint of teeth, a hint of the tongue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from device.living import landmarks as mesh

if TYPE_CHECKING:
    from device.core.types import Rgb
    from device.living.axes import Axes
    from device.living.fields import Edges
    from device.living.motion import Array
    from device.living.seam import Seam

_DARK = 0.16  # of the lips' colour
_BEHIND = np.array([8.0, 3.0, 4.0])  # never quite black, and reddish
_TEETH_HIGH = 0.021  # heights of the face
_TEETH_LIGHT, _TEETH_COLOUR, _SKINS_SHARE = 0.86, np.array([0.77, 0.75, 0.68]), 0.25
_TEETH_SHOW = 0.85
_BRIGHT = 93  # percentile of the face's brightness by which teeth are lit
_BRIGHTEST = 215.0
_TONGUE = np.array([1.1, 0.9, 0.9])
_GREY = 6.0  # nearer to grey than this, a photo has no colour


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inside:
    """Around a mouth: without and with teeth."""

    plain: Rgb
    teeth: Rgb


def inside_of(face: Rgb, points: Array, axes: Axes, seam: Seam, within: Edges) -> Inside:
    """The inside of a mouth.

    Args:
        face: The picture within the face's box.
        points: The mesh, in its pixels.
        axes: The face's own, in its pixels.
        seam: The lips, likewise.
        within: The part of the picture that is wanted.
    """
    left, top, right, bottom = within
    places = axes.local(np.stack(np.meshgrid(np.arange(left, right), np.arange(top, bottom)), axis=-1).astype(float))
    skin, lips = (_colour(face, points[list(where)]) for where in (mesh.SKIN, mesh.LIPS))
    dark = lips * _DARK + _BEHIND * lips.mean() / 128
    white = _teeth(face, skin)
    if np.abs(skin - skin.mean()).max() < _GREY:
        dark[:] = dark.mean()
        white[:] = white.mean()
        lips[:] = lips.mean() / _TONGUE
    beside = np.clip(np.abs((places[..., 0] - seam.middle) / seam.half), 0, 1.2)
    deep = (places[..., 1] - np.interp(places[..., 0], seam.across, seam.lower)) / axes.height
    shape = (*deep.shape, 3)
    if seam.gap:  # the photo's own teeth stay with the skull
        wet = smooth(deep / 0.05) * smooth((1 - beside) / 0.8) * 0.8
        behind = dark + (lips * 0.5 * _TONGUE - dark) * wet[..., None]
        own = face[top:bottom, left:right]
        plain = teeth = own + (behind - own) * smooth(deep / 0.01)[..., None]
    else:
        edge = _TEETH_HIGH * (1 - 0.7 * beside**2)
        shown = smooth((edge - deep) / 0.012 + 0.2) * smooth((0.8 - beside) / 0.4) * _TEETH_SHOW
        shade = np.clip(0.72 + deep / 0.012 * 0.28, 0.72, 1)  # under the upper lip
        wet = (smooth((deep - 0.03) / 0.05) * smooth((1 - beside) / 0.8) * 0.6)[..., None]
        tongue = lips * 0.36 * _TONGUE
        teeth = dark + (white * shade[..., None] - dark) * shown[..., None]
        plain, teeth = (each + (tongue - each) * wet for each in (np.broadcast_to(dark, shape), teeth))
    return Inside(plain=rounded(plain), teeth=rounded(teeth))


def smooth(values: npt.NDArray[np.floating[Any]]) -> Array:
    """From 0 to 1 with level ends, for values from 0 to 1 and beyond."""
    within = np.clip(values, 0, 1)
    return np.asarray(within * within * (3 - 2 * within))


def rounded(picture: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint8]:
    """As colours are kept."""
    return np.asarray(np.clip(picture + 0.5, 0, 255), np.uint8)


def _colour(face: Rgb, points: Array) -> Array:
    high, wide = face.shape[:2]
    columns, rows = np.clip(points[:, 0], 0, wide - 1).astype(int), np.clip(points[:, 1], 0, high - 1).astype(int)
    return np.asarray(np.median(face[rows, columns], axis=0), np.float64)


def _teeth(face: Rgb, skin: Array) -> Array:
    high, wide = face.shape[:2]
    middle = face[high // 4 : max(high * 3 // 4, 1), wide // 3 : max(wide * 2 // 3, 1)]
    mean = max(float(skin.mean()), 1.0)
    light = float(
        np.clip(np.percentile(middle @ np.array([0.299, 0.587, 0.114]), _BRIGHT), min(mean * 1.05, 215), _BRIGHTEST)
    )
    return np.asarray((skin / mean * _SKINS_SHARE + _TEETH_COLOUR) * light * _TEETH_LIGHT)
