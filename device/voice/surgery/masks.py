"""The encoder without its masks: they tell the sentences of a batch apart, and there is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
from onnx import helper

from device.voice.surgery.graph import Graph, needed

if TYPE_CHECKING:
    from onnx import NodeProto

LENGTHS = "input_lengths"
"""The input of Piper's voices with the lengths of the sentences."""


def without_masks(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model for one sentence a call: `x * mask` is x, and so is `where(mask == 0, anything, x)`."""
    graph = Graph(model)
    dropping = _Dropping(graph)
    kept = [each for node in graph.nodes if (each := dropping.kept(node)) is not None]
    outputs = list(model.graph.output)
    body = needed(kept, [each.name for each in outputs])
    used = {name for node in body for name in node.input}
    inputs = [each for each in model.graph.input if each.name in used]
    held = [tensor for name, tensor in graph.constants.items() if name in used]
    return graph.like(helper.make_graph(body, "encoder", inputs, outputs, held))


class _Dropping:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ones: set[str] = set()
        self._same_as: dict[str, str] = {}
        self._outputs = {each.name for each in graph.model.graph.output}

    def kept(self, node: NodeProto) -> NodeProto | None:
        """The node as it is now, or None where nothing is left of it."""
        inputs = [self._same_as.get(name, name) for name in node.input]
        if node.op_type in ("Cast", "Unsqueeze") and (inputs[0] in self._ones or self._compares(node)):
            self._ones.add(node.output[0])
        elif node.op_type == "Mul" and self._ones.intersection(inputs):
            rest = [name for name in inputs if name not in self._ones]
            if not rest:
                self._ones.add(node.output[0])
            return self._dropped(node, rest[0]) if rest else node
        elif node.op_type == "Where" and self._asks_for_the_mask(inputs[0]):
            return self._dropped(node, inputs[2])
        if inputs == list(node.input):
            return node
        changed = helper.make_node(node.op_type, inputs, list(node.output))
        changed.attribute.extend(node.attribute)
        return changed

    def _dropped(self, node: NodeProto, same: str) -> NodeProto | None:
        if node.output[0] in self._outputs:
            return helper.make_node("Identity", [same], list(node.output))
        self._same_as[node.output[0]] = same
        return None

    def _asks_for_the_mask(self, condition: str) -> bool:
        node = self._graph.maker.get(self._source(condition))
        return node is not None and node.op_type == "Equal" and bool(self._ones.intersection(node.input))

    def _compares(self, node: NodeProto) -> bool:
        """Whether it is made of positions that are less than the length."""
        less = self._graph.maker.get(self._source(node.input[0]))
        if less is None or less.op_type != "Less":
            return False
        positions, length = (self._source(name) for name in less.input)
        counted = self._graph.maker.get(positions)
        return counted is not None and counted.op_type == "Range" and length == LENGTHS

    def _source(self, name: str) -> str:
        while (node := self._graph.maker.get(name)) is not None and node.op_type in ("Cast", "Unsqueeze"):
            name = node.input[0]
        return name
