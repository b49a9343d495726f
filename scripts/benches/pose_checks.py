"""What the bench of conversions compares of the pose network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Box
from device.vision.movenet import MoveNet, cut_around
from scripts.benches.conversion_checks import SLOW, Figure
from tests.locations import registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Pixels
    from scripts.benches.originals import Originals

_JOINTS = 17


def pose_rebuilt(pictures: Sequence[Pixels], originals: Originals, folder: Path) -> Figure:
    """The float parent in `folder` against the network that was published."""
    some = pictures[::SLOW]
    published = originals.pose([cut_around(pixels, _whole(pixels))[0] for pixels in some])
    ours = _joints(some, folder / "pose-float.tflite")
    # Down before across, and a 48th of the side as float16 holds it: that alone moves a joint by 2e-4.
    apart = np.abs(ours - published.reshape(-1, _JOINTS, 3)[..., [1, 0, 2]])
    return _figure("Pose, float against JavaScript", apart)


def pose_fp16(pictures: Sequence[Pixels], folder: Path) -> Figure:
    """The shipped file against its float parent in `folder`."""
    shipped, parent = registry().path("pose-fp16"), folder / "pose-float.tflite"
    return _figure("Pose, fp16 against float", np.abs(_joints(pictures, shipped) - _joints(pictures, parent)))


def _figure(what: str, apart: npt.NDArray[np.float64]) -> Figure:
    return Figure(
        what=what,
        over=f"{len(apart)} photos, {_JOINTS} joints each",
        values={
            "joints, sides: largest": float(apart[..., :2].max()),
            "scores: largest": float(apart[..., 2].max()),
        },
    )


def _joints(pictures: Sequence[Pixels], model: Path) -> npt.NDArray[np.float64]:
    """Of each picture 17 x 3: across and down in shares of the square that was looked at, and score."""
    network, found = MoveNet(model=model), []
    for pixels in pictures:
        box = _whole(pixels)
        skeleton, (_, side) = network.skeleton(pixels, box), cut_around(pixels, box)
        places = (skeleton.points.astype(np.float64) - np.array(box.centre)) / side + 0.5
        found.append(np.column_stack([places, skeleton.scores]))
    return np.stack(found)


def _whole(pixels: Pixels) -> Box:
    height, width = (length / pixels.scale for length in pixels.rgb.shape[:2])
    return Box(x=0, y=0, width=width, height=height)
