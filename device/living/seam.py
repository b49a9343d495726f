"""The line at which a face is parted into skull and jaw: the seam of closed lips, or the edge of the lower one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.living.landmarks import LOWER_INNER, UPPER_INNER

if TYPE_CHECKING:
    from device.core.types import Rgb
    from device.living.axes import Axes
    from device.living.motion import Array

PARTED = 0.07
"""The gap between the lips from which a mouth is open in the photo, in its own widths."""

_MEETS = 1.15  # of the gap where it is widest, so that the lips meet beside the middle too
_PLACES = 41
_TRIES = np.arange(-1, 1.01, 0.1)


class _Search(NamedTuple):
    """Where a line is looked for.

    Attributes:
        reach: How far from the mesh's line, in heights of the face.
        trust: In the mesh's line, against what is seen.
        grain: Differences of brightness below this are none.
        degree: Of the smooth curve by which the line is moved.
        power: How suddenly it stands still towards the corners.
    """

    reach: float
    trust: float
    grain: float
    degree: int
    power: int


_CLOSED = _Search(reach=0.022, trust=0.35, grain=8, degree=5, power=8)
_OPEN = _Search(reach=0.009, trust=0.6, grain=2, degree=2, power=4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seam:
    """Lines from the left corner of the mouth to the right one, in the face's own axes.

    Attributes:
        across: 41 places, evenly.
        upper: The lower edge of the upper lip at each.
        lower: The upper edge of the lower lip; the same line where the mouth is closed.
        gap: How far the lips have to go to meet, in pixels; 0 where they are closed.
    """

    across: Array
    upper: Array
    lower: Array
    gap: float

    @property
    def middle(self) -> float:
        """The middle of the mouth."""
        return float(self.across[0] + self.across[-1]) / 2

    @property
    def half(self) -> float:
        """Half its width."""
        return float(self.across[-1] - self.across[0]) / 2


def seam_of(picture: Rgb, points: Array, axes: Axes) -> Seam:
    """The line of the lips by the mesh, moved to where the picture shows it: the two differ, by up to a lip."""
    above, below = axes.local(points[list(UPPER_INNER)]), axes.local(points[list(LOWER_INNER)])
    gap = float((below[3:8, 1] - above[3:8, 1]).mean())
    parted = gap > PARTED * axes.mouth_width
    across = np.linspace(above[0, 0], above[-1, 0], _PLACES)
    upper, lower = _line(across, above), _line(across, below)
    if not parted:
        line = (upper + lower) / 2
        line = line + _moved(_brightness(picture, axes, across, line, _CLOSED), axes, _CLOSED)
        return Seam(across=across, upper=line, lower=line, gap=0.0)
    # Teeth above and lip below: where the brightness falls most.
    moved = _moved(np.gradient(_brightness(picture, axes, across, lower, _OPEN), axis=1), axes, _OPEN)
    rounding = np.sqrt(np.clip(1 - np.linspace(-1, 1, _PLACES) ** 2, 0, 1))
    lower = lower + moved + 0.004 * axes.height * rounding
    return Seam(across=across, upper=upper, lower=lower, gap=_MEETS * float((lower - upper).max()))


def _line(across: Array, edge: Array) -> Array:
    order = edge[:, 0].argsort()
    return np.asarray(np.interp(across, edge[order, 0], edge[order, 1]))


def _brightness(picture: Rgb, axes: Axes, across: Array, line: Array, search: _Search) -> Array:
    """Places x tries: how bright the picture is around the line, a little blurred."""
    places = axes.place(across[:, None] + 0 * _TRIES, line[:, None] + _TRIES * search.reach * axes.height).astype(
        np.float32
    )
    margin = 8 + int(0.05 * axes.height)
    low = np.maximum(places.min(axis=(0, 1)).astype(int) - margin, 0)
    high = np.maximum(places.max(axis=(0, 1)).astype(int) + margin, low + 1)
    around = picture[low[1] : high[1], low[0] : high[0]]
    if not around.size:
        return np.zeros(places.shape[:2])
    grey = cv2.GaussianBlur(
        cv2.cvtColor(around, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), max(0.3, 0.008 * axes.height)
    )
    at = places - low.astype(np.float32)
    seen = cv2.remap(grey, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float64)


def _moved(values: Array, axes: Axes, search: _Search) -> Array:
    """By how many pixels the line moves to where the values are least: a smooth curve, still at the corners."""
    span = np.ptp(values, axis=1, keepdims=True) + search.grain
    cost = (values - values.min(axis=1, keepdims=True)) / span + search.trust * _TRIES**2
    found = (_TRIES * search.reach * axes.height)[cost.argmin(axis=1)]
    found[[0, -1]] = 0
    found = cv2.medianBlur(found.astype(np.float32)[None], 5)[0].astype(np.float64)
    along = np.linspace(-1, 1, _PLACES)
    curve = np.polyval(np.polyfit(along, found, search.degree), along)
    return np.asarray(curve * (1 - along**search.power))
