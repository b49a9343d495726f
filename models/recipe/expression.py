"""The published expression network of face-api as a list of steps: whole, or with one question left.

Four dense blocks of depthwise separable convolutions, after Xception (Chollet, 2016, arXiv 1610.02357), then the mean
over the picture and one layer of classes. The input is a face of 112 x 112, RGB minus `MEAN_RGB`; the division by 255
is folded into the first convolution. A depthwise and a pointwise convolution have nothing between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.recipe.builder import Builder
from models.recipe.network import INPUT, Network

if TYPE_CHECKING:
    from models.recipe.network import Activation
    from models.recipe.tensorflow_js import Arrays

MEMBER = "package/model/face_expression_model-weights_manifest.json"
SIDE = 112
MEAN_RGB = (122.782, 117.001, 104.298)
EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
HAPPY = EXPRESSIONS.index("happy")

FEATURES, LOGITS, PROBABILITIES = "features", "logits", "probabilities"

_BLOCKS = 4
_LEVELS = 255.0


def build(weights: Arrays, *, classes: tuple[np.ndarray, np.ndarray] | None = None) -> Network:
    """The network; its output is a softmax.

    Args:
        weights: As published.
        classes: Another last layer than the published one: kernel (256, classes) and bias.
    """
    return _Builder(weights).network(*(classes or last_layer(weights)))


def last_layer(weights: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """The published one: kernel (256, 7) and bias."""
    return weights["fc/weights"], weights["fc/bias"]


class _Builder(Builder):
    def network(self, kernel: np.ndarray, bias: np.ndarray) -> Network:
        x = INPUT
        for block in range(_BLOCKS):
            x = self._dense(x, block)
        x = self._add("pool", (x,), FEATURES)
        x = self._convolution(x, LOGITS, kernel[None, None], bias)
        x = self._add("softmax", (x,), PROBABILITIES)
        return Network(
            name="face-api expression", side=SIDE, resizable=False, steps=tuple(self._steps), outputs=(PROBABILITIES,)
        )

    def _dense(self, x: str, block: int) -> str:
        """Each convolution gets the sum of all before it in its block."""
        path, name = f"dense{block}/conv", f"d{block}_"
        if block == 0:
            kernel, bias = self._weights[f"{path}0/filters"] / _LEVELS, self._weights[f"{path}0/bias"]
            total = self._convolution(x, f"{name}0", kernel, bias, stride=2, activation="relu")
        else:
            total = self._separable(x, f"{name}0", f"{path}0", stride=2, activation="relu")
        x = total
        for number in range(1, 4):
            made = self._separable(x, f"{name}{number}", f"{path}{number}")
            total = self._add("add", (total, made), f"{name}{number}_sum")
            x = self._add("relu", (total,), f"{name}{number}_out")
        return x

    def _separable(self, x: str, output: str, path: str, *, stride: int = 1, activation: Activation = "none") -> str:
        kernel = self._weights[f"{path}/depthwise_filter"]
        deep = f"{output}_deep"
        self._convolution(x, deep, kernel, np.zeros(kernel.shape[2]), kind="depthwise", stride=stride)
        kernel, bias = self._weights[f"{path}/pointwise_filter"], self._weights[f"{path}/bias"]
        return self._convolution(deep, output, kernel, bias, activation=activation)
