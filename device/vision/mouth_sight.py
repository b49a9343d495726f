"""Whether a mouth is seen where the mesh holds it to be, or something lies over it: a hand, a microphone, a mask.

The mesh network draws lips wherever lips would be, and is as sure of them behind a mask as without one. So the pixels
are asked: histograms of oriented gradients (Dalal and Triggs, 2005) of the mouth's surroundings, and how their colours
differ from those of the upper face, weighed by a network of one small hidden layer.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from device.core.errors import MissingModelError
from device.vision.skin import lab, middle
from device.vision.square import LEFT_EYE, RIGHT_EYE, Square

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import FaceMesh, Pixels, Rgb

Array = npt.NDArray[np.float64]

SIDE, TOP, HIGH = 56, 7, 42
"""The pixels of the square around the mouth, and the rows of it that are looked at."""

_LEFT_CORNER, _RIGHT_CORNER, _FOREHEAD, _CHIN = 61, 291, 10, 152
_WIDE = 0.56  # heights of the face, from forehead to chin
_LOWER = 0.02  # heights of the face, by which the middle of the square lies below that of the mouth

_CELL, _DIRECTIONS = 7, 9
_SOFT = 0.8  # pixels
_MOST = 0.4  # of a cell's share in its neighbourhood
_QUIET = 0.3  # of the whole patch's gradients: where there are fewer, none is blown up

_COLOUR_CELLS = 14
_COLOUR_UNITS = np.array([16.0, 15.0, 15.0])  # of CIE Lab
_MOST_UNITS = 2.0
_UPPER_FACE = (4, 5, 9, 50, 108, 151, 205, 280, 337, 425)
_REACH = 2  # pixels around a place whose colours are one


FEATURES = HIGH // _CELL * (SIDE // _CELL) * _DIRECTIONS + 2 * (HIGH // _COLOUR_CELLS) * (SIDE // _COLOUR_CELLS) * 3 + 1
"""Of a mouth: gradients, differences of colour with and without their sign, and 1."""


class MouthSight:
    """The weights, loaded.

    A column for each hidden unit: what it weighs each feature with, and last what the answer weighs it with. A unit
    answers with its sum, or 0 where that is negative.

    Raises:
        MissingModelError: The file is missing or damaged.
    """

    def __init__(self, *, model: Path) -> None:
        damaged = MissingModelError(f"{model} is missing or damaged; fetch it with: voxframe models fetch")
        try:
            self._weights = np.load(model).astype(np.float64)
        except (OSError, ValueError, EOFError) as error:
            raise damaged from error
        if self._weights.ndim != 2 or len(self._weights) != FEATURES + 1:  # noqa: PLR2004 - rows and columns
            raise damaged

    def probability(self, pixels: Pixels, mesh: FaceMesh) -> float:
        """How likely the mouth of this mesh is seen, 0 to 1."""
        seen = features(pixels.rgb, mesh.points[:, :2].astype(np.float64) * pixels.scale)
        found = float(np.maximum(seen @ self._weights[:-1], 0) @ self._weights[-1])
        return 1 / (1 + math.exp(-min(max(found, -50.0), 50.0)))


def features(picture: Rgb, points: Array) -> Array:
    """What is weighed of a face, by its points in pixels of the picture (468 x 2); the last one is 1."""
    around = _around_mouth(picture, points)
    colours = _colours(around) - _upper_face(picture, points)
    units = np.clip(colours / _COLOUR_UNITS, -_MOST_UNITS, _MOST_UNITS)
    return np.concatenate(
        [gradients(around @ np.array([0.299, 0.587, 0.114])).ravel(), units.ravel(), np.abs(units).ravel(), [1.0]]
    )


def gradients(light: npt.NDArray[Any]) -> Array:
    """Rows x columns x directions of the gradients in each cell, as shares of those around it."""
    soft = cv2.GaussianBlur(light.astype(np.float32), (0, 0), _SOFT)
    down, across = np.gradient(soft)
    strength = np.hypot(across, down)
    turn = np.arctan2(down, across) % (2 * np.pi) / (2 * np.pi) * _DIRECTIONS
    low = np.floor(turn)
    spread = np.zeros((_DIRECTIONS, *light.shape))
    for direction in range(_DIRECTIONS):  # shared out between the two directions next to it
        spread[direction] = strength * (low % _DIRECTIONS == direction) * (1 - (turn - low))
        spread[direction] += strength * ((low + 1) % _DIRECTIONS == direction) * (turn - low)
    rows, columns = light.shape[0] // _CELL, light.shape[1] // _CELL
    cells = spread.reshape(_DIRECTIONS, rows, _CELL, columns, _CELL).sum(axis=(2, 4)).transpose(1, 2, 0)
    energy = np.square(cells).sum(axis=-1)
    near = 9 * cv2.blur(energy, (3, 3), borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.minimum(cells / np.sqrt(near + _QUIET**2 * energy.mean() + 1)[..., None], _MOST))


def _around_mouth(picture: Rgb, points: Array) -> Rgb:
    across = points[RIGHT_EYE] - points[LEFT_EYE]
    angle = math.atan2(across[1], across[0])
    height = float(np.hypot(*(points[_CHIN] - points[_FOREHEAD])))
    down = np.array([-math.sin(angle), math.cos(angle)])
    mouth = (points[_LEFT_CORNER] + points[_RIGHT_CORNER]) / 2
    square = Square(middle=mouth + _LOWER * height * down, side=max(_WIDE * height, 1.0), angle=angle)
    # Cut as fine as the picture is and made smaller afterwards: else most of a large face's pixels are not asked.
    finer = min(max(1, round(square.side / SIDE)), 8)
    cut = square.cut(picture, SIDE * finer)
    small = cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA) if finer > 1 else cut
    return np.asarray(small[TOP : TOP + HIGH], np.uint8)


def _colours(around: Rgb) -> Array:
    """Rows x columns x 3."""
    cells = lab(around).reshape(HIGH // _COLOUR_CELLS, _COLOUR_CELLS, SIDE // _COLOUR_CELLS, _COLOUR_CELLS, 3)
    return np.asarray(cells.mean(axis=(1, 3)))


def _upper_face(picture: Rgb, points: Array) -> Array:
    high, wide = picture.shape[:2]
    steps = np.arange(-_REACH, _REACH + 1)
    across, down = points[list(_UPPER_FACE)].round().astype(int).T
    rows = np.clip(down[:, None] + steps, 0, high - 1)[:, :, None]
    columns = np.clip(across[:, None] + steps, 0, wide - 1)[:, None, :]
    return middle(lab(picture[rows, columns].mean(axis=(1, 2)).astype(np.uint8)))
