"""The stream with its frames as a picture of one row: onnxruntime is faster at convolutions in two dimensions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import helper, numpy_helper

from device.voice.surgery.graph import attributes, keep_plan

if TYPE_CHECKING:
    from onnx import NodeProto

    from device.voice.plan import StreamPlan

_COLUMNS = "planar_columns"
_THREE = 3


def planar(model: onnx.ModelProto, plan: StreamPlan) -> tuple[onnx.ModelProto, StreamPlan]:
    """The same stream over [1, C, 1, n] in place of [1, C, n]."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    lifting = _Lifting(result)
    for node in result.graph.node:
        lifting.node(node)
    result.graph.initializer.append(numpy_helper.from_array(np.array([_THREE]), _COLUMNS))
    for value in (*result.graph.input, *result.graph.output):
        shape = [each.dim_value or each.dim_param for each in value.type.tensor_type.shape.dim]
        if len(shape) == _THREE:
            kind = value.type.tensor_type.elem_type
            value.CopyFrom(helper.make_tensor_value_info(value.name, kind, [*shape[:2], 1, shape[2]]))
    plan = replace(plan, planar=True)
    del result.metadata_props[:]
    keep_plan(result, plan)
    return result, plan


class _Lifting:
    def __init__(self, model: onnx.ModelProto) -> None:
        self._tensors = {each.name: each for each in model.graph.initializer}
        self._lifted: set[str] = set()

    def node(self, node: NodeProto) -> None:
        given = attributes(node)
        if node.op_type in ("Conv", "ConvTranspose"):
            self._lift(node.input[1])
            left, right = given.get("pads", [0, 0])
            _put(
                node,
                kernel_shape=[1, *given["kernel_shape"]],
                dilations=[1, *given.get("dilations", [1])],
                strides=[1, *given.get("strides", [1])],
                pads=[0, left, 0, right],
            )
        elif node.op_type == "Concat" and given["axis"] == 2:  # noqa: PLR2004 - the columns of [1, C, n]
            _put(node, axis=_THREE)
        elif node.op_type == "Shape":
            _put(node, start=_THREE)
        elif node.op_type == "Slice":
            if self._axis(node) == 2:  # noqa: PLR2004
                node.input[3] = _COLUMNS
            if node.input[0] in self._tensors:
                self._lift(node.input[0])

    def _axis(self, node: NodeProto) -> int:
        return int(numpy_helper.to_array(self._tensors[node.input[3]]).ravel()[0])

    def _lift(self, name: str) -> None:
        if name not in self._lifted:
            self._lifted.add(name)
            self._tensors[name].dims.insert(2, 1)


def _put(node: NodeProto, **values: object) -> None:
    kept = [each for each in node.attribute if each.name not in values]
    del node.attribute[:]
    node.attribute.extend([*kept, *(helper.make_attribute(name, value) for name, value in values.items())])
