"""A graph while it is written: nodes in their order, its own constants, and what it asks of the other half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from device.voice.surgery.graph import Graph

END = 2**40
"""Beyond the last column."""


class Draft:
    """The nodes of a stream; what is written twice under one name stands there once.

    Attributes:
        nodes: In the order of computation.
        constants: Those that the original graph does not have.
        static: Tensors of the original graph that have no frame axis: computed by the other half, once a sentence.
    """

    def __init__(self, graph: Graph, *, frames: Container[str]) -> None:
        self._graph = graph
        self._frames = frames
        self._made: set[str] = set()
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}
        self.static: list[str] = []

    def emit(self, operation: str, inputs: Sequence[str], outputs: str | list[str], given: dict[str, Any]) -> str:
        """Write a node; returns its first output."""
        outputs = [outputs] if isinstance(outputs, str) else outputs
        self.static += [name for name in dict.fromkeys(inputs) if self._is_static(name)]
        if outputs[0] not in self._made:
            self.nodes.append(helper.make_node(operation, inputs, outputs, **given))
            self._made.update(outputs)
        return outputs[0]

    def cut(self, name: str, start: int | str, end: int | str, output: str) -> str:
        """Some of the columns of a tensor; a border is a number, or the name of one that is computed."""
        borders = [each if isinstance(each, str) else self.constant([each]) for each in (start, end)]
        return self.emit("Slice", [name, *borders, self.constant([2])], output, {})

    def constant(self, value: object, name: str | None = None) -> str:
        """The name of a constant; a single number gets one that tells it."""
        array = np.asarray(value)
        name = name or f"number_{array.ravel()[0]}"
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def zeros_at_the_end(self, channels: int, columns: int) -> str:
        """So many columns of zeros in the last call, none before."""
        length = self.emit("Mul", ["last", self.constant([columns])], f"length_{columns}", {})
        zeros = self.constant(np.zeros((1, channels, columns), np.float32), f"zeros_{channels}_{columns}")
        return self.cut(zeros, 0, length, f"right_{channels}_{columns}")

    def _is_static(self, name: str) -> bool:
        is_of_the_original = name in self._graph.maker and name not in self._graph.constants
        return is_of_the_original and name not in self._frames and name not in self._made and name not in self.static
