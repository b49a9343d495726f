"""Pictures on their sides, upside down and mirrored, and the way back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision.retinaface import Faces

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

TURNS = (90, 270, 180)
"""Degrees clockwise; a photo on its side is met more often than one upside down."""

_MIRRORED = [1, 0, 2, 4, 3]
"""The five points of a mirrored face, the left ones first again."""

_CODES = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turned(picture: Rgb, turn: int) -> Rgb:
    """The picture, turned clockwise by so many degrees."""
    return np.asarray(cv2.rotate(picture, _CODES[turn]), np.uint8)


def turned_back(faces: Faces, turn: int, *, height: int, width: int) -> Faces:
    """What was found in a picture that had been turned, in pixels of the picture as it was; its size is given."""
    near, far = faces.boxes[:, :2], faces.boxes[:, :2] + faces.boxes[:, 2:]
    corners = np.stack([_back(near, turn, height, width), _back(far, turn, height, width)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Faces(
        boxes=np.concatenate([low, high - low], axis=1),
        scores=faces.scores,
        points=_back(faces.points, turn, height, width),
    )


def mirrored(picture: Rgb) -> Rgb:
    """The picture with left and right the other way round."""
    return np.asarray(cv2.flip(picture, 1), np.uint8)


def mirrored_back(faces: Faces, *, width: int) -> Faces:
    """What was found in a picture that had been mirrored, in pixels of the picture as it was; its width is given."""
    boxes, points = faces.boxes.copy(), faces.points[:, _MIRRORED].copy()
    boxes[:, 0] = width - boxes[:, 0] - boxes[:, 2]
    points[..., 0] = width - points[..., 0]
    return Faces(boxes=boxes, scores=faces.scores, points=points)


def lean(points: npt.NDArray[np.float32]) -> float:
    """By how many degrees a face leans clockwise, -180 to 180, of its five points: by the way from eyes to mouth.

    The line between the eyes would say less: seen from aside they lie upon one another.
    """
    across, down = (points[3] + points[4] - points[0] - points[1]).tolist()
    return math.degrees(math.atan2(-across, down))


def _back(points: npt.NDArray[np.float32], turn: int, height: int, width: int) -> npt.NDArray[np.float32]:
    across, down = points[..., 0], points[..., 1]
    match turn:
        case 90:
            where = (down, height - across)
        case 180:
            where = (width - across, height - down)
        case _:
            where = (width - down, across)
    return np.stack(where, axis=-1).astype(np.float32)
