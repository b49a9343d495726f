"""The process that looks at mutated photos, watched: it may die, hang, or leave something behind."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

REAL = "tests.fuzz.child"
HANG_SECONDS = 5.0
START_SECONDS = 120.0
_LAST_WORDS = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a file.

    Attributes:
        outcome: "decoded", "described", "refused: ..." with the code, "died", "hung" or "other error".
        trouble: What must never be, with its traceback; empty where all is well.
        seconds: How long it took.
        peak_bytes: The most memory of the process while it looked.
        spoke: Whether a library wrote to standard error.
    """

    outcome: str
    trouble: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0
    spoke: bool = False


class WatchedChild:
    """A child process in folders of its own; started when it is first asked, and again after its death."""

    def __init__(self, folder: Path, *, module: str = REAL, hang_seconds: float = HANG_SECONDS) -> None:
        self._module = module
        self._hang_seconds = hang_seconds
        self._said = folder / "said"
        self._photo = folder / "photos" / "photo"
        self._photo.parent.mkdir(parents=True)
        # Its working folder, home, temporary folder and state: empty before, empty after.
        self._clean = {name: folder / name for name in ("cwd", "home", "tmp", "state")}
        for each in self._clean.values():
            each.mkdir()
        self._process: subprocess.Popen[str] | None = None
        self._open_files = 0

    def ask(self, data: bytes, *, describe: bool) -> Answer:
        """Look at a file of these bytes; it is gone afterwards."""
        self._photo.write_bytes(data)
        try:
            return self._asked(self._running(), describe=describe)
        finally:
            self._photo.unlink()

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _asked(self, process: subprocess.Popen[str], *, describe: bool) -> Answer:
        assert process.stdin
        said = self._said.stat().st_size
        # Where it is dead already, it died late of the file before: then there is no answer either.
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps({"path": str(self._photo), "describe": describe}) + "\n")
            process.stdin.flush()
        line = self._line(process, self._hang_seconds)
        left = self._left_behind()
        if not line:
            return self._lost(process, left)
        answer: dict[str, Any] = json.loads(line)
        open_files, trouble = answer.pop("open_files"), answer["trouble"]
        # What it opens to stay open, such as a model, comes with the first description.
        if self._open_files and open_files > self._open_files and answer["outcome"] != "described":
            trouble += f"{open_files - self._open_files} files more are open than before\n"
        self._open_files = open_files
        return Answer(**answer | {"trouble": trouble + left, "spoke": self._said.stat().st_size > said})

    def _lost(self, process: subprocess.Popen[str], left: str) -> Answer:
        """It died or hangs: it has no answer."""
        status = process.poll()
        hung = status is None
        self.close()
        words = self._said.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]
        what = f"no answer within {self._hang_seconds:g} s" if hung else f"the process ended with {status}"
        return Answer(outcome="hung" if hung else "died", trouble=f"{what}; it said last:\n{words}\n{left}")

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            with self._said.open("w", encoding="utf-8") as said:
                self._process = subprocess.Popen(
                    [sys.executable, "-W", "error", "-m", self._module],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                    bufsize=1,
                    cwd=self._clean["cwd"],
                    env=self._environment(),
                )
            self._open_files = 0
            if self._line(self._process, START_SECONDS) != "ready\n":
                raise RuntimeError(f"{self._module} does not start:\n{self._said.read_text(encoding='utf-8')}")
        return self._process

    def _environment(self) -> Mapping[str, str]:
        # Without one of its own the checkout's is found, whatever the home folder is.
        named = os.environ.get("VOXFRAME_MODELS")
        return {
            **os.environ,
            **({"VOXFRAME_MODELS": str(Path(named).resolve())} if named else {}),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self._clean["home"]),
            "TMPDIR": str(self._clean["tmp"]),
            "VOXFRAME_STATE": str(self._clean["state"]),
        }

    def _left_behind(self) -> str:
        """What is in the folders that were empty."""
        left = [str(path.relative_to(folder.parent)) for folder in self._clean.values() for path in folder.rglob("*")]
        left += [f"photos/{path.name}" for path in self._photo.parent.iterdir() if path != self._photo]
        for folder in self._clean.values():
            _empty(folder)
        return f"left behind: {', '.join(left)}\n" if left else ""

    @staticmethod
    def _line(process: subprocess.Popen[str], seconds: float) -> str:
        """A line of it; nothing where none comes in time, or where it ended."""
        assert process.stdout
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        line = process.stdout.readline() if ready else ""
        if ready and not line:
            process.wait()
        return line


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
