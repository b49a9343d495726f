"""A blink: the skin above an eye is drawn down over it; the eye itself stays, since to warp it was seen to fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.living import landmarks as mesh

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb
    from device.living.axes import Axes
    from device.living.fields import Edges
    from device.living.motion import Array, Plane

_ABOVE, _BELOW = 2.2, 0.5  # room around the eye, in its own openings
_LASH_DARK = 0.5

_COLUMNS, _STEPS = np.linspace(0.1, 0.9, 9), np.linspace(0, 1.6, 33)
"""Where the skin above an eye is looked at: across it in its widths, and above its edge in its openings."""
_LASHES_HIGH = 0.7  # openings, at the most
_LASHES_END = 0.7  # of the way from their darkness to the light of the skin
_SKIN_ENDS = 0.6  # the same, for what is above it: a brow, a fold, glasses
_LASHES_SHOW = 12.0  # levels that they are darker than the skin, at the least
_LEAST_SKIN = 0.25  # openings; where less is free, no lashes are looked for


CLOSES = 0.97
"""How far of the way to the lower lid the upper one goes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyelid:
    """The upper lid of one eye; all in pixels of the face's box.

    Attributes:
        box: Around the eye.
        height: How far below the middle of the mouth each pixel of it lies: negative.
        edge: Where the open lid's edge is above or below each pixel, in the same measure.
        opening: How far the edge goes down to close; 0 beside the eye.
        strip: How much of the skin above is stretched over it.
        lash: How thick the dark edge is.
    """

    box: Edges
    height: Plane
    edge: Array
    opening: Array
    strip: Array
    lash: float

    def close(self, blink: float) -> tuple[Array, Array]:
        """By how far each pixel is taken from higher up, as a shift down the face; and how much it is darkened."""
        edge = self.edge + CLOSES * blink * self.opening
        top = self.edge - self.strip
        source = top + (self.height - top) * self.strip / np.maximum(self.strip + edge - self.edge, 0.1)
        over = (self.height > top) & (self.height < edge)
        shown = np.clip(self.opening * blink / (3 * self.lash), 0, 1)
        dark = _LASH_DARK * np.exp(-(((self.height - edge) / self.lash) ** 2)) * shown
        return np.where(over, source - self.height, 0), np.asarray(dark)


def eyelids_of(face: Rgb, points: Array, axes: Axes, places: Plane) -> tuple[Eyelid, ...]:
    """Both lids, or those within the box.

    Args:
        face: The picture within the box.
        points: The mesh, in pixels of the box.
        axes: The face's own, likewise.
        places: For each pixel of the box across and down from the middle of the mouth: height x width x 2.
    """
    lids = []
    high, wide = places.shape[:2]
    light = np.asarray(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), np.uint8)
    for upper, lower in mesh.EYES:
        above, below = (_ordered(axes.local(points[list(edge)])) for edge in (upper, lower))
        widest = float(max(0.0, (below[:, 1] - above[:, 1]).max()))
        around = points[list(upper + lower)]
        low = np.maximum(np.floor(around.min(axis=0) - np.array([3, _ABOVE * widest + 3])), 0).astype(int)
        far = np.minimum(np.ceil(around.max(axis=0) + np.array([3, _BELOW * widest + 3])), [wide, high]).astype(int)
        if (far <= low).any():
            continue
        across, down = np.moveaxis(places[low[1] : far[1], low[0] : far[0]], -1, 0)
        edge, floor = (np.interp(across, line[:, 0], line[:, 1]) for line in (above, below))
        columns, lashes, free = _skin_above(light, axes, above, widest)
        beside = (across < above[0, 0]) | (across > above[-1, 0])
        opening = np.where(beside, 0, np.maximum(floor - edge, 0))
        strip = np.minimum(0.3 * widest + 0.55 * opening, np.interp(across, columns, free))
        # From a little above the edge, or from above the lashes.
        higher = np.where(beside, 0, np.maximum(0.2 * opening, np.interp(across, columns, lashes)))
        lids.append(
            Eyelid(
                box=(int(low[0]), int(low[1]), int(far[0]), int(far[1])),
                height=down.copy(),  # and not all of the places with it
                edge=edge - higher,
                opening=opening + higher,
                strip=strip + 0.5,
                lash=0.005 * axes.height + 0.65,
            )
        )
    return tuple(lids)


def _skin_above(light: npt.NDArray[np.uint8], axes: Axes, above: Array, widest: float) -> tuple[Array, Array, Array]:
    """Places across a lid; how far lashes reach above its edge there, and how much skin is free above them, in pixels.

    Lashes that were drawn down with the skin would smear over the lid, and so would a brow or the frame of glasses.
    """
    across = above[0, 0] + _COLUMNS * (above[-1, 0] - above[0, 0])
    edge = np.interp(across, above[:, 0], above[:, 1])
    where = axes.place(np.repeat(across[:, None], len(_STEPS), 1), edge[:, None] - _STEPS * widest).astype(np.float32)
    seen = cv2.remap(light, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    near = seen[:, _STEPS <= _LASHES_HIGH].astype(float)
    dark, skin = near.min(axis=1), near.max(axis=1)
    first, last = (dark + share * (skin - dark) for share in (_LASHES_END, _SKIN_ENDS))
    steps = np.arange(len(_STEPS))
    begins = ((steps >= near.argmin(axis=1)[:, None]) & (seen >= first[:, None])).argmax(axis=1)
    over = (steps > begins[:, None]) & (seen < last[:, None])
    ends = np.where(over.any(axis=1), over.argmax(axis=1), len(_STEPS) - 1)
    lashes, free = _STEPS[begins], _STEPS[ends] - _STEPS[begins]
    none = (skin - dark < _LASHES_SHOW) | (free < _LEAST_SKIN) | (lashes > _LASHES_HIGH)
    lashes, free = np.where(none, 0, lashes), np.where(none, _STEPS[-1], free)
    return across, _smoothed(lashes) * widest, _smoothed(free) * widest


def _smoothed(values: Array) -> Array:
    return np.convolve(np.pad(values, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")


def _ordered(line: Array) -> Array:
    return np.asarray(line[line[:, 0].argsort()])
