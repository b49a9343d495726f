"""A TFLite file put together tensor by tensor, operator by operator: the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

if TYPE_CHECKING:
    from collections.abc import Sequence

_Options = schema.BuiltinOptions

_DATA_TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
}


class ModelFile:
    """A file with one graph; tensors go by their numbers."""

    def __init__(self, name: str) -> None:
        self._graph = schema.SubGraphT()
        self._graph.name, self._graph.tensors, self._graph.operators = "main", [], []
        self._model = schema.ModelT()
        self._model.version, self._model.description = 3, name
        self._model.buffers, self._model.operatorCodes = [schema.BufferT()], []
        self._codes: dict[int, int] = {}

    def constant(self, name: str, data: np.ndarray, quantity: tuple[object, object, int] | None = None) -> int:
        """A tensor that the file holds; quantity: scales, zero points, and the axis along which they run."""
        tensor = self._tensor(name, data.shape, _DATA_TYPES[data.dtype], quantity)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        tensor.buffer = len(self._model.buffers)
        self._model.buffers.append(buffer)
        return self._added(tensor)

    def value(
        self,
        name: str,
        shape: Sequence[int],
        dtype: type[np.generic] = np.float32,
        quantity: tuple[object, object, int] | None = None,
        *,
        resizable: bool = False,
    ) -> int:
        """A tensor that is computed; a resizable one has any height and width."""
        tensor = self._tensor(name, shape, _DATA_TYPES[np.dtype(dtype)], quantity)
        if resizable:
            tensor.shapeSignature = [shape[0], -1, -1, shape[3]]
        return self._added(tensor)

    def operator(self, kind: int, version: int, inputs: list[int], output: int, options: object) -> None:
        """One step of the computation; its version is what the file asks of the runtime."""
        if kind not in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode, code.version = kind, min(kind, 127), version
            self._codes[kind] = len(self._model.operatorCodes)
            self._model.operatorCodes.append(code)
        entry = schema.OperatorT()
        entry.opcodeIndex, entry.inputs, entry.outputs = self._codes[kind], inputs, [output]
        if options is not None:
            entry.builtinOptions = options
            entry.builtinOptionsType = getattr(_Options, type(options).__name__.removesuffix("T"))
        self._graph.operators.append(entry)

    def finish(self, inputs: list[int], outputs: list[int]) -> bytes:
        """The bytes of the file."""
        self._graph.inputs, self._graph.outputs = inputs, outputs
        self._model.subgraphs = [self._graph]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _tensor(
        self, name: str, shape: Sequence[int], kind: int, quantity: tuple[object, object, int] | None
    ) -> schema.TensorT:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, [int(side) for side in shape], kind, 0
        if quantity is not None:
            scale, zero_point, axis = quantity
            parameters = schema.QuantizationParametersT()
            parameters.scale = np.atleast_1d(np.asarray(scale, np.float32))
            parameters.zeroPoint = np.atleast_1d(np.asarray(zero_point, np.int64))
            parameters.quantizedDimension = axis
            tensor.quantization = parameters
        return tensor

    def _added(self, tensor: schema.TensorT) -> int:
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1
