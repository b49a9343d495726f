"""An ONNX graph with the questions that surgery asks of it: who makes a tensor, who uses it, what is constant."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import onnx
from onnx import NodeProto, helper, numpy_helper

from device.core.errors import VoxframeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from device.voice.plan import StreamPlan

Array: TypeAlias = "npt.NDArray[np.generic]"


class UnfitError(VoxframeError):
    """The graph holds something that the surgery does not know; the voice makes whole sentences then."""


class Graph:
    """The graph of a model; `nodes` are in the order of computation."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.nodes = list(model.graph.node)
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}
        for node in self.nodes:
            if node.op_type == "Constant" and (value := attributes(node).get("value")) is not None:
                self.constants[node.output[0]] = numpy_helper.from_array(numpy_helper.to_array(value), node.output[0])
        self.maker: dict[str, NodeProto] = {name: node for node in self.nodes for name in node.output}
        self._users: dict[str, list[NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                self._users[name].append(node)

    @classmethod
    def load(cls, file: Path) -> Graph:
        """The graph of a file."""
        return cls(onnx.load(file))

    @property
    def result(self) -> str:
        """The sound."""
        name: str = self.model.graph.output[0].name
        return name

    def users(self, name: str) -> list[NodeProto]:
        """The nodes that use a tensor."""
        return self._users.get(name, [])

    def array(self, name: str) -> Array:
        """A constant's values.

        Raises:
            UnfitError: It is none.
        """
        if name not in self.constants:
            raise UnfitError(f"{name} is not constant")
        return numpy_helper.to_array(self.constants[name])

    def whole_numbers(self, node: NodeProto, name: str, position: int) -> list[int]:
        """A parameter that is an attribute in one version of an operation and an input in another; empty for none."""
        value = attributes(node).get(name)
        if value is None and position < len(node.input) and node.input[position]:
            value = self.array(node.input[position]).ravel()
        return [] if value is None else [int(each) for each in value]

    def behind(self, name: str, operation: str, through: Sequence[str] | None = None) -> NodeProto:
        """The nearest node of this operation among those that make a tensor, by way of the operations in `through`.

        Raises:
            UnfitError: There is none.
        """
        front, seen = [name], {name}
        while front:
            following: list[str] = []
            for each in front:
                node = self.maker.get(each)
                if node is None:
                    continue
                if node.op_type == operation:
                    return node
                if through is None or node.op_type in through:
                    following.extend(each for each in node.input if each not in seen)
                    seen.update(node.input)
            front = following
        raise UnfitError(f"no {operation} stands behind {name}")

    def part(self, inputs: Iterable[onnx.ValueInfoProto], outputs: Iterable[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """A model of its own: from these inputs, and those of the whole that are needed, to these outputs."""
        outputs, inputs = list(outputs), list(inputs)
        given = {each.name for each in inputs}
        body = needed(self.nodes, [each.name for each in outputs], given)
        used = {name for node in body for name in node.input}
        inputs += [each for each in self.model.graph.input if each.name in used and each.name not in given]
        held = [tensor for name, tensor in self.constants.items() if name in used]
        return self.like(helper.make_graph(body, "part", inputs, outputs, held))

    def like(self, graph: onnx.GraphProto) -> onnx.ModelProto:
        """A model of the same versions with another graph."""
        return helper.make_model(graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version)


def needed(nodes: Sequence[NodeProto], outputs: Iterable[str], given: Iterable[str] = ()) -> list[NodeProto]:
    """Those of the nodes that the outputs need, in their order; what is given is not looked behind."""
    wanted, given, body = set(outputs), set(given), []
    for node in reversed(nodes):
        if node.op_type != "Constant" and (wanted - given) & set(node.output):
            body.append(node)
            wanted.update(node.input)
    return body[::-1]


def attributes(node: NodeProto) -> dict[str, Any]:
    """The attributes of a node by name."""
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def keep_plan(model: onnx.ModelProto, plan: StreamPlan) -> None:
    """Write the plan of a stream into its metadata."""
    helper.set_model_props(model, {"stream": plan.as_json()})


def floats(name: str, *shape: str | int) -> onnx.ValueInfoProto:
    """The description of an input or output of floats."""
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(shape) or None)
