"""RetinaFace as a list of steps, with four changes that leave what it computes as it is.

- The mean of the training pictures and their channel order (blue first) are folded into the first convolution: the
  input is RGB minus 128, which an int8 tensor holds exactly. What pads the picture is then RGB 128 and not the mean,
  which moves boxes near the edge a little (`scripts/bench conversions` says how little).
- The two classes' softmax becomes one logit, the difference of the two.
- The first 5x5 convolution of each head, which the published network computes twice, is shared.
- Doubling a picture's size is a concatenation of four copies and a depth-to-space: no step needs to know the size, so
  that one file serves every size that is a multiple of 32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from models.recipe.network import INPUT, Network, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.recipe.weights import Weights

SIDE = 640
"""The size that the file names; it is changed at run time."""

MEAN_BGR = np.array([104, 117, 127.0])
INPUT_OFFSET = 128
_STAGES = ((1, 6), (2, 6), (3, 2))
_HALVING = {(1, 2), (1, 4), (2, 0), (3, 0)}
"""Stage and block where the picture is halved."""


def build(weights: Mapping[str, Weights], *, folds_mean: bool = True) -> Network:
    """The network from the published weights; outputs cls0 box0 lm0 cls1 ... by stride 8, 16 and 32.

    One that does not fold the mean takes RGB minus the mean, and computes the very same as the published one.
    """
    return _Builder(weights, folds_mean=folds_mean).network()


class _Builder:
    def __init__(self, weights: Mapping[str, Weights], *, folds_mean: bool) -> None:
        self._weights = weights
        self._folds_mean = folds_mean
        self._steps: list[Step] = []

    def network(self) -> Network:
        features = self._pyramid(self._backbone())
        outputs: list[str] = []
        for level, feature in enumerate(features):
            outputs.extend(self._head(feature, level))
        return Network(
            name="RetinaFace mobilenet0.25",
            side=SIDE,
            resizable=True,
            steps=tuple(self._steps),
            outputs=tuple(outputs),
        )

    def _backbone(self) -> list[str]:
        first = self._weights["/fx/stage1/stage1.0/stage1.0.0"]
        shift = (first.kernel.sum((2, 3)) * (INPUT_OFFSET - MEAN_BGR)).sum(1)
        x = self._leaky_conv(INPUT, "s1_0", first.kernel[:, ::-1], first.bias + shift * self._folds_mean, stride=2)
        taps = []
        for stage, blocks in _STAGES:
            for block in range(1 if stage == 1 else 0, blocks):
                path = f"/fx/stage{stage}/stage{stage}.{block}/stage{stage}.{block}."
                end = f"stage{stage}.{block}."
                stride = 2 if (stage, block) in _HALVING else 1
                x = self._published(x, f"s{stage}_{block}d", f"{path}0/{end}0.0", stride=stride)
                x = self._published(x, f"s{stage}_{block}p", f"{path}1/{end}1.0")
            taps.append(x)
        return taps

    def _pyramid(self, taps: list[str]) -> list[str]:
        """Lin et al., Feature Pyramid Networks, 2016: each finer level gets the coarser one, doubled."""
        fine, middle, coarse = (
            self._published(tap, f"o{level}", f"/fpn/output{level}/output{level}.0")
            for level, tap in enumerate(taps, start=1)
        )
        middle = self._published(self._merged(middle, coarse, "3", "2"), "m2", "/fpn/merge2/merge2.0")
        fine = self._published(self._merged(fine, middle, "2", "1"), "m1", "/fpn/merge1/merge1.0")
        return [fine, middle, coarse]

    def _merged(self, finer: str, coarser: str, from_level: str, to_level: str) -> str:
        doubled = self._add("double", (coarser,), f"u{from_level}")
        return self._add("add", (finer, doubled), f"a{to_level}")

    def _head(self, feature: str, level: int) -> list[str]:
        """Najibi et al., SSH, 2017: three convolution paths side by side, then class, box and points."""
        path, name = f"/ssh{level + 1}/", f"h{level + 1}_"
        wide = self._published(feature, f"{name}3", f"{path}conv3X3/conv3X3.0", relu=True)
        shared = self._published(feature, f"{name}51", f"{path}conv5X5_1/conv5X5_1.0")
        wider = self._published(shared, f"{name}52", f"{path}conv5X5_2/conv5X5_2.0", relu=True)
        longer = self._published(shared, f"{name}72", f"{path}conv7X7_2/conv7X7_2.0")
        widest = self._published(longer, f"{name}73", f"{path}conv7x7_3/conv7x7_3.0", relu=True)
        joined = self._add("concat", (wide, wider, widest), f"{name}f")
        classes = self._weights[f"/class_head/class_head.{level}"]
        logit = (classes.kernel[1::2] - classes.kernel[0::2], classes.bias[1::2] - classes.bias[0::2])
        boxes = self._weights[f"/bbox_head/bbox_head.{level}"]
        points = self._weights[f"/landmark_head/landmark_head.{level}"]
        return [
            self._conv(joined, f"cls{level}", *logit),
            self._conv(joined, f"box{level}", *boxes),
            self._conv(joined, f"lm{level}", *points),
        ]

    def _published(self, x: str, output: str, path: str, *, stride: int = 1, relu: bool = False) -> str:
        kernel, bias = self._weights[path]
        if relu:
            return self._conv(x, output, kernel, bias, stride=stride, relu=True)
        return self._leaky_conv(x, output, kernel, bias, stride=stride)

    def _leaky_conv(self, x: str, output: str, kernel: np.ndarray, bias: np.ndarray, *, stride: int = 1) -> str:
        return self._add("leaky", (self._conv(x, f"{output}_c", kernel, bias, stride=stride),), output)

    def _conv(  # noqa: PLR0913 - the fields of a convolution
        self, x: str, output: str, kernel: np.ndarray, bias: np.ndarray, *, stride: int = 1, relu: bool = False
    ) -> str:
        depthwise = kernel.shape[1] == 1 and kernel.shape[0] > 1 and kernel.shape[2] > 1
        step = Step(
            kind="depthwise" if depthwise else "conv",
            inputs=(x,),
            output=output,
            kernel=kernel.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1)),
            bias=bias,
            stride=stride,
            activation="relu" if relu else "none",
            # The published network pads one pixel on each side; TFLite's SAME would pad only behind.
            padding="one" if stride > 1 else "same",
        )
        self._steps.append(step)
        return output

    def _add(self, kind: Literal["leaky", "add", "concat", "double"], inputs: tuple[str, ...], output: str) -> str:
        self._steps.append(Step(kind=kind, inputs=inputs, output=output))
        return output
