"""onnxruntime, one thread, quiet on the network."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

# It must be set before the first import: later builds than the pinned one look up a telemetry host.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from typing import TYPE_CHECKING

import onnxruntime

from device.core.errors import MissingModelError

if TYPE_CHECKING:
    from pathlib import Path

VERSION: str = onnxruntime.__version__


def options(*, optimised: bool = False) -> onnxruntime.SessionOptions:
    """One thread and little memory; `optimised` for a file that was written by the runtime after its own work on it."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    # The arena keeps what one long sentence needed for ever.
    settings.enable_cpu_mem_arena = False
    # In 1.27 the planner behind it takes nine tenths of the loading time.
    settings.enable_mem_reuse = False
    settings.log_severity_level = 3
    if optimised:
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return settings


def session(model: Path, *, optimised: bool = False) -> onnxruntime.InferenceSession:
    """The model, loaded for one thread and little memory.

    Raises:
        MissingModelError: The file is no model.
    """
    try:
        return onnxruntime.InferenceSession(
            str(model), options(optimised=optimised), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no common base
        raise MissingModelError(f"{model} is damaged or no voice; fetch it with: voxframe models fetch") from error


def optimise(model: Path, written: Path) -> None:
    """Write the model as the runtime would have it on this processor, its weights in a file beside it."""
    settings = options()
    settings.optimized_model_filepath = str(written)
    for name, value in (
        ("session.optimized_model_external_initializers_file_name", f"{written.stem}.weights"),
        ("session.optimized_model_external_initializers_min_size_in_bytes", "1024"),
    ):
        settings.add_session_config_entry(name, value)
    onnxruntime.InferenceSession(str(model), settings, providers=["CPUExecutionProvider"])


def trim() -> None:
    """Give back to the system what the C library keeps of memory that is free."""
    # Only the GNU C library has it, which is that of Raspberry Pi OS.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
