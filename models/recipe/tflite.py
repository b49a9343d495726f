"""A network as a TFLite file: float, int8, or float with its weights kept in float16."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from models.recipe.flatbuffer import ModelFile
from models.recipe.network import INPUT, Network, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAK = 0.1
_WEIGHT_LEVELS = 127
_INT32 = 2**31 - 1

_Op = schema.BuiltinOperator
_Activation = schema.ActivationFunctionType
_BORDERS = {"one": [1, 1], "before": [1, 0]}
"""Pixels before and behind, in both directions, by the name of a padding that TFLite does not have."""

_ACTIVATIONS = {"none": _Activation.NONE, "relu": _Activation.RELU, "relu6": _Activation.RELU6}


class Quantity(NamedTuple):
    """How an int8 tensor stands for numbers: (value - zero_point) * scale."""

    scale: float
    zero_point: int


def write(network: Network, quantities: Mapping[str, Quantity] | None = None, *, half: bool = False) -> bytes:
    """The file; int8 where the quantities of all tensors are given, else float, its weights in `half` the bytes."""
    return _Writer(network, quantities, half=half).file()


class _Writer:
    def __init__(self, network: Network, quantities: Mapping[str, Quantity] | None, *, half: bool) -> None:
        self._network = network
        self._quantities = quantities
        self._half = half
        self._channels = network.channels()
        self._file = ModelFile(network.name)
        self._tensors: dict[str, int] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._borders: dict[str, int] = {}

    def file(self) -> bytes:
        side = self._network.side
        self._activation(INPUT, side, side // self._network.fold)
        for padding in sorted({step.padding for step in self._network.steps} & _BORDERS.keys()):
            border = [[0, 0], _BORDERS[padding], _BORDERS[padding], [0, 0]]
            self._borders[padding] = self._file.constant(f"pad_{padding}", np.array(border, np.int32))
        write = {
            "conv": self._convolution,
            "depthwise": self._convolution,
            "leaky": self._leaky,
            "relu": self._relu,
            "add": self._addition,
            "concat": self._concatenation,
            "double": self._doubling,
            "unfold": self._unfolding,
            "smooth": self._smoothing,
            "pool": self._pooling,
            "softmax": self._softmax,
        }
        for step in self._network.steps:
            write[step.kind](step)
        return self._file.finish([self._tensors[INPUT]], [self._tensors[name] for name in self._network.outputs])

    def _convolution(self, step: Step) -> None:
        (name,) = step.inputs
        height, width = self._sizes[name]
        x = self._tensors[name]
        if step.padding in _BORDERS:
            border = sum(_BORDERS[step.padding])
            x = self._activation(f"{step.output}_pad", height + border, width + border, self._channels[name], like=name)
            self._operator(_Op.PAD, (1, 2), [self._tensors[name], self._borders[step.padding]], x, schema.PadOptionsT())
        kernel, bias = self._weights(step)
        down, across = step.stride if isinstance(step.stride, tuple) else (step.stride, step.stride)
        output = self._activation(step.output, -(-height // down), -(-width // across))
        depthwise = step.kind == "depthwise"
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding = schema.Padding.VALID if step.padding in _BORDERS else schema.Padding.SAME
        options.strideH, options.strideW = down, across
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = _ACTIVATIONS[step.activation]
        if depthwise:
            options.depthMultiplier = 1
        operator = _Op.DEPTHWISE_CONV_2D if depthwise else _Op.CONV_2D
        self._operator(operator, (1, 3), [x, kernel, bias], output, options)

    def _weights(self, step: Step) -> tuple[int, int]:
        kernel, bias, name = step.kernel, step.bias, step.output
        if self._quantities is None:
            return self._float_weight(f"{name}_w", kernel), self._float_weight(f"{name}_b", bias)
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
            self._file.constant(f"{name}_w", levels, (scales, zeros, axis)),
            self._file.constant(f"{name}_b", biases, (products, zeros, 0)),
        )

    def _float_weight(self, name: str, values: np.ndarray) -> int:
        if not self._half:
            return self._file.constant(name, values.astype(np.float32))
        stored = self._file.constant(f"{name}_half", values.astype(np.float16))
        read = self._file.value(name, values.shape)
        # The runtime undoes the halving once, when it loads the file.
        self._file.operator(_Op.DEQUANTIZE, 3, [stored], read, schema.DequantizeOptionsT())
        return read

    def _leaky(self, step: Step) -> None:
        options = schema.LeakyReluOptionsT()
        options.alpha = LEAK
        self._plain(step, _Op.LEAKY_RELU, options)

    def _relu(self, step: Step) -> None:
        self._plain(step, _Op.RELU, None)

    def _addition(self, step: Step) -> None:
        options = schema.AddOptionsT()
        options.fusedActivationFunction = _ACTIVATIONS[step.activation]
        self._plain(step, _Op.ADD, options)

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
        self._squares(four, self._activation(step.output, 2 * height, 2 * width, like=name))

    def _unfolding(self, step: Step) -> None:
        (name,) = step.inputs
        height, width = self._sizes[name]
        self._squares(self._tensors[name], self._activation(step.output, 2 * height, 2 * width, like=name))

    def _squares(self, deep: int, wide: int) -> None:
        """Each pixel of `deep` becomes a square of four, each with a quarter of its channels."""
        options = schema.DepthToSpaceOptionsT()
        options.blockSize = 2
        self._operator(_Op.DEPTH_TO_SPACE, (1, 1), [deep], wide, options)

    def _smoothing(self, step: Step) -> None:
        (name,) = step.inputs
        height, width = (2 * side for side in self._sizes[name])
        size = self._file.constant(f"{step.output}_size", np.array([height, width], np.int32))
        output = self._activation(step.output, height, width, like=name)
        options = schema.ResizeBilinearOptionsT()
        options.halfPixelCenters = True
        self._operator(_Op.RESIZE_BILINEAR, (3, 3), [self._tensors[name], size], output, options)

    def _pooling(self, step: Step) -> None:
        (name,) = step.inputs
        options = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = self._sizes[name]
        options.strideH = options.strideW = 1
        options.padding = schema.Padding.VALID
        output = self._activation(step.output, 1, 1, like=name)
        self._operator(_Op.AVERAGE_POOL_2D, (1, 2), [self._tensors[name]], output, options)

    def _softmax(self, step: Step) -> None:
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        self._plain(step, _Op.SOFTMAX, options)

    def _activation(
        self, name: str, height: int, width: int, channels: int | None = None, *, like: str | None = None
    ) -> int:
        self._sizes[name] = (height, width)
        shape = (1, height, width, channels or self._channels[name])
        dtype, quantity = np.float32, None
        if self._quantities is not None:
            dtype, quantity = np.int8, (*self._quantities[like or name], 0)
        self._tensors[name] = self._file.value(name, shape, dtype, quantity, resizable=self._network.resizable)
        return self._tensors[name]

    def _operator(
        self, operator: int, versions: tuple[int, int], inputs: list[int], output: int, options: object
    ) -> None:
        """`versions`: which version of the operator the float and the int8 file ask for."""
        self._file.operator(operator, versions[self._quantities is not None], inputs, output, options)


def _concatenated() -> object:
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    return options
