"""SSDLite with MobileNetV2 on COCO, as a list of steps, with four changes that leave what it computes as it is.

The networks: Sandler et al., MobileNetV2, 2018 (arXiv 1801.04381); Liu et al., SSD, 2015 (arXiv 1512.02325).

- Batch norms are folded into the convolutions before them, and the scaling of the input (RGB / 127.5 - 1) into the
  first one: the float file takes RGB minus 127.5. The int8 file takes RGB minus 128, which an int8 tensor holds
  exactly; the half step between the two is put into the first bias.
- The outputs of the six grids are not joined: each keeps a scale of its own.
- Of the 91 class outputs those for the background and for the ten numbers that COCO never used are left out.
- Anchors and decoding are left to whoever runs the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from models.recipe.builder import MOBILENET_ADDING, MOBILENET_BLOCKS, MOBILENET_HALVING, Builder
from models.recipe.network import INPUT, Network

if TYPE_CHECKING:
    from models.recipe.network import Activation
    from models.recipe.tensorflow_js import Arrays

MEMBER = "package/models/coco-ssd/model.json"
SIDE = 300
MIDDLE = 127.5
HALF_STEP = 0.5

CLASSES = 91
UNUSED = (0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""The background, and the numbers that no COCO class has."""

_FIRST_GRID = 13
"""The block whose widened picture the first grid looks at."""

_EXTRA = ((2, 256, 512), (3, 128, 256), (4, 128, 256), (5, 64, 128))
_EPSILON = 0.001
_BODY = "FeatureExtractor/MobilenetV2/"


def build(weights: Arrays, *, input_offset: float = 0.0) -> Network:
    """The network; outputs cls0 box0 cls1 ... from the finest grid to the coarsest.

    Args:
        weights: As published.
        input_offset: What is missing in the input, in steps of RGB: `HALF_STEP` for RGB minus 128.
    """
    return _Builder(weights, input_offset).network()


class _Builder(Builder):
    def __init__(self, weights: Arrays, input_offset: float) -> None:
        super().__init__(weights)
        self._offset = input_offset

    def network(self) -> Network:
        outputs: list[str] = []
        for level, grid in enumerate(self._grids()):
            outputs.extend((self._predictor(grid, level, "Class"), self._predictor(grid, level, "Box")))
        steps = tuple(self._steps)
        return Network(name="SSDLite MobileNetV2 COCO", side=SIDE, resizable=False, steps=steps, outputs=tuple(outputs))

    def _grids(self) -> list[str]:
        kernel = self._weights[f"{_BODY}Conv/Conv2D/merged_input"] / MIDDLE
        bias = self._weights[f"{_BODY}Conv/BatchNorm/batchnorm/sub"] + kernel.sum((0, 1, 2)) * self._offset
        x = self._convolution(INPUT, "first", kernel, bias, stride=2, activation="relu6")
        grids = []
        for block in range(MOBILENET_BLOCKS):
            before, path, name = x, f"{_BODY}expanded_conv{f'_{block}' if block else ''}/", f"b{block}_"
            if block:
                x = self._published(x, f"{name}wide", f"{path}expand/")
            if block == _FIRST_GRID:
                grids.append(x)
            x = self._depthwise(x, f"{name}deep", f"{path}depthwise/", stride=2 if block in MOBILENET_HALVING else 1)
            x = self._published(x, f"{name}out", f"{path}project/", activation="none")
            if block in MOBILENET_ADDING:
                x = self._add("add", (before, x), f"{name}sum")
        x = self._published(x, "last", f"{_BODY}Conv_1/")
        grids.append(x)
        for number, narrow, wide in _EXTRA:
            x = self._published(x, f"e{number}_in", f"{_BODY}layer_19_1_Conv2d_{number}_1x1_{narrow}/")
            path = f"{_BODY}layer_19_2_Conv2d_{number}_3x3_s2_{wide}"
            x = self._depthwise(x, f"e{number}_deep", f"{path}_depthwise/", stride=2)
            x = self._published(x, f"e{number}_out", f"{path}/")
            grids.append(x)
        return grids

    def _predictor(self, grid: str, level: int, what: Literal["Class", "Box"]) -> str:
        end, name = ("Predictor", f"cls{level}") if what == "Class" else ("EncodingPredictor", f"box{level}")
        path = f"BoxPredictor_{level}/{what}{end}"
        norm = {
            each: self._weights[f"{path}_depthwise/BatchNorm/{each}"]
            for each in ("gamma", "beta", "moving_mean", "moving_variance")
        }
        scale = norm["gamma"] / np.sqrt(norm["moving_variance"] + _EPSILON)
        kernel = self._weights[f"{path}_depthwise/depthwise_weights"] * scale[:, None]
        bias = norm["beta"] - norm["moving_mean"] * scale
        x = self._convolution(grid, f"{name}_deep", kernel, bias, kind="depthwise", activation="relu6")
        kernel, bias = self._weights[f"{path}/weights"], self._weights[f"{path}/biases"]
        if what == "Class":
            kept = np.flatnonzero(~np.isin(np.arange(len(bias)) % CLASSES, UNUSED))
            kernel, bias = kernel[..., kept], bias[kept]
        return self._convolution(x, name, kernel, bias)

    def _published(self, x: str, output: str, path: str, *, activation: Activation = "relu6") -> str:
        kernel = self._weights[f"{path}Conv2D/merged_input"]
        return self._convolution(
            x, output, kernel, self._weights[f"{path}BatchNorm/batchnorm/sub"], activation=activation
        )

    def _depthwise(self, x: str, output: str, path: str, *, stride: int) -> str:
        kernel = self._weights[f"{path}depthwise_weights"] * self._weights[f"{path}BatchNorm/batchnorm/mul"][:, None]
        bias = self._weights[f"{path}BatchNorm/batchnorm/sub"]
        return self._convolution(x, output, kernel, bias, kind="depthwise", stride=stride, activation="relu6")
