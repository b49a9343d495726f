"""MoveNet Lightning, the pose of one person, as a list of steps, with two changes that leave what it computes as it is.

The network: Google, MoveNet SinglePose Lightning version 4: MobileNetV2 (Sandler et al., 2018, arXiv 1801.04381) with
a feature pyramid, and the heads of CenterNet (Zhou et al., 2019, arXiv 1904.07850).

- The input is scaled by whoever runs the file: it takes RGB / 127.5 - 1. Folded into the first convolution, the scaling
  would make its weights numbers that float16 does not hold, and a joint in a hundred would fall into another cell.
- Four maps come out, before any sigmoid: where the person is, where their joints are from there, where each joint is,
  and how far from the middle of its cell. Choosing among the cells is left to whoever runs the file.

It was published in float16, and float16 holds it here: nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from models.recipe.builder import MOBILENET_ADDING, MOBILENET_BLOCKS, MOBILENET_HALVING, Builder
from models.recipe.network import INPUT, Network

if TYPE_CHECKING:
    from models.recipe.network import Activation
    from models.recipe.tensorflow_js import Arrays

MEMBER = "package/models/movenet-lightning.json"
SIDE = 192

CENTRE, REGRESSED, HEAT, OFFSET = "centre", "regressed", "heat", "offset"

_SIDEWAYS = {9: "conv2d_1", 5: "conv2d_2", 2: "conv2d_3"}
"""The blocks whose sums go into the pyramid, from the coarsest on, and the convolutions on their way."""

_HEADS = (
    (CENTRE, "center_0", 3, 4),
    (REGRESSED, "kpt_regress_0", 5, 6),
    (HEAT, "kpt_heatmap_0", 4, 5),
    (OFFSET, "kpt_offset_0", 6, 7),
)
_ROOT = "StatefulPartitionedCall/"
_PYRAMID = f"{_ROOT}center_net_mobile_net_v2fpn_feature_extractor/model_1/"
_BODY = f"{_PYRAMID}model/"


def build(weights: Arrays) -> Network:
    """The network; its outputs are the four maps, 48 x 48 cells each."""
    return _Builder(weights).network()


class _Builder(Builder):
    def network(self) -> Network:
        x = self._pyramid()
        for name, path, hidden, last in _HEADS:
            deep = f"{_ROOT}{path}/separable_conv2d_{hidden}/"
            y = self._plain_depthwise(x, f"{name}_deep", f"{deep}separable_conv2d/ReadVariableOp")
            kernel = self._weights[f"{deep}separable_conv2d/ReadVariableOp_1"]
            bias = self._weights[f"{deep}BiasAdd/ReadVariableOp"]
            y = self._convolution(y, f"{name}_wide", kernel, bias, activation="relu")
            self._biased(y, name, f"{_ROOT}{path}/conv2d_{last}/")
        return Network(
            name="MoveNet Lightning",
            side=SIDE,
            resizable=False,
            steps=tuple(self._steps),
            outputs=tuple(name for name, *_ in _HEADS),
        )

    def _pyramid(self) -> str:
        x, sideways = self._body()
        x = self._biased(x, "top", f"{_PYRAMID}conv2d/")
        for number, (block, beside) in enumerate(_SIDEWAYS.items()):
            x = self._add("smooth", (x,), f"p{number}_double")
            side = self._biased(sideways[block], f"p{number}_side", f"{_PYRAMID}{beside}/")
            x = self._add("add", (x, side), f"p{number}_sum")
            path = f"{_PYRAMID}separable_conv2d{f'_{number}' if number else ''}/separable_conv2d"
            x = self._plain_depthwise(x, f"p{number}_deep", f"{path}/ReadVariableOp")
            kernel, bias = self._weights[f"{path}_weights"], self._weights[f"{path}_bn_offset"]
            x = self._convolution(x, f"p{number}", kernel, bias, activation="relu")
        return x

    def _body(self) -> tuple[str, dict[int, str]]:
        """MobileNetV2: its last picture, and the sums that go into the pyramid."""
        sums: dict[int, str] = {}
        kernel = self._weights[f"{_BODY}Conv1/Conv2D_weights"]
        bias = self._weights[f"{_BODY}Conv1/Conv2D_bn_offset"]
        x = self._convolution(INPUT, "first", kernel, bias, stride=2, activation="relu6")
        for block in range(MOBILENET_BLOCKS):
            before, path, name = x, f"{_BODY}{f'block_{block}' if block else 'expanded_conv'}_", f"b{block}_"
            if block:
                x = self._normed(x, f"{name}wide", f"{path}expand/Conv2D", activation="relu6")
            stride = 2 if block in MOBILENET_HALVING else 1
            x = self._normed(x, f"{name}deep", f"{path}depthwise/depthwise", stride=stride, activation="relu6")
            x = self._normed(x, f"{name}out", f"{path}project/Conv2D")
            if block in MOBILENET_ADDING:
                x = self._add("add", (before, x), f"{name}sum")
                sums[block] = x
        return self._normed(x, "last", f"{_BODY}Conv_1/Conv2D", activation="relu6"), sums

    def _normed(self, x: str, output: str, path: str, *, stride: int = 1, activation: Activation = "none") -> str:
        """A convolution into which its batch norm was folded when it was published."""
        kernel, bias = self._weights[f"{path}_weights"], self._weights[f"{path}_bn_offset"]
        kind: Literal["conv", "depthwise"] = "depthwise" if path.endswith("depthwise") else "conv"
        return self._convolution(x, output, kernel, bias, kind=kind, stride=stride, activation=activation)

    def _biased(self, x: str, output: str, path: str) -> str:
        kernel, bias = self._weights[f"{path}Conv2D/ReadVariableOp"], self._weights[f"{path}BiasAdd/ReadVariableOp"]
        return self._convolution(x, output, kernel, bias)

    def _plain_depthwise(self, x: str, output: str, path: str) -> str:
        kernel = self._weights[path]
        return self._convolution(x, output, kernel, np.zeros(kernel.shape[2]), kind="depthwise")
