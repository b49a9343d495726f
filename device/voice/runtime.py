"""onnxruntime, one thread, quiet on the network."""

from __future__ import annotations

import os

# It must be set before the first import: later builds than the pinned one look up a telemetry host.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from typing import TYPE_CHECKING

import onnxruntime

from device.core.errors import MissingModelError

if TYPE_CHECKING:
    from pathlib import Path


def session(model: Path) -> onnxruntime.InferenceSession:
    """The model, loaded for one thread and little memory.

    Raises:
        MissingModelError: The file is no model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps what one long sentence needed for ever.
    options.enable_cpu_mem_arena = False
    # In 1.27 the planner behind it takes nine tenths of the loading time.
    options.enable_mem_reuse = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base
        raise MissingModelError(f"{model} is damaged or no voice; fetch it with: voxframe models fetch") from error
