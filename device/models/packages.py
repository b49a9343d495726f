"""Packages of the Python registry, fetched by name and version through pip."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from device.core.errors import FetchError
from device.models.hashing import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from device.models.manifest import Package
    from device.models.progress import Progress

TRIES = 5
"""How often pip takes up a download again that was cut."""

_PROGRESS = re.compile(r"Progress (\d+) of \d+")


def download(package: Package, folder: Path, progress: Progress) -> Path:
    """The package's wheel, in `folder`, its hash checked.

    Raises:
        FetchError: No network, a wrong hash, a full disk, or no pip.
    """
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    # Into the same file system: /tmp of a small device lives in its memory.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"),
        *("--no-input", "--require-hashes", "--progress-bar", "raw", "--resume-retries", str(TRIES)),
        *("--requirement", str(wanted), "--dest", str(folder)),
    ]
    progress.start(f"{package.name} {package.version}", package.size_bytes)
    try:
        said = _run(command, environment, progress)
    finally:
        progress.end()
    wheel = folder / package.wheel
    if said is not None or not wheel.is_file():
        raise FetchError(_reason(package, said or ""))
    if sha256_of(wheel) != package.sha256:
        raise FetchError(_wrong_hash(package))
    return wheel


def _run(command: list[str], environment: dict[str, str], progress: Progress) -> str | None:
    """None where it went well, else all that pip said."""
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - every word of it is ours
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            if done := _PROGRESS.match(line):
                progress.reached(int(done[1]))
            else:
                lines.append(line)
    return "".join(lines) if pip.returncode else None


def _reason(package: Package, said: str) -> str:
    what = f"{package.name} {package.version} could not be fetched"
    if "No space left" in said or "Disk quota" in said:
        return f"{what}: the disk is full; free {package.size_bytes / 1e6:.0f} MB and try again"
    if "DO NOT MATCH THE HASHES" in said:
        return _wrong_hash(package)
    if "No module named pip" in said:
        return f"{what}: this Python has no pip; install it, or use: voxframe models fetch --from FOLDER"
    if "no such option" in said or "invalid choice" in said:
        return f"{what}: this Python's pip is too old; mend it with: {sys.executable} -m pip install --upgrade pip"
    if "CERTIFICATE" in said.upper():
        return f"{what}: the network's certificate is not trusted; set PIP_CERT to the file of its authority"
    return f"{what}: no network, or the package registry cannot be reached; use: voxframe models fetch --from FOLDER"


def _wrong_hash(package: Package) -> str:
    return f"{package.wheel} has a wrong hash and was thrown away; try again, and do not trust this source if it lasts"
