"""Run by test_models.py in a mount namespace of its own: fetch onto a disk that is too small."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from device.core.errors import FetchError
from device.models.fetch import fetch
from device.models.manifest import Manifest, Model, Package
from device.models.registry import Registry


class Silent:
    def start(self, what: str, size_bytes: int) -> None: ...
    def reached(self, done_bytes: int) -> None: ...
    def end(self) -> None: ...


def main(disk: Path, stick: Path) -> None:
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        sys.exit("cannot mount a disk")
    (disk / "model.bin").write_bytes(b"old")
    content = bytes(400_000)
    (stick / "model.bin").write_bytes(content)
    package = Package(name="p", version="1", wheel="p.whl", sha256="", size_bytes=0)
    model = Model(
        name="model",
        file="model.bin",
        purpose="fills the disk",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        licence="CC0-1.0",
        card="",
        package=package,
        member="model.bin",
    )
    registry = Registry(manifest=Manifest(models={"model": model}, packages={}, shipped=disk), folder=disk)
    try:
        fetch(registry, [model], source=stick, progress=Silent())
    except FetchError as error:
        print(error)
    print((disk / "model.bin").read_text())
    print([path.name for path in disk.iterdir() if path.name != ".lock"])


main(Path(sys.argv[1]), Path(sys.argv[2]))
