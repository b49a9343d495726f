"""Faces in a picture as it lies: a first look, a second look at large boxes, a finer look where faces are small."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Box
from device.vision.letterbox import Tile, letterbox, resized, scale_to, square_around, tiles
from device.vision.overlap import SAME_FACE, agreed, overlaps
from device.vision.plan import GLIMPSE
from device.vision.retinaface import Faces, RetinaFace, joined, strongest
from device.vision.turned import mirrored, mirrored_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Rgb
    from device.vision.plan import Plan

THRESHOLD = 0.5
"""The score from which a face is one."""

FAINT = 0.1
"""The score from which an answer is kept until the mirrored photo was asked too."""

PERHAPS = 0.3
UNDOUBTED = 0.9
"""With a score between these the mirrored photo is asked too: the mean decides, else a face would come and go with the
side from which it is seen."""

FINER_SIDE = 960
SMALL_FACE = 24
"""Pixels in the first look: where a face is smaller, others may have been missed, and the finer look is taken."""

FINER_LARGEST = 192
"""Pixels up to which a face of the finer look counts; larger ones were seen well in the first."""

MOST_ENLARGED = 2.0
SURE = 0.8
"""The score from which a face of the first look stays, whether or not the finer look sees it too."""

LARGE_BOX = 0.25
"""Share of the first look's side from which a box gets a second look: false faces are mostly large."""

CLEAR = 0.6
"""The score below which a box gets a second look, whatever its size."""

SECOND_SIDE = 128
SECOND_FACE = 64
SECOND_THRESHOLD = 0.3
"""The mean score that a face needs in the second look."""

SECOND_FAINTEST = 0.02
"""What scores less in one of its two halves counts as nothing."""

EDGE = 6
"""Pixels from a tile's edge within which a box may be a part of a face."""


class Looks:
    """The looks that a plan asks for, at one picture. For one thread."""

    def __init__(self, *, model: Path, plan: Plan, threads: int = 1) -> None:
        self._load = partial(RetinaFace, model, threads=threads)
        self._plan = plan
        self._second = self._load()
        self._networks: dict[tuple[int, ...], RetinaFace] = {}

    def faces(self, picture: Rgb) -> Faces:
        """The faces, in pixels of the picture."""
        faces = self._seen(picture)
        if self._plan.mirrored and ((faces.scores >= PERHAPS) & (faces.scores < UNDOUBTED)).any():
            faces = agreed(faces, mirrored_back(self._seen(mirrored(picture)), width=picture.shape[1]))
        faces = faces.only(faces.scores >= THRESHOLD)
        scale = scale_to(picture, side=self._plan.side, most=MOST_ENLARGED)
        large = faces.sides * scale >= LARGE_BOX * self._plan.side
        doubted = large | (faces.scores < CLEAR)
        kept = [not doubt or self.found_again(picture, box) for doubt, box in zip(doubted, faces.boxes, strict=True)]
        return faces.only(np.array(kept, bool))

    def glimpses(self, pictures: Sequence[Rgb], *, threshold: float) -> list[Faces]:
        """The faces of a quick look at each of up to four pictures, each found again; in the pixels of its picture.

        They lie in the quarters of one canvas: a network for one alone would take 8 MB more, and three runs of it three
        quarters of the time that this run takes.
        """
        high, wide = GLIMPSE
        canvas = np.zeros((2 * high, 2 * wide, 3), np.uint8)
        corners = [(left, top) for top in (0, high) for left in (0, wide)]
        scales = []
        for picture, (left, top) in zip(pictures, corners, strict=False):
            quarter, scale = letterbox(picture, side=max(GLIMPSE), most=MOST_ENLARGED, canvases=(GLIMPSE,))
            canvas[top : top + high, left : left + wide] = quarter
            scales.append(scale)
        found = self._network_for(canvas).find(canvas, threshold=threshold)
        middles = found.boxes[:, :2] + found.boxes[:, 2:] / 2
        glimpsed = []
        for picture, (left, top), scale in zip(pictures, corners, scales, strict=False):
            inside = (middles >= [left, top]) & (middles < [left + wide, top + high])
            faces = found.only(np.asarray(inside.all(axis=1))).moved(-left, -top).scaled(1 / scale)
            glimpsed.append(faces.only(np.array([self.found_again(picture, box) for box in faces.boxes], bool)))
        return glimpsed

    def found_again(self, picture: Rgb, box: npt.NDArray[np.float32]) -> bool:
        """Whether a second look, at the box alone, sees the same face.

        The mirrored box is asked too, and the mean of the two decides: else a face would come and go with the side from
        which it is seen.
        """
        x, y, width, height = (float(side) for side in box)
        around = Box(x=x, y=y, width=width, height=height)
        crop = square_around(picture, around, side=SECOND_SIDE, face=SECOND_FACE)
        scale = SECOND_FACE / max(width, height)
        expected = np.array([SECOND_SIDE - width * scale, SECOND_SIDE - height * scale]) / 2
        reference = np.array([*expected, width * scale, height * scale])
        score = self._seen_at(reference, crop)
        if score >= 2 * SECOND_THRESHOLD:
            return True
        return score + self._seen_at(reference, np.ascontiguousarray(crop[:, ::-1])) >= 2 * SECOND_THRESHOLD

    def _seen_at(self, place: npt.NDArray[np.float64], crop: Rgb) -> float:
        """The score of the face that is seen at this place; 0 where there is none."""
        again = self._second.find(crop, threshold=SECOND_FAINTEST)
        same = overlaps(place[None], again.boxes)[0] >= SAME_FACE
        return max([float(score) for score in again.scores[same]], default=0.0)

    def _seen(self, picture: Rgb) -> Faces:
        """What the first look and the finer one see from `FAINT` on."""
        canvas, scale = letterbox(picture, side=self._plan.side, most=MOST_ENLARGED, canvases=self._plan.canvases)
        found = self._network_for(canvas).find(canvas, threshold=FAINT).scaled(1 / scale)
        faces = found.only(found.scores >= THRESHOLD)
        if self._plan.finer and len(faces.scores) and scale < MOST_ENLARGED and faces.sides.min() * scale < SMALL_FACE:
            finer, largest = self._finer_look(picture)
            kept = confirmed(found, finer.only(finer.scores >= THRESHOLD), sure=SURE, largest=largest)
            found = strongest(joined([kept, finer]), threshold=FAINT)
        return found

    def _network_for(self, canvas: Rgb) -> RetinaFace:
        if canvas.shape not in self._networks:
            self._networks[canvas.shape] = self._load()
        return self._networks[canvas.shape]

    def _finer_look(self, picture: Rgb) -> tuple[Faces, float]:
        """The small faces of the picture at `FINER_SIDE`; and the size up to which a face counts as one, in its pixels.

        It is looked at in overlapping tiles of a size that is there already: a canvas of the whole size would need
        45 MB more, and more time to allocate than the tiles take.
        """
        scale = scale_to(picture, side=FINER_SIDE, most=MOST_ENLARGED)
        height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
        overlap = FINER_LARGEST + 2 * EDGE
        found = []
        for tile in tiles(resized(picture, width, height), canvases=self._plan.canvases, overlap=overlap):
            faces = self._network_for(tile.rgb).find(tile.rgb, threshold=FAINT)
            chosen = (faces.sides < FINER_LARGEST) & _whole(faces, tile)
            found.append(faces.only(chosen).moved(tile.left, tile.top).scaled(1 / scale))
        return joined(found), FINER_LARGEST / scale


def confirmed(faces: Faces, other: Faces, *, sure: float, largest: float = np.inf) -> Faces:
    """The faces of a look without those that score less than `sure` and that the other look does not see.

    From `largest` pixels on the other look has no say.
    """
    again = (overlaps(faces.boxes, other.boxes) >= SAME_FACE).any(axis=1)
    return faces.only((faces.scores >= sure) | (faces.sides >= largest) | again)


def _whole(faces: Faces, tile: Tile) -> npt.NDArray[np.bool_]:
    """Which faces touch no edge at which the tile was cut; the tile on the other side has them whole."""
    height, width = tile.rgb.shape[:2]
    low = np.where(tile.cut[:2], EDGE, -np.inf)
    high = np.where(tile.cut[2:], np.array([width, height]) - EDGE, np.inf)
    near, far = faces.boxes[:, :2], faces.boxes[:, :2] + faces.boxes[:, 2:]
    return np.asarray(((near > low) & (far < high)).all(axis=1))
