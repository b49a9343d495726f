"""LiteRT, or tflite-runtime where only that is installed: one network, run at any input size."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from device.core.errors import MissingModelError

try:
    import ai_edge_litert as runtime
    from ai_edge_litert.interpreter import Interpreter

    RUNTIME = "litert"
except ImportError:
    import tflite_runtime as runtime
    from tflite_runtime.interpreter import Interpreter

    RUNTIME = "tflite-runtime"

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

VERSION: str = runtime.__version__


class Network:
    """A TFLite file, loaded. For one thread at a time.

    Outputs come as float32 by their names; `is_int8` says whether the input is int8 rather than float32.
    """

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        try:
            with _quiet():
                self._interpreter: Any = Interpreter(model_path=str(model), num_threads=threads)
        except (ValueError, RuntimeError) as error:
            raise MissingModelError(f"{model} is missing or damaged; fetch it with: voxframe models fetch") from error
        (self._input,) = self._interpreter.get_input_details()
        self._outputs = {each["name"]: each for each in self._interpreter.get_output_details()}
        self._shape: tuple[int, ...] | None = None
        self.is_int8: bool = self._input["dtype"] == np.int8

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(self._outputs)

    def blank(self, shape: tuple[int, ...] | None = None) -> npt.NDArray[Any]:
        """An input of zeros; where no shape is named, of the one that the file was made for."""
        return np.zeros(tuple(self._input["shape"]) if shape is None else shape, self._input["dtype"])

    def run(self, values: npt.NDArray[Any]) -> None:
        """Run on pictures of any size that the network takes; a new size costs an allocation.

        Some files take several pixels of a row as one with more channels: in memory they lie side by side already.
        """
        values = values.reshape((*values.shape[:-2], -1, self._input["shape"][-1]))
        if values.shape != self._shape:
            self._shape = None  # until there is memory for it
            self._interpreter.resize_tensor_input(self._input["index"], values.shape)
            with _quiet():
                self._interpreter.allocate_tensors()
            self._shape = values.shape
        self._interpreter.set_tensor(self._input["index"], values)
        self._interpreter.invoke()

    def raw(self, name: str) -> tuple[npt.NDArray[Any], float, int]:
        """An output as it is, with its scale and zero point: its value is (raw - zero point) * scale."""
        output = self._outputs[name]
        scale, zero_point = output["quantization"]
        return self._interpreter.get_tensor(output["index"]), scale or 1.0, zero_point


_alone = Lock()
"""Two that are quiet at a time would each take the other's silence for what was there before."""


@contextmanager
def _quiet() -> Iterator[None]:
    """The runtime writes a line about its delegate to standard error, past Python; it is of use to nobody here."""
    if sys.stderr is None:  # it was closed before the process began
        yield
        return
    with _alone:
        sys.stderr.flush()
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
