"""The test of the tester: bugs are planted in the daemon, and the worlds have to find them.

`python -m tests.simulation.plant [NAME...] [--seeds N]` applies each patch of `planted/` to a copy of the device, runs
worlds until one of them fails, and lists what nobody noticed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted"
SEEDS = 500
TIMEOUT_SECONDS = 3600


def names() -> list[str]:
    """The planted bugs."""
    return sorted(patch.stem for patch in PLANTED.glob("*.patch"))


def found(name: str, *, seeds: int) -> str | None:
    """What the worlds say of this bug, in a line; None where none of so many notices it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("device", "tests", "models", "pyproject.toml"):
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.onnx", "photos"))
            else:
                shutil.copy(source, copy / part)
        # It takes nothing that only resembles: a patch that fits no more must be made anew, and not land elsewhere.
        subprocess.run(["git", "apply", PLANTED / f"{name}.patch"], cwd=copy, check=True)
        done = subprocess.run(
            [sys.executable, "-m", "tests.simulation.run", "--seeds", str(seeds), "--jobs", "1", "--first-failure"],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("found: ")]
    if not lines:
        raise RuntimeError(f"{name}: no world could be run: {done.stderr.strip()[-1000:]}")
    return lines[-1].removeprefix("found: ")


def main() -> int:
    """Say of each bug whether it was found; the status is 1 where one was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone; all where none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="so many worlds for each")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many bugs side by side")
    options = parser.parse_args()
    wanted = options.names or names()
    survived = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for name, what in zip(wanted, pool.map(partial(found, seeds=options.seeds), wanted), strict=True):
            print(f"{name}: {what or 'NOT FOUND'}", flush=True)
            if what is None:
                survived.append(name)
    print(f"{len(wanted) - len(survived)} of {len(wanted)} planted bugs were found in {options.seeds} worlds each")
    if survived:
        print(f"not found: {', '.join(survived)}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
