"""Light at named places of a face, to tell whether something lies over the eyes; and colours as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision.square import around_points

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import FaceMesh, Pixels, Rgb

SIDE = 128
MARGIN = 1.5
"""The face is cut out at this size, so that a place is as large a part of it on every face."""

REACH = 1
"""A place is a square of 3 x 3 pixels; its colour is their median."""

GAMMA = 2.2
"""From stored values to light, nearly."""

UNDER_LEFT_EYE, UNDER_RIGHT_EYE = (22, 23, 24, 110), (252, 253, 254, 339)
FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK = (9, 151, 108, 337), (36, 50, 205), (266, 280, 425)

_TO_XYZ = np.array([(0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227)])
"""From linear red, green and blue of sRGB to X, Y and Z."""

_DIM = 0.04045
"""Up to here a stored value of sRGB is in proportion to the light."""

_DARK = (6 / 29) ** 3
"""Up to here L*a*b* is a line and no cube root."""


def eye_light(pixels: Pixels, mesh: FaceMesh) -> float:
    """Light under the lighter of the two eyes, as a share of the light on forehead and cheeks."""
    points = mesh.points[:, :2].astype(np.float64) * pixels.scale
    square = around_points(points, margin=MARGIN)
    face = square.cut(pixels.rgb, SIDE)
    # OpenCV's way back, which gives zeros where a mesh has shrunk to a point and there is none.
    back = cv2.invertAffineTransform(square.to_picture(SIDE))
    places = points @ back[:, :2].T + back[:, 2]
    eyes = max(_light(face, places, each) for each in (UNDER_LEFT_EYE, UNDER_RIGHT_EYE))
    rest = sorted(_light(face, places, each) for each in (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK))[1]
    return eyes / max(rest, 1e-6)


def _patches(face: Rgb, places: npt.NDArray[np.float64], which: tuple[int, ...]) -> Rgb:
    """The pixels at some places, one row for each."""
    steps = np.arange(-REACH, REACH + 1)
    across, down = (np.clip(places[list(which)].round().astype(int), REACH, SIDE - 1 - REACH)).T
    rows, columns = down[:, None, None] + steps[:, None], across[:, None, None] + steps
    return np.asarray(face[rows, columns].reshape(len(which), -1, 3), np.uint8)


def _light(face: Rgb, places: npt.NDArray[np.float64], which: tuple[int, ...]) -> float:
    values = _patches(face, places, which).astype(np.float64) / 255
    return float(middle((values.mean(axis=2) ** GAMMA).mean(axis=1)))


def lab(rgb: Rgb) -> npt.NDArray[np.float64]:
    """CIE L*a*b* of sRGB (IEC 61966-2-1, white D65).

    OpenCV's tables for that take 14 MB from its first call on, and here are a few hundred pixels.
    """
    values = rgb.astype(np.float64) / 255
    light = np.where(values <= _DIM, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    ratios = light @ _TO_XYZ.T / _TO_XYZ.sum(axis=1)
    roots = np.where(ratios > _DARK, np.cbrt(ratios), ratios * (841 / 108) + 4 / 29)
    x, y, z = np.moveaxis(roots, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def middle(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The median along the first axis, without what NumPy loads for its own: all of numpy.ma, 9 MB."""
    ordered, count = np.sort(values, axis=0), len(values)
    return np.asarray((ordered[(count - 1) // 2] + ordered[count // 2]) / 2)
