"""Memory that goes back to the system: what is taken, and that all goes on afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app import memory
from tests.conftest import ROOT
from tests.locations import registry, voice

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")

MAPS = """\
55f819563000-55f81b932000 rw-p 00000000 00:00 0                          [heap]
7fe1b2000000-7fe1b2100000 r--p 00000000 fe:00 11 /lib/a library.so
7fe1b2100000-7fe1b2300000 r-xp 00100000 fe:00 11 /lib/a library.so
7fe1b2300000-7fe1b2310000 r--p 00300000 fe:00 11 /lib/a library.so
7fe1b2310000-7fe1b2320000 rw-p 00310000 fe:00 11 /lib/a library.so
7fe1b2320000-7fe1b2330000 rwxp 00310000 fe:00 11 /lib/patched.so
7fe1b2330000-7fe1b2340000 r-xp 00000000 00:00 0
7ffc7f3d1000-7ffc7f3d3000 r-xp 00000000 00:00 0                          [vdso]
"""

HEAPS = """
import ctypes, sys, threading
from device.app.memory import one_heap
if sys.argv[1] == "one":
    one_heap()
threads = [threading.Thread(target=lambda: kept.append(bytes(50_000))) for _ in range(3)]
kept = []
for each in threads:
    each.start()
for each in threads:
    each.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
output = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, output)
library.fflush(output)
"""


@pytest.mark.parametrize("asked", ["one", "many"])
def test_threads_share_one_heap_where_that_is_asked_for(asked: str) -> None:
    told = subprocess.run([sys.executable, "-c", HEAPS, asked], capture_output=True, check=True, cwd=ROOT)
    assert (told.stdout.count(b"<heap nr=") == 1) == (asked == "one")


def test_only_what_is_run_and_never_written_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = tmp_path / "maps"
    maps.write_text(MAPS)
    monkeypatch.setattr(memory, "MAPS", maps)
    assert list(memory.text()) == [(0x7FE1B2100000, 0x200000)]


def test_text_is_given_back_and_runs_again() -> None:
    (np.ones((50, 50)) @ np.ones((50, 50))).sum()
    before = sum(_resident())
    memory.give_back()
    assert sum(_resident()) < before / 2
    assert (np.ones((50, 50)) @ np.ones((50, 50))).sum() == 125_000


def _resident() -> Iterator[int]:
    """Of all text from files."""
    is_text = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, value, *rest = line.split()
        if not first.endswith(":"):
            is_text = value == "r-xp" and any(each.startswith("/") for each in rest)
        elif first == "Rss:" and is_text:
            yield int(value)


def test_who_looks_does_not_load_what_speaks_or_what_reads_heif() -> None:
    registry().path("face-mesh")
    voice()
    look = (
        "import sys; from device.app.settings import Settings; from device.app.wiring import Wiring; "
        "Wiring(Settings()).describer(); print({'onnxruntime', 'pillow_heif'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout == "set()\n"
