"""A blink: the skin above an eye is drawn down over it; the eye itself stays, since to warp it was seen to fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.living import landmarks as mesh

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.living.axes import Axes
    from device.living.fields import Edges
    from device.living.motion import Array

_ABOVE, _BELOW = 2.2, 0.5  # room around the eye, in its own openings
_LASH_DARK = 0.5


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
    height: Array
    edge: Array
    opening: Array
    strip: Array
    lash: float

    def close(self, blink: float) -> tuple[Array, Array]:
        """By how far each pixel is taken from higher up, as a shift down the face; and how much it is darkened."""
        edge = self.edge + 0.97 * blink * self.opening
        top = self.edge - self.strip
        source = top + (self.height - top) * self.strip / np.maximum(self.strip + edge - self.edge, 0.1)
        over = (self.height > top) & (self.height < edge)
        shown = np.clip(self.opening * blink / (3 * self.lash), 0, 1)
        dark = _LASH_DARK * np.exp(-(((self.height - edge) / self.lash) ** 2)) * shown
        return np.where(over, source - self.height, 0), np.asarray(dark)


def eyelids_of(points: Array, axes: Axes, places: npt.NDArray[np.float64]) -> tuple[Eyelid, ...]:
    """Both lids, or those within the box.

    Args:
        points: The mesh, in pixels of the box.
        axes: The face's own, likewise.
        places: For each pixel of the box across and down from the middle of the mouth: height x width x 2.
    """
    lids = []
    high, wide = places.shape[:2]
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
        beside = (across < above[0, 0]) | (across > above[-1, 0])
        opening = np.where(beside, 0, np.maximum(floor - edge, 0))
        lids.append(
            Eyelid(
                box=(int(low[0]), int(low[1]), int(far[0]), int(far[1])),
                height=down,
                edge=edge - 0.2 * opening,
                opening=1.2 * opening,
                strip=0.3 * widest + 0.55 * opening + 0.5,
                lash=0.005 * axes.height + 0.65,
            )
        )
    return tuple(lids)


def _ordered(line: Array) -> Array:
    return np.asarray(line[line[:, 0].argsort()])
