"""An exported graph, made smaller and closer to those of published voices; it computes the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnx

if TYPE_CHECKING:
    import numpy.typing as npt

EVERYTHING = 2**63 - 1
"""The end of a slice that has none."""


def without_empty_slices(graph: onnx.GraphProto) -> None:
    """Slices from the first to the last are left out."""
    constants = [node for node in graph.node if node.op_type == "Constant"]
    values = {node.output[0]: onnx.numpy_helper.to_array(node.attribute[0].t) for node in constants}
    values |= {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    same_as: dict[str, str] = {}
    nodes = []
    for node in graph.node:
        node.input[:] = [same_as.get(name, name) for name in node.input]
        borders = [values[name].item() for name in node.input[1:3] if name in values and values[name].size == 1]
        if node.op_type == "Slice" and borders == [0, EVERYTHING]:
            same_as[node.output[0]] = node.input[0]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def shorten(graph: onnx.GraphProto) -> None:
    """Each constant once, and numbers as names: half of the file, and nothing that can be found by its name."""
    names = {each.name: each.name for each in [*graph.input, *graph.output]}
    known: dict[tuple[int, tuple[int, ...], bytes], str] = {}
    constants, nodes = [], []

    def keep(array: npt.NDArray[Any], name: str) -> None:
        tensor = onnx.numpy_helper.from_array(array)
        key = tensor.data_type, tuple(tensor.dims), tensor.raw_data
        if key not in known:
            known[key] = tensor.name = str(len(names))
            constants.append(tensor)
        names[name] = known[key]

    for tensor in graph.initializer:
        keep(onnx.numpy_helper.to_array(tensor), tensor.name)
    for node in graph.node:
        if node.op_type == "Constant":
            keep(onnx.numpy_helper.to_array(node.attribute[0].t), node.output[0])
            continue
        node.ClearField("name")
        node.ClearField("doc_string")
        node.input[:] = [name and names[name] for name in node.input]
        node.output[:] = [names.setdefault(name, str(len(names))) for name in node.output]
        nodes.append(node)
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants)
