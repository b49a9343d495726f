"""RetinaFace mobilenet0.25: a picture to boxes, scores and five points.

The network: Deng et al., RetinaFace, 2019 (arXiv 1905.00641), as published in Pytorch_Retinaface. Three strides with
two square priors each; boxes and points are offsets from a prior's centre, in tenths of its side. The file's input is
RGB minus 128 (mean and channel order are folded into its first convolution), and its class output is one logit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision.runtime import Network

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Rgb

_STRIDES = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))
_CENTRE_VARIANCE = 0.1
_SIDE_VARIANCE = 0.2
_OVERLAP = 0.4
"""Of two boxes that overlap more (intersection over union), the weaker one goes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faces:
    """What was found in one run, strongest first.

    Attributes:
        boxes: n x 4: left, top, width, height.
        scores: n, 0 to 1.
        points: n x 5 x 2: left eye, right eye, nose, left and right corner of the mouth, the viewer's left.
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]

    def scaled(self, factor: float) -> Faces:
        """The same in other pixels."""
        return Faces(boxes=self.boxes * factor, scores=self.scores, points=self.points * factor)

    def moved(self, across: float, down: float) -> Faces:
        """The same, further to the right and down."""
        by = np.array([across, down], np.float32)
        boxes = np.concatenate([self.boxes[:, :2] + by, self.boxes[:, 2:]], axis=1)
        return Faces(boxes=boxes, scores=self.scores, points=self.points + by)

    def only(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Faces:
        """Those that are chosen."""
        return Faces(boxes=self.boxes[chosen], scores=self.scores[chosen], points=self.points[chosen])

    def with_scores(self, scores: npt.NDArray[np.float32]) -> Faces:
        """The same with other scores."""
        return Faces(boxes=self.boxes, scores=scores, points=self.points)

    @property
    def sides(self) -> npt.NDArray[np.float32]:
        """The larger side of each box."""
        sides: npt.NDArray[np.float32] = self.boxes[:, 2:].max(axis=1)
        return sides


class RetinaFace:
    """The network with its decoding; the input may have any size. For one thread."""

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        self._network = Network(model, threads=threads)

    def find(self, picture: Rgb, *, threshold: float) -> Faces:
        """The faces in a picture whose sides are multiples of 32, in its pixels."""
        network = self._network
        batch = picture[None]
        network.run((batch ^ 128).view(np.int8) if network.is_int8 else batch.astype(np.float32) - 128)
        found = [self._survivors(level, stride, sides, threshold) for level, (stride, sides) in enumerate(_STRIDES)]
        return strongest(joined(found), threshold=threshold)

    def _survivors(self, level: int, stride: int, sides: tuple[int, int], threshold: float) -> Faces:
        """The priors of one stride that reach the threshold, decoded; the others are never looked at."""
        logits, scale, zero_point = self._network.raw(f"cls{level}")
        columns = logits.shape[2]
        logits = logits.ravel()
        limit = np.log(threshold / (1 - threshold)) / scale + zero_point
        chosen = np.flatnonzero(logits > limit)
        priors = np.asarray(sides, np.float32)[chosen & 1][:, None]
        cell = chosen >> 1
        centres = (np.stack([cell % columns, cell // columns], axis=1).astype(np.float32) + 0.5) * stride
        offsets = self._values(f"box{level}", 4, chosen)
        middle = centres + priors * offsets[:, :2] * _CENTRE_VARIANCE
        size = priors * np.exp(offsets[:, 2:] * _SIDE_VARIANCE)
        points = self._values(f"lm{level}", 10, chosen).reshape(-1, 5, 2)
        return Faces(
            boxes=np.concatenate([middle - size / 2, size], axis=1),
            scores=(1 / (1 + np.exp(-(logits[chosen].astype(np.float32) - zero_point) * np.float32(scale)))).astype(
                np.float32
            ),
            points=centres[:, None] + priors[:, None] * points * _CENTRE_VARIANCE,
        )

    def _values(self, name: str, width: int, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        raw, scale, zero_point = self._network.raw(name)
        values: npt.NDArray[np.float32] = (raw.reshape(-1, width)[chosen].astype(np.float32) - zero_point) * np.float32(
            scale
        )
        return values


def joined(parts: list[Faces]) -> Faces:
    """All of them, one after another."""
    return Faces(
        boxes=np.concatenate([part.boxes for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        points=np.concatenate([part.points for part in parts]),
    )


def strongest(faces: Faces, *, threshold: float) -> Faces:
    """Without those that overlap a stronger one."""
    if len(faces.scores) == 0:
        return faces
    kept = cv2.dnn.NMSBoxes(faces.boxes.tolist(), faces.scores.tolist(), threshold, _OVERLAP)
    return faces.only(np.asarray(kept, np.intp).ravel())
