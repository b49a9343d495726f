"""The real command, run as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VOXFRAME = Path(sys.executable).with_name("voxframe")


def voxframe(
    *arguments: str | bytes | Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run `voxframe` with these arguments, in `folder`, behind the command `before`, and wait for its end."""
    return subprocess.run(
        [*before, VOXFRAME, *arguments],
        cwd=folder,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def records(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """What `--json` printed, an object a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]
