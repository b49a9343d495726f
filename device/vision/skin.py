"""Light and colour at named places of a face, to tell whether something lies over the eyes or the mouth."""

from __future__ import annotations

from dataclasses import dataclass
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
UPPER_FACE = (6, 9, 101, 108, 118, 151, 197, 330, 337, 347)
"""The forehead, the bridge of the nose and what lies under the eyes: what a mask leaves free."""
AROUND_MOUTH = (0, 17, 18, 43, 57, 92, 164, 200, 273, 287, 322)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skin:
    """What was measured.

    Attributes:
        eye_light: Light under the lighter of the two eyes, as a share of the light on forehead and cheeks.
        mouth_contrast: Distance between the colours around the mouth and of the upper face (a and b of CIE Lab).
        colour: How far the upper face is from grey, in the same unit.
    """

    eye_light: float
    mouth_contrast: float
    colour: float


def skin(pixels: Pixels, mesh: FaceMesh) -> Skin:
    """Look at the places of a face."""
    points = mesh.points[:, :2].astype(np.float64) * pixels.scale
    square = around_points(points, margin=MARGIN)
    face = square.cut(pixels.rgb, SIDE)
    # OpenCV's way back, which gives zeros where a mesh has shrunk to a point and there is none.
    back = cv2.invertAffineTransform(square.to_picture(SIDE))
    places = points @ back[:, :2].T + back[:, 2]
    upper, around = (_colour(face, places, each) for each in (UPPER_FACE, AROUND_MOUTH))
    eyes = max(_light(face, places, each) for each in (UNDER_LEFT_EYE, UNDER_RIGHT_EYE))
    rest = float(np.median([_light(face, places, each) for each in (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK)]))
    return Skin(
        eye_light=eyes / max(rest, 1e-6),
        mouth_contrast=float(np.hypot(*(around - upper)[1:])),
        colour=float(np.hypot(*upper[1:])),
    )


def _patches(face: Rgb, places: npt.NDArray[np.float64], which: tuple[int, ...]) -> Rgb:
    """The pixels at some places, one row for each."""
    steps = np.arange(-REACH, REACH + 1)
    across, down = (np.clip(places[list(which)].round().astype(int), REACH, SIDE - 1 - REACH)).T
    rows, columns = down[:, None, None] + steps[:, None], across[:, None, None] + steps
    return np.asarray(face[rows, columns].reshape(len(which), -1, 3), np.uint8)


def _light(face: Rgb, places: npt.NDArray[np.float64], which: tuple[int, ...]) -> float:
    values = _patches(face, places, which).astype(np.float64) / 255
    return float(np.median((values.mean(axis=2) ** GAMMA).mean(axis=1)))


def _colour(face: Rgb, places: npt.NDArray[np.float64], which: tuple[int, ...]) -> npt.NDArray[np.float64]:
    values = _patches(face, places, which).astype(np.float32) / 255
    lab = cv2.cvtColor(values, cv2.COLOR_RGB2LAB)
    return np.asarray(np.median(np.median(lab, axis=1), axis=0), np.float64)
