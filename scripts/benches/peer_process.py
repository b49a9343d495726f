"""The parent's end of the process in which peers run that need packages of their own."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.labels import Rectangle

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venvs" / "bench-mediapipe"


class AbsentError(Exception):
    """The peers cannot be run here; the message says why."""


class PeerProcess:
    """`scripts.benches.detector_peers` in its environment: one request a line, one answer a line.

    Raises:
        AbsentError: Its environment is not there, or it does not start.
    """

    def __init__(self, *, photos: Path, yunet: Path, threads: int) -> None:
        python = ENVIRONMENT / "bin" / "python"
        if not python.is_file():
            raise AbsentError(f"MediaPipe, Haar and OpenCV 4: {ENVIRONMENT.name} is not set up; see scripts/bench")
        # A file, not a pipe: nobody reads what MediaPipe logs unless the process ends early.
        self._log = photos / "peers.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, "-m", "scripts.benches.detector_peers", photos, yunet, str(threads)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.names: list[str] = self._read()

    def maker(self, name: str) -> Callable[[], Callable[[int], tuple[float, list[Rectangle]]]]:
        """Makes the peer anew, and gives what looks at the photo of a number."""

        def make() -> Callable[[int], tuple[float, list[Rectangle]]]:
            self._ask({"make": name})
            return partial(self._look, name)

        return make

    def _look(self, name: str, photo: int) -> tuple[float, list[Rectangle]]:
        answer = self._ask({"look": name, "photo": photo})
        return answer["ms"], [(x, y, width, height) for x, y, width, height in answer["boxes"]]

    def _ask(self, request: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if self._process.stdin is None:
            raise AbsentError("the peers take no requests")
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Any:  # noqa: ANN401 - JSON
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise AbsentError(f"MediaPipe, Haar and OpenCV 4 ended: {last[0] if last else 'without a word'}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
