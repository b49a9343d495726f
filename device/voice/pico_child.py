"""SVOX Pico in a process of its own, run by its path: a line of JSON in, the length of the samples and the samples out.

Native code that hangs cannot be interrupted from Python, and holds its lock: here the system ends it. Nothing but the
standard library and py_nanotts is loaded.
"""

from __future__ import annotations

import ctypes
import json
import signal
import sys
from importlib import import_module

SENTENCE_SECONDS = 30.0
"""A sentence takes a hundredth of this on a slow device; after it the system ends this process."""

FAILED = 0xFFFFFFFF
"""In place of a length."""

_M_MMAP_THRESHOLD = -3


def main() -> None:
    """Answer until the input ends."""
    # Pico reads memory that it never wrote; from fresh pages it reads zeros, so that a text always sounds the same.
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 20)
    pico = import_module("py_nanotts").NanoTTS()
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, SENTENCE_SECONDS)
        try:
            pcm = pico.speak(**json.loads(line))
            answer = len(pcm).to_bytes(4, "little") + pcm
        except RuntimeError:
            answer = FAILED.to_bytes(4, "little")
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
