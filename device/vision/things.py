"""Things in a photo, by SSDLite MobileNetV2: a box, one of COCO's eighty names, and a score each.

The networks: Sandler et al., MobileNetV2, 2018 (arXiv 1801.04381); Liu et al., SSD, 2015 (arXiv 1512.02325), as
published by the TensorFlow Object Detection API. Six grids with three or six anchors a cell; a box is an offset from
its anchor's centre, in tenths of the anchor's sides, and the logarithm of its sides, in fifths. The photo is stretched
to a square, as it was in training: bars beside it cost more than a wrong shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.core.types import Box, Thing
from device.vision.coco import COCO, PERSON
from device.vision.letterbox import resized
from device.vision.runtime import Network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Pixels

SIDE = 300

THRESHOLD = 0.5
"""The score from which a thing is one."""

PERSON_THRESHOLD = 0.2
"""The score from which a person is reported: whether a face belongs to an animal is asked of the weak ones too."""

GRIDS = (19, 10, 5, 3, 2, 1)
"""Cells along each side."""

_FIRST_SHAPES = ((0.1, 1.0), (0.2, 2.0), (0.2, 0.5))
_SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
_ASPECTS = (1.0, 2.0, 0.5, 3.0, 0.3333)
_CENTRE_VARIANCE = 0.1
_SIDE_VARIANCE = 0.2
_OVERLAP = 0.6
"""Of two boxes of one kind that overlap more (intersection over union), the weaker one goes."""

_LARGEST_GROWTH = 20.0
"""The logarithm beyond which a side has no meaning; no picture gives it."""

_MIDDLE = np.float32(127.5)


class SsdThings:
    """The things network. For one thread at a time."""

    def __init__(
        self, *, model: Path, threads: int = 1, least: float = THRESHOLD, least_person: float = PERSON_THRESHOLD
    ) -> None:
        self._network = Network(model, threads=threads)
        least_of = np.where(np.array(COCO) == PERSON, least_person, least)
        self._logits = np.log(least_of / (1 - least_of))
        self._anchors = [anchors(level) for level in range(len(GRIDS))]

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """What is seen, the surest first; a thing may be there under several names, each with its score."""
        batch = resized(pixels.rgb, SIDE, SIDE)[None]
        network = self._network
        network.run((batch ^ 128).view(np.int8) if network.is_int8 else batch.astype(np.float32) - _MIDDLE)
        found = [self._survivors(level) for level in range(len(GRIDS))]
        corners, scores, kinds = (np.concatenate(parts) for parts in zip(*found, strict=True))
        height, width = (length / pixels.scale for length in pixels.rgb.shape[:2])
        corners = np.clip(corners, 0, 1) * np.array([width, height, width, height], np.float32)
        return tuple(_strongest(corners, scores, kinds))

    def _survivors(self, level: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.intp]]:
        """Of one grid what reaches its threshold: corners (left, top, right, bottom; shares), scores and kinds."""
        raw, scale, zero_point = self._network.raw(f"cls{level}")
        logits = raw.reshape(-1, len(COCO))
        places, kinds = np.nonzero(logits >= self._logits / scale + zero_point)
        values = (logits[places, kinds].astype(np.float32) - zero_point) * np.float32(scale)
        raw, scale, zero_point = self._network.raw(f"box{level}")
        offsets = (raw.reshape(-1, 4)[places].astype(np.float32) - zero_point) * np.float32(scale)
        anchor = self._anchors[level][places]
        # The network gives top before left, and height before width.
        middle = anchor[:, :2] + offsets[:, 1::-1] * _CENTRE_VARIANCE * anchor[:, 2:]
        growth = np.minimum(offsets[:, :1:-1] * _SIDE_VARIANCE, _LARGEST_GROWTH)
        half = np.exp(growth) * anchor[:, 2:] / 2
        corners = np.concatenate([middle - half, middle + half], axis=1)
        return np.asarray(corners, np.float32), np.asarray(1 / (1 + np.exp(-values)), np.float32), kinds


def anchors(level: int) -> npt.NDArray[np.float32]:
    """Of one grid the anchors: centre across and down, width and height, in shares of the picture."""
    if level == 0:
        shapes = list(_FIRST_SHAPES)
    else:
        scale, following = _SCALES[level], _SCALES[level + 1]
        shapes = [(scale, aspect) for aspect in _ASPECTS]
        shapes.append((float(np.sqrt(scale * following)), 1.0))
    sides = np.array([(scale * np.sqrt(aspect), scale / np.sqrt(aspect)) for scale, aspect in shapes])
    cells = GRIDS[level]
    down, across = np.divmod(np.arange(cells * cells), cells)
    centres = (np.stack([across, down], axis=1) + 0.5) / cells
    every = np.concatenate(
        [np.repeat(centres, len(sides), axis=0), np.tile(sides, (cells * cells, 1))],
        axis=1,
    )
    return every.astype(np.float32)


def _strongest(
    corners: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], kinds: npt.NDArray[np.intp]
) -> Iterator[Thing]:
    """Those that overlap no stronger one of their kind."""
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1).astype(np.float64)
    if len(boxes) == 0:
        return
    kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores.tolist(), kinds.tolist(), 0.0, _OVERLAP)
    for index in sorted(np.asarray(kept, np.intp).ravel(), key=lambda each: (-scores[each], each)):
        x, y, width, height = (float(side) for side in boxes[index])
        box = Box(x=x, y=y, width=width, height=height)
        yield Thing(box=box, label=COCO[kinds[index]], score=float(scores[index]))
