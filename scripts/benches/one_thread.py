"""Run a module as `python -m` does, with onnxruntime on one thread, where the module leaves that to onnxruntime.

It would take a thread for each core, whatever cores the process may use. Threads wait for one another in a busy loop,
so that two of them need twice the CPU time for the same sound: a peer would look slower than it is.
usage: python -m scripts.benches.one_thread MODULE ARGUMENT...
"""

from __future__ import annotations

import runpy
import sys
from typing import Any

import onnxruntime

Options = onnxruntime.SessionOptions


def _one_thread() -> Any:  # noqa: ANN401 - the package has no types
    options = Options()
    options.intra_op_num_threads = 1
    return options


if __name__ == "__main__":
    onnxruntime.SessionOptions = _one_thread
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
