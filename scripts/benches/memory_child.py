"""Speaks many sentences to nowhere and prints the memory of this process on the way, a stage a line, as JSON.

With voxframe it ends with what becomes of it once the voice was let go, and how soon the voice is back.
usage: python -m scripts.benches.memory_child voxframe|piper MODEL
"""

# Each loads what it needs and nothing of the other.
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.benches.spoken_texts import various

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STAGES = (1, 20, 200)
"""Sentences after which the memory is looked at."""

RETURNS = 7
"""How often the voice is let go and taken back."""


def tell(stage: str, **values: float) -> None:
    """Print the memory in MB: PSS, the anonymous part of it, and the most that was ever resident, shared or not."""
    megabytes = {
        "pss": _kilobytes("/proc/self/smaps_rollup", "Pss:") / 1000,
        "anonymous": _kilobytes("/proc/self/smaps_rollup", "Pss_Anon:") / 1000,
        "peak": _kilobytes("/proc/self/status", "VmHWM:") / 1000,
    }
    print(json.dumps({"stage": stage, **megabytes, **values}), flush=True)


def _kilobytes(file: str, name: str) -> float:
    """The kernel says kB and means 1024 bytes."""
    for line in Path(file).read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1.024
    return float("nan")


def speak(say: Callable[[str], Iterable[object]]) -> None:
    """All sentences, kept by nobody."""
    for number, text in enumerate(various(STAGES[-1]), start=1):
        for _ in say(text):
            pass
        if number in STAGES:
            tell(f"after {number}")


def voxframe() -> None:
    """The voice as it is wired, without eyes."""
    from scripts.benches import voice

    tell("imported")
    synthesiser = voice.wiring().synthesiser()
    tell("loaded")
    speak(lambda text: voice.say(synthesiser, text))
    rest = getattr(synthesiser, "rest", None)
    if rest is None:
        return
    rest()
    tell("let go")
    for text in various(RETURNS):
        warm = _first_chunk(partial(voice.say, synthesiser, text))
        rest()
        back = _first_chunk(partial(voice.say, synthesiser, text))
        tell("back", warm=warm, back=back)


def _first_chunk(say: Callable[[], Iterable[object]]) -> float:
    """Seconds to the first chunk; the rest is taken too."""
    began = time.perf_counter()
    chunks = iter(say())
    next(chunks)
    took = time.perf_counter() - began
    for _ in chunks:
        pass
    return took


def piper(model: str) -> None:
    """The same with Piper as a script uses it."""
    from piper import PiperVoice

    tell("imported")
    voice = PiperVoice.load(model)
    tell("loaded")
    speak(lambda text: (bytes(chunk.audio_int16_bytes) for chunk in voice.synthesize(text)))


if __name__ == "__main__":
    if sys.argv[1] == "voxframe":
        voxframe()
    else:
        piper(sys.argv[2])
