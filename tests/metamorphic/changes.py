"""Changes of a picture that leave no doubt of what is to be seen afterwards.

Each is given a picture and a source of chance, and gives a case, or None where the picture has no place for a fair one:
no change touches a face that it is not about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.metamorphic.areas import Area, around
from tests.metamorphic.case import Case
from tests.metamorphic.comparing import mirrored
from tests.metamorphic.pasting import donor_for, pasted, scaled_to, seen_alone

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from device.core.types import Box, Face, Rgb
    from tests.metamorphic.pictures import Album, Picture

    Change = Callable[[Picture, Random, Album], Case | None]

HEAD = 1.6
"""What is hidden of a face: its box so many times as large, with hair and chin."""

RING = 2.2
"""Up to here around it lies what it is hidden with."""

CLEAR = 1.2
"""A face that stays is not touched up to so many times its box."""

LEAST_SIDE = 120
LEAST_SHARE = 0.3
"""What stays of a picture that is cut: pixels of each side, and its share of the whole."""

LEAST_PASTED = 40
MOST_TRIES = 200


def hide_face(picture: Picture, random: Random, _album: Album) -> Case | None:
    """One face is filled with the mean of what is around it, or with noise like it; nothing is to be said of it."""
    hidden = {number: around(face.box, HEAD).within(picture.size) for number, face in enumerate(picture.faces)}
    fair = [each for each, area in hidden.items() if not _touched(picture, area, but=each)]
    if not fair:
        return None
    number = random.choice(fair)
    area, ring = hidden[number], around(picture.faces[number].box, RING).within(picture.size)
    noise = random.random() < 1 / 2
    rgb = picture.rgb.copy()
    outside = np.ones(rgb.shape[:2], bool)
    outside[area.top : area.bottom, area.left : area.right] = False
    near = _part(rgb, ring)[_part(outside, ring)]
    if not len(near):
        return None
    spread = near.std(axis=0) if noise else np.zeros(3)
    chance = np.random.default_rng(random.getrandbits(32))
    fill = chance.normal(near.mean(axis=0), spread, (area.height, area.width, 3))
    _part(rgb, area)[:] = np.clip(fill, 0, 255).astype(np.uint8)
    return Case(
        what=f"face {number} hidden by {'noise' if noise else 'one colour'}", before=picture, rgb=rgb, without=number
    )


def mirror(picture: Picture, _random: Random, _album: Album) -> Case | None:
    """Left and right are the other way round, and nobody comes or goes."""
    width = picture.size[0]
    return Case(
        what="mirrored",
        before=picture,
        rgb=np.ascontiguousarray(picture.rgb[:, ::-1]),
        move=lambda box: (width - box.x - box.width, box.y, box.width, box.height),
        turn=mirrored,
        people=True,
    )


def paste_face(picture: Picture, random: Random, album: Album) -> Case | None:
    """A face of another photo comes into a free place, about as large as those that are there."""
    donor = donor_for(album, random, picture)
    own = max(donor.face.box.width, donor.face.box.height)
    sizes = sorted(max(each.box.width, each.box.height) for each in picture.faces)
    if sizes:
        wanted = sizes[len(sizes) // 2] * random.uniform(0.7, 1.4)
    else:
        wanted = min(picture.size) * random.uniform(0.12, 0.3)
    side = max(LEAST_PASTED, min(wanted, own))
    patch = scaled_to(donor, side)
    area = _free_area(picture, patch, random)
    if area is None:
        return None
    if not seen_alone(album.eyes, patch, area, picture.size):
        album.set_aside += 1
        return None
    what = f"a face of {donor.picture.name} with {side:.0f} pixels at {area.left}, {area.top}"
    return Case(what=what, before=picture, rgb=pasted(picture.rgb, patch, area), added=area)


def cut_face_off(picture: Picture, random: Random, _album: Album) -> Case | None:
    """The picture ends before a face; the others are all in what is left of it."""
    cuts: list[tuple[int, Area]] = []
    for number, face in enumerate(picture.faces):
        cuts += [(number, rest) for rest in _rests(picture, face, random) if _fair_rest(picture, rest, number)]
    if not cuts:
        return None
    number, rest = random.choice(cuts)

    def move(box: Box) -> tuple[float, float, float, float]:
        return box.x - rest.left, box.y - rest.top, box.width, box.height

    what = f"face {number} cut off, {rest.width} x {rest.height} from {rest.left}, {rest.top} left"
    rgb = np.ascontiguousarray(_part(picture.rgb, rest))
    return Case(what=what, before=picture, rgb=rgb, move=move, without=number, framed=False)


def _free_area(picture: Picture, patch: Rgb, random: Random) -> Area | None:
    """Somewhere in the picture where the patch touches no face."""
    height, width = patch.shape[:2]
    if width > picture.size[0] or height > picture.size[1]:
        return None
    for _ in range(MOST_TRIES):
        left, top = random.randint(0, picture.size[0] - width), random.randint(0, picture.size[1] - height)
        area = Area(left=left, top=top, right=left + width, bottom=top + height)
        if not _touched(picture, area):
            return area
    return None


def _rests(picture: Picture, face: Face, random: Random) -> list[Area]:
    """What is left where the picture is cut beside, above or below the face, closely or some way off."""
    width, height = picture.size
    off = around(face.box, random.uniform(1.3, 2.0))
    return [
        Area(left=max(0, off.right), top=0, right=width, bottom=height),
        Area(left=0, top=0, right=min(width, off.left), bottom=height),
        Area(left=0, top=max(0, off.bottom), right=width, bottom=height),
        Area(left=0, top=0, right=width, bottom=min(height, off.top)),
    ]


def _fair_rest(picture: Picture, rest: Area, number: int) -> bool:
    """Whether it is large enough, and holds each face but this one whole."""
    width, height = picture.size
    large = min(rest.width, rest.height) >= LEAST_SIDE and rest.width * rest.height >= LEAST_SHARE * width * height
    others = [around(face.box, CLEAR).within(picture.size) for each, face in enumerate(picture.faces) if each != number]
    return large and all(each.within(picture.size) == _common(each, rest) for each in others)


def _common(one: Area, other: Area) -> Area:
    return Area(
        left=max(one.left, other.left),
        top=max(one.top, other.top),
        right=min(one.right, other.right),
        bottom=min(one.bottom, other.bottom),
    )


def _touched(picture: Picture, area: Area, but: int | None = None) -> bool:
    """Whether a face, with what is around it, lies in it."""
    return any(area.meets(around(face.box, CLEAR)) for number, face in enumerate(picture.faces) if number != but)


def _part(rgb: Rgb, area: Area) -> Rgb:
    return rgb[area.top : area.bottom, area.left : area.right]


CHANGES: dict[str, Change] = {
    "hide a face": hide_face,
    "mirror": mirror,
    "paste a face": paste_face,
    "cut a face off": cut_face_off,
}
