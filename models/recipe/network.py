"""A network as a list of steps: what the writer writes, the calibration measures and the equalisation scales."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

INPUT = "in"

Kind = Literal["conv", "depthwise", "leaky", "relu", "add", "concat", "double", "unfold", "smooth", "pool", "softmax"]

Activation = Literal["none", "relu", "relu6"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; kernels are in TFLite's order: out, high, wide, in; for depthwise 1, high, wide, channels.

    Attributes:
        kind: What it does. `double` doubles height and width, `smooth` does so with interpolation; `unfold` makes a
            square of four pixels from each; `pool` is the mean over the whole picture.
        inputs: The tensors that it reads.
        output: The tensor that it makes.
        kernel: Of a convolution.
        bias: Of a convolution.
        stride: Of a convolution; down and across where they are not the same.
        activation: What follows in the same step.
        padding: Of a convolution. TFLite's and TensorFlow's "same" pads behind where it cannot pad evenly; with a
            stride of 2, networks from elsewhere pad "one" pixel on each side; "before" pads one above and to the left.
    """

    kind: Kind
    inputs: tuple[str, ...]
    output: str
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    stride: int | tuple[int, int] = 1
    activation: Activation = "none"
    padding: Literal["same", "one", "before"] = "same"


@dataclass(frozen=True, kw_only=True)
class Network:
    """The steps in the order in which they run, and the tensors that come out.

    Attributes:
        name: What the file says of itself.
        side: Height and width of the input picture, which has three channels.
        resizable: Whether the size may be changed at run time.
        steps: What is computed.
        outputs: The tensors that come out.
        fold: Pixels of a row that the input holds as one, their channels side by side.
    """

    name: str
    side: int
    resizable: bool
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    fold: int = 1

    def channels(self) -> dict[str, int]:
        """How many channels each tensor has."""
        count = {INPUT: 3 * self.fold}
        for step in self.steps:
            if step.kernel is not None:
                count[step.output] = step.kernel.shape[0 if step.kind == "conv" else -1]
            elif step.kind == "concat":
                count[step.output] = sum(count[name] for name in step.inputs)
            elif step.kind == "unfold":
                count[step.output] = count[step.inputs[0]] // 4
            else:
                count[step.output] = count[step.inputs[0]]
        return count

    def before_leaky(self) -> frozenset[str]:
        """The tensors that only a leaky ReLU reads."""
        return frozenset(step.inputs[0] for step in self.steps if step.kind == "leaky")

    def up_to(self, names: set[str]) -> Network:
        """Only the steps that these tensors need, and these as outputs."""
        needed, steps = set(names), []
        for step in reversed(self.steps):
            if step.output in needed:
                steps.append(step)
                needed |= set(step.inputs)
        steps.reverse()
        # In the order of the steps, not that of a set, which changes from run to run.
        outputs = tuple(step.output for step in steps if step.output in names)
        return replace(self, steps=tuple(steps), outputs=outputs)

    def with_biases(self, added: Mapping[str, np.ndarray]) -> Network:
        """The same with something added to the biases of some convolutions, by the names of their outputs."""
        steps = [
            replace(step, bias=step.bias + added[step.output]) if step.output in added else step for step in self.steps
        ]
        return replace(self, steps=tuple(steps))
