"""A photo of the largest size that is allowed stays within what a small device has."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.command import VOXFRAME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MOST_KILOBYTES = 400_000
RUN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""
"""A small process between: the peak of a child counts what its parent held when it was started."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PNG with alpha", "PNG of 16 bits", "WEBP"])
def test_fifty_megapixels_take_less_than_400_megabytes(tmp_path: Path, kind: str) -> None:
    grey = np.linspace(0, 255, 8160).astype(np.uint8)[None].repeat(6120, 0)
    if kind == "PNG of 16 bits":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        picture = Image.merge("RGB", [Image.fromarray(grey)] * 3)
    if kind == "PNG with alpha":
        picture.putalpha(128)
    path = tmp_path / "large"
    picture.save(path, kind.split(maxsplit=1)[0], **({"compress_level": 1} if "PNG" in kind else {}))
    done = subprocess.run(
        [sys.executable, "-c", RUN, VOXFRAME, "describe", "--json", path], capture_output=True, check=True
    )
    assert b'"faces": []' in done.stdout
    assert int(done.stderr) < MOST_KILOBYTES
