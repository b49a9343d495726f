"""Steps, one after another, with the kernels of TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from models.recipe.network import Step

if TYPE_CHECKING:
    import numpy as np

    from models.recipe.network import Activation, Kind
    from models.recipe.tensorflow_js import Arrays

MOBILENET_BLOCKS = 17
MOBILENET_HALVING = {1, 3, 6, 13}
"""Blocks of MobileNetV2 that halve height and width."""

MOBILENET_ADDING = {2, 4, 5, 7, 8, 9, 11, 12, 14, 15}
"""Blocks of MobileNetV2 that end in the sum of what comes in and what they made of it."""


class Builder:
    """Collects the steps of a network from its published weights."""

    def __init__(self, weights: Arrays) -> None:
        self._weights = weights
        self._steps: list[Step] = []

    def _convolution(  # noqa: PLR0913 - the fields of a convolution
        self,
        x: str,
        output: str,
        kernel: np.ndarray,
        bias: np.ndarray,
        *,
        kind: Literal["conv", "depthwise"] = "conv",
        stride: int = 1,
        activation: Activation = "none",
    ) -> str:
        """Kernels come as TensorFlow has them: high, wide, in, out; for depthwise high, wide, channels, 1."""
        step = Step(
            kind=kind,
            inputs=(x,),
            output=output,
            kernel=kernel.transpose((3, 0, 1, 2)),
            bias=bias,
            stride=stride,
            activation=activation,
        )
        self._steps.append(step)
        return output

    def _add(self, kind: Kind, inputs: tuple[str, ...], output: str) -> str:
        self._steps.append(Step(kind=kind, inputs=inputs, output=output))
        return output
