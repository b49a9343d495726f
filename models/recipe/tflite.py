"""A network as a TFLite file, float or int8, written straight into the flatbuffer: the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from models.recipe.network import INPUT, Network, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIDE = 640
"""The size that the file names; it is changed at run time."""

LEAK = 0.1
_WEIGHT_LEVELS = 127
_INT32 = 2**31 - 1

_Op = schema.BuiltinOperator
_Options = schema.BuiltinOptions


class Quantity(NamedTuple):
    """How an int8 tensor stands for numbers: (value - zero_point) * scale."""

    scale: float
    zero_point: int


def write(network: Network, quantities: Mapping[str, Quantity] | None = None) -> bytes:
    """The file; int8 where the quantities of all tensors are given, else float."""
    return _Writer(network, quantities).file()


class _Writer:
    def __init__(self, network: Network, quantities: Mapping[str, Quantity] | None) -> None:
        self._network = network
        self._quantities = quantities
        self._channels = network.channels()
        self._graph = schema.SubGraphT()
        self._graph.name, self._graph.tensors, self._graph.operators = "main", [], []
        self._model = schema.ModelT()
        self._model.version, self._model.description = 3, "RetinaFace mobilenet0.25"
        self._model.buffers, self._model.operatorCodes = [schema.BufferT()], []
        self._codes: dict[int, int] = {}
        self._tensors: dict[str, int] = {}
        self._sizes: dict[str, tuple[int, int]] = {INPUT: (SIDE, SIDE)}

    def file(self) -> bytes:
        self._activation(INPUT, SIDE, SIDE, 3)
        borders = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
        self._border = self._tensor("pad", borders.shape, schema.TensorType.INT32, borders)
        write = {
            "conv": self._convolution,
            "depthwise": self._convolution,
            "leaky": self._leaky,
            "add": self._addition,
            "concat": self._concatenation,
            "double": self._doubling,
        }
        for step in self._network.steps:
            write[step.kind](step)
        self._graph.inputs = [self._tensors[INPUT]]
        self._graph.outputs = [self._tensors[name] for name in self._network.outputs]
        self._model.subgraphs = [self._graph]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _convolution(self, step: Step) -> None:
        (name,) = step.inputs
        height, width = self._sizes[name]
        x = self._tensors[name]
        if step.stride > 1:
            # The published network pads one pixel on each side; TFLite's SAME would pad only behind.
            x = self._activation(f"{step.output}_pad", height + 2, width + 2, self._channels[name], like=name)
            self._operator(_Op.PAD, (1, 2), [self._tensors[name], self._border], x, schema.PadOptionsT())
        kernel, bias = self._weights(step)
        output = self._activation(step.output, height // step.stride, width // step.stride)
        depthwise = step.kind == "depthwise"
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding = schema.Padding.VALID if step.stride > 1 else schema.Padding.SAME
        options.strideH = options.strideW = step.stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU if step.relu else 0
        if depthwise:
            options.depthMultiplier = 1
        operator = _Op.DEPTHWISE_CONV_2D if depthwise else _Op.CONV_2D
        self._operator(operator, (1, 3), [x, kernel, bias], output, options)

    def _weights(self, step: Step) -> tuple[int, int]:
        kernel, bias, name = step.kernel, step.bias, step.output
        if self._quantities is None:
            float32 = schema.TensorType.FLOAT32
            return (
                self._tensor(f"{name}_w", kernel.shape, float32, kernel.astype(np.float32)),
                self._tensor(f"{name}_b", bias.shape, float32, bias.astype(np.float32)),
            )
        # One scale a channel, as TFLite's int8 specification asks for; the bias has that of the product.
        axis = 0 if step.kind == "conv" else 3
        others = tuple(each for each in range(4) if each != axis)
        scales = np.maximum(np.abs(kernel).max(others), 1e-12) / _WEIGHT_LEVELS
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        levels = np.clip(np.round(kernel / scales.reshape(shape)), -_WEIGHT_LEVELS, _WEIGHT_LEVELS).astype(np.int8)
        products = self._quantities[step.inputs[0]].scale * scales.astype(np.float32).astype(np.float64)
        biases = np.clip(np.round(bias / products), -_INT32, _INT32).astype(np.int32)
        zeros = np.zeros(len(scales))
        return (
            self._tensor(f"{name}_w", kernel.shape, schema.TensorType.INT8, levels, (scales, zeros, axis)),
            self._tensor(f"{name}_b", bias.shape, schema.TensorType.INT32, biases, (products, zeros, 0)),
        )

    def _leaky(self, step: Step) -> None:
        options = schema.LeakyReluOptionsT()
        options.alpha = LEAK
        self._plain(step, _Op.LEAKY_RELU, options)

    def _addition(self, step: Step) -> None:
        self._plain(step, _Op.ADD, schema.AddOptionsT())

    def _concatenation(self, step: Step) -> None:
        self._plain(step, _Op.CONCATENATION, _concatenated())

    def _plain(self, step: Step, operator: int, options: object) -> None:
        output = self._activation(step.output, *self._sizes[step.inputs[0]])
        self._operator(operator, (1, 2), [self._tensors[name] for name in step.inputs], output, options)

    def _doubling(self, step: Step) -> None:
        (name,) = step.inputs
        height, width = self._sizes[name]
        four = self._activation(f"{step.output}_4", height, width, 4 * self._channels[name], like=name)
        self._operator(_Op.CONCATENATION, (1, 2), [self._tensors[name]] * 4, four, _concatenated())
        output = self._activation(step.output, 2 * height, 2 * width, like=name)
        options = schema.DepthToSpaceOptionsT()
        options.blockSize = 2
        self._operator(_Op.DEPTH_TO_SPACE, (1, 1), [four], output, options)

    def _activation(
        self, name: str, height: int, width: int, channels: int | None = None, *, like: str | None = None
    ) -> int:
        channels = channels or self._channels[name]
        self._sizes[name] = (height, width)
        kind, quantity = schema.TensorType.FLOAT32, None
        if self._quantities is not None:
            scale, zero_point = self._quantities[like or name]
            kind, quantity = schema.TensorType.INT8, (scale, zero_point, 0)
        shape = (1, height, width, channels)
        self._tensors[name] = self._tensor(name, shape, kind, None, quantity, signature=[1, -1, -1, channels])
        return self._tensors[name]

    def _tensor(  # noqa: PLR0913 - the fields of a tensor
        self,
        name: str,
        shape: Sequence[int],
        kind: int,
        data: np.ndarray | None = None,
        quantity: tuple[object, object, int] | None = None,
        *,
        signature: list[int] | None = None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, [int(side) for side in shape], kind, 0
        if signature:
            tensor.shapeSignature = signature
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)
        if quantity is not None:
            scale, zero_point, axis = quantity
            parameters = schema.QuantizationParametersT()
            parameters.scale = np.atleast_1d(np.asarray(scale, np.float32))
            parameters.zeroPoint = np.atleast_1d(np.asarray(zero_point, np.int64))
            parameters.quantizedDimension = axis
            tensor.quantization = parameters
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _operator(
        self, operator: int, versions: tuple[int, int], inputs: list[int], output: int, options: object
    ) -> None:
        """`versions`: which version of the operator the float and the int8 file ask for."""
        if operator not in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode = operator, min(operator, 127)
            code.version = versions[self._quantities is not None]
            self._codes[operator] = len(self._model.operatorCodes)
            self._model.operatorCodes.append(code)
        entry = schema.OperatorT()
        entry.opcodeIndex, entry.inputs, entry.outputs = self._codes[operator], inputs, [output]
        entry.builtinOptions = options
        entry.builtinOptionsType = getattr(_Options, type(options).__name__.removesuffix("T"))
        self._graph.operators.append(entry)


def _concatenated() -> object:
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    return options
