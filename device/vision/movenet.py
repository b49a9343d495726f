"""Where the joints of one person are, by MoveNet Lightning.

The network: Google, MoveNet SinglePose Lightning version 4. It sees 192 x 192 pixels and gives four maps of 48 x 48
cells: where a person is, where from there each joint would be, where joints are, and where in its cell each lies.
The person nearest the middle is chosen, and of each joint the cell that is likely and near where it would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision.runtime import Network

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Box, Pixels, Rgb

SIDE = 192
CELLS = 48

JOINTS = tuple(
    f"{side} {joint}".strip()
    for joint, sides in (
        ("nose", ("",)),
        *((each, ("left", "right")) for each in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")),
    )
    for side in sides
)
"""Left and right are the person's own."""

MARGIN = 1.25
"""How much larger than the box of the person the square is that the network sees."""

_MIDDLE = np.float32(127.5)
_SPREAD = 1.8
"""Cells by which a distance counts less, as it was published."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Skeleton:
    """The joints of one person, in the order of `JOINTS`.

    Attributes:
        points: 17 x 2; across and down in pixels of the upright photo at full resolution.
        scores: How sure the network is of each, 0 to 1.
    """

    points: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]


class MoveNet:
    """The pose network, loaded for each person and let go: it takes 25 MB, and few photos show somebody alone."""

    def __init__(self, *, model: Path, threads: int = 1) -> None:
        self._load = partial(Network, model, threads=threads)

    def skeleton(self, pixels: Pixels, box: Box) -> Skeleton:
        """The joints of the person in `box`, which is in pixels of the photo."""
        square, side = cut_around(pixels, box)
        network = self._load()
        network.run(square[None].astype(np.float32) / _MIDDLE - 1)
        maps = {name: network.raw(name)[0][0] for name in ("centre", "regressed", "heat", "offset")}
        cells, scores = joints(**maps)
        points = (cells[:, ::-1] / CELLS - 0.5) * side + np.array(box.centre)
        return Skeleton(points=points.astype(np.float32), scores=scores.astype(np.float32))


def joints(
    *,
    centre: npt.NDArray[np.float32],
    regressed: npt.NDArray[np.float32],
    heat: npt.NDArray[np.float32],
    offset: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Of each joint where it is, down and across in cells, and how sure that is.

    Args:
        centre: 48 x 48 x 1, the logarithm of the odds that a person's middle is there.
        regressed: 48 x 48 x 34, down and across from there to each joint, in cells.
        heat: 48 x 48 x 17, the logarithm of the odds that a joint is there.
        offset: 48 x 48 x 34, down and across in its cell.
    """
    rows, columns = np.mgrid[:CELLS, :CELLS].astype(np.float64)
    middle = CELLS / 2
    near = _likely(centre[..., 0]) / (np.hypot(rows - middle, columns - middle) + _SPREAD)
    row, column = divmod(int(near.argmax()), CELLS)
    wanted = np.array([row, column]) + regressed[row, column].reshape(-1, 2)
    likely = _likely(heat)
    away = np.hypot(rows[..., None] - wanted[:, 0], columns[..., None] - wanted[:, 1])
    best = (likely / (away + _SPREAD)).reshape(CELLS * CELLS, -1).argmax(0)
    each = np.arange(len(best))
    found = offset.reshape(CELLS * CELLS, -1, 2)[best, each] + np.stack(np.divmod(best, CELLS), axis=1)
    return found, likely.reshape(CELLS * CELLS, -1)[best, each]


def _likely(odds: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds.astype(np.float64), -60, 60))))


def cut_around(pixels: Pixels, box: Box) -> tuple[Rgb, float]:
    """A square of 192 x 192 around the person in a box, black beyond the photo; and its side in pixels of the photo."""
    side = MARGIN * max(box.width, box.height)
    left, top = box.centre[0] - side / 2, box.centre[1] - side / 2
    scale = SIDE / (side * pixels.scale)
    picture = pixels.rgb
    # Halved first while it is far too large, so that no pixel is skipped.
    halved = 1.0
    while scale * 2 <= 1 and min(picture.shape[:2]) > 1:
        picture = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        scale, halved = scale * 2, halved / 2
    shift = pixels.scale * halved * scale
    matrix = np.array([[scale, 0, -left * shift], [0, scale, -top * shift]], np.float64)
    return np.asarray(cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8), side
