"""Smooth fields by which a face is moved: one for what belongs to the skull, one for what belongs to the jaw.

The points of the mesh say how far they are moved by each channel; between them a radial basis function (Hardy's
multiquadric) goes on smoothly, to nothing at the border of the box.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from device.living import landmarks as mesh
from device.living.motion import ACROSS, BROW, CHANNELS, DOWN, JAW, LOWER, ROUND, UPPER, WIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from device.living.axes import Axes
    from device.living.motion import Array, Plane
    from device.living.seam import Seam

Edges: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are outside."""

GRID = 64
"""Places of a field across and down."""

_SOFTNESS = 0.03  # of the basis function around a point, in heights of the face
_SMOOTHING = 1e-3
_FADE = 0.08  # of the grid, at each side
_EDGE_POINTS = 9
_UPPER_OUTER, _LOWER_OUTER = 0.8, 0.75  # what the outer edge of a lip takes of the inner one's own movement
_CHIN_FALLS, _JAW_FALLS = 0.25, 0.12  # what chin and jaw take of the lower lip's


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fields:
    """Displacements in pixels for a coefficient of 1: channels x down x across x 2, for each layer."""

    skull: Plane
    jaw: Plane


def grid_places(box: Edges) -> tuple[Array, Array]:
    """Where the columns and the rows of a field are, in pixels; as cv2.resize has them, so that it can enlarge them."""
    left, top, right, bottom = box
    steps = np.arange(GRID) + 0.5
    return left + steps * (right - left) / GRID - 0.5, top + steps * (bottom - top) / GRID - 0.5


def fields_of(points: Array, axes: Axes, seam: Seam, box: Edges) -> Fields:
    """The fields of a face within a box, by the points of its mesh (468 x 2)."""
    columns, rows = grid_places(box)
    places = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    border = _border(box)
    sway = _sway(places, axes)
    fade = np.clip(np.minimum(np.arange(GRID), np.arange(GRID)[::-1]) / (_FADE * GRID), 0, 1)
    fade = fade * fade * (3 - 2 * fade)
    layers = []
    for steered in (_skull(points, axes, seam), _jaw(points, axes, seam)):
        inside = [at for at in steered if _within(points[at], box)]
        sources = np.concatenate([points[inside], border])
        values = np.zeros((len(sources), len(CHANNELS), 2))
        values[: len(inside)] = [steered[at] for at in inside]
        scale = axes.height
        spread = _spread(sources / scale, values.reshape(len(sources), -1), places / scale)
        field = spread.reshape(GRID, GRID, len(CHANNELS), 2).transpose(2, 0, 1, 3)
        field[[ACROSS, DOWN]] = sway
        layers.append((field * np.minimum.outer(fade, fade)[..., None] * scale).astype(np.float32, order="C"))
    return Fields(skull=layers[0], jaw=layers[1])


class _Steered(defaultdict[int, "Array"]):
    """For each point how far it is moved by each channel: channels x 2, in heights of the face."""

    def __init__(self, points: Array, axes: Axes, seam: Seam) -> None:
        super().__init__(lambda: np.zeros((len(CHANNELS), 2)))
        self._local = axes.local(points)
        self._axes, self._seam = axes, seam

    def beside(self, at: int) -> float:
        """How far a point lies aside of the middle of the mouth, in halves of it: -1 at the left corner."""
        return float((self._local[at, 0] - self._seam.middle) / self._seam.half)

    def arch(self, at: int, power: float) -> float:
        """1 at the middle of a lip and 0 at its corners."""
        return float((1 - min(1.0, abs(self.beside(at))) ** 2) ** power)

    def down(self, channel: int, shares: Mapping[int, float]) -> None:
        """Points that go down, or up by less than nothing."""
        for at, share in shares.items():
            self[at][channel] = share * self._axes.down

    def inwards(self, channel: int, points: Iterable[int], share: float) -> None:
        """Points that go to the middle of the mouth, or away by less than nothing."""
        for at in points:
            beside = min(1.1, max(-1.1, self.beside(at)))
            self[at][channel] = -beside * share * self._seam.half / self._axes.height * self._axes.across

    def both(self) -> None:
        """What skull and jaw share, so that nothing tears away from the mouth."""
        self.down(JAW, dict.fromkeys(mesh.CORNERS, mesh.CORNER) | mesh.CHEEKS | mesh.JAW_LINE | mesh.SIDES)
        self.down(LOWER, dict.fromkeys(mesh.JAW_LINE, _JAW_FALLS))
        self.down(UPPER, {at: -share for at, share in mesh.PHILTRUM.items()})
        self.down(BROW, {at: -share for at, share in mesh.BROWS.items()})
        for points, rounds, widens in ((mesh.CORNERS, 1.0, 1.0), (mesh.CHEEKS, 0.15, 0.2), (mesh.PHILTRUM, 0.25, 0.0)):
            self.inwards(ROUND, points, rounds)
            self.inwards(WIDE, points, -widens)
        for at in mesh.STILL:
            self[at] = np.zeros((len(CHANNELS), 2))

    def lip(self, inner: tuple[int, ...], outer: tuple[int, ...]) -> None:
        """Both edges of a lip go in and out."""
        for points, rounds, widens in ((inner[1:-1], 1.0, 1.0), (outer[1:-1], 0.8, 0.9)):
            self.inwards(ROUND, points, rounds)
            self.inwards(WIDE, points, -widens)


def _skull(points: Array, axes: Axes, seam: Seam) -> _Steered:
    steered = _Steered(points, axes, seam)
    steered.lip(mesh.UPPER_INNER, mesh.UPPER_OUTER)
    for edge, share in ((mesh.UPPER_INNER[1:-1], 1.0), (mesh.UPPER_OUTER[1:-1], _UPPER_OUTER)):
        steered.down(JAW, {at: mesh.CORNER * min(1.0, abs(steered.beside(at))) ** 3 for at in edge})
        steered.down(UPPER, {at: -share * steered.arch(at, 0.6) for at in edge})
    steered.both()
    return steered


def _jaw(points: Array, axes: Axes, seam: Seam) -> _Steered:
    steered = _Steered(points, axes, seam)
    steered.lip(mesh.LOWER_INNER, mesh.LOWER_OUTER)
    for edge, power, share in ((mesh.LOWER_INNER[1:-1], 0.7, 1.0), (mesh.LOWER_OUTER[1:-1], 0.6, _LOWER_OUTER)):
        steered.down(JAW, {at: mesh.CORNER + (1 - mesh.CORNER) * steered.arch(at, power) for at in edge})
        steered.down(LOWER, {at: share * steered.arch(at, 0.6) for at in edge})
    steered.down(JAW, mesh.CHIN)
    steered.down(LOWER, dict.fromkeys(mesh.CHIN, _CHIN_FALLS))
    steered.both()
    return steered


def _within(point: Array, box: Edges) -> bool:
    left, top, right, bottom = box
    return bool(left < point[0] < right - 1 and top < point[1] < bottom - 1)


def _border(box: Edges) -> Array:
    left, top, right, bottom = box
    across, down = (np.linspace(low, high, _EDGE_POINTS) for low, high in ((left, right), (top, bottom)))
    sides = [(x, y) for x in across for y in (top, bottom)] + [(x, y) for y in down[1:-1] for x in (left, right)]
    return np.array(sides, np.float64)


def _sway(places: Array, axes: Axes) -> Array:
    """Across and down x grid: the middle of the face more than its outline, as what is nearer; nothing outside."""
    away = places - axes.middle
    far = np.hypot(away @ axes.across / (0.72 * axes.height), away @ axes.down / (0.80 * axes.height))
    bump = cv2.GaussianBlur(np.clip(1.25 - far, 0, 1).reshape(GRID, GRID), (0, 0), 0.05 * GRID)
    share = (bump * (0.5 + 0.3 * bump))[..., None]
    return np.stack([share * axes.across, share * axes.down])


def _spread(sources: Array, values: Array, places: Array) -> Array:
    """The values at other places; the function takes the sources' values to within a thousandth of its softness."""

    def basis(one: Array, other: Array) -> Array:
        across, down = (np.subtract.outer(one[:, axis], other[:, axis]) for axis in (0, 1))
        return np.asarray(np.sqrt(across * across + down * down + _SOFTNESS**2))

    count = len(sources)
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = basis(sources, sources) - np.eye(count) * _SMOOTHING * _SOFTNESS
    system[count, :count] = system[:count, count] = 1
    weights = np.linalg.solve(system, np.concatenate([values, np.zeros((1, values.shape[1]))]))
    return np.asarray(basis(places, sources) @ weights[:count] + weights[count])
