"""A face of one photo for another: which may be taken, and how it is set in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.metamorphic.areas import around

if TYPE_CHECKING:
    from random import Random

    from device.core.types import Face, Rgb
    from tests.metamorphic.areas import Area
    from tests.metamorphic.looking import Eyes
    from tests.metamorphic.pictures import Album, Picture

HEAD = 1.8
"""What is taken with a face: its box so many times as large."""

SURE = 0.8
LEAST_SIDE = 56
"""Only a face that was seen surely, with so many pixels, and whole with all that is around it, is taken."""

SOLID = 0.8
"""The part of the way from the middle to the edge up to which nothing shows through: the whole box lies within."""

PAPER = 128
"""The grey on which it is shown alone."""

MOST_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Donor:
    """A face that may be taken, and the picture that it is on."""

    picture: Picture
    face: Face


def donor_for(album: Album, random: Random, target: Picture) -> Donor:
    """A face that may be taken, of the next photo that has one and is another photo.

    Raises:
        LookupError: No photo has one.
    """
    for _ in range(MOST_DRAWS):
        picture = album.draw()
        fair = [face for face in picture.faces if _may_be_taken(picture, face)]
        if fair and picture.photo != target.photo:
            return Donor(picture=picture, face=random.choice(fair))
    raise LookupError("no photo has a face that may be pasted")


def seen_alone(eyes: Eyes, patch: Rgb, area: Area, size: tuple[int, int]) -> bool:
    """Whether a face is seen where nothing is but the patch, on grey paper as large as the photo.

    Some faces in profile are seen only together with the body and the room that they are in. What a photo around a face
    does to it can be told of the others.
    """
    paper = np.full((size[1], size[0], 3), PAPER, np.uint8)
    faces = eyes.look(pasted(paper, patch, area)).faces
    return len(faces) == 1 and area.holds(faces[0].box)


def scaled_to(donor: Donor, side: float) -> Rgb:
    """The face with what is around it, the larger side of its box with so many pixels."""
    box = donor.face.box
    area = around(box, HEAD)
    scale = side / max(box.width, box.height)
    size = (max(1, round(area.width * scale)), max(1, round(area.height * scale)))
    part = donor.picture.rgb[area.top : area.bottom, area.left : area.right]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def pasted(rgb: Rgb, patch: Rgb, area: Area) -> Rgb:
    """The picture with the patch in this area: an ellipse of it, fading out towards its edge."""
    height, width = patch.shape[:2]
    down, across = np.mgrid[0:height, 0:width]
    way = np.hypot((across + 0.5) / (width / 2) - 1, (down + 0.5) / (height / 2) - 1)
    weight = np.clip((1 - way) / (1 - SOLID), 0, 1)[:, :, None]
    changed = rgb.copy()
    below = changed[area.top : area.bottom, area.left : area.right]
    below[:] = np.round(patch * weight + below * (1 - weight)).astype(np.uint8)
    return changed


def _may_be_taken(picture: Picture, face: Face) -> bool:
    area = around(face.box, HEAD)
    others = [other for other in picture.faces if other is not face]
    return (
        face.score >= SURE
        and max(face.box.width, face.box.height) >= LEAST_SIDE
        and area == area.within(picture.size)
        and not any(area.meets(around(other.box, 1.0)) for other in others)
    )
