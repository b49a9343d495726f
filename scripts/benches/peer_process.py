"""The parent's end of a process in which peers run that need packages of their own."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".venvs"


class AbsentError(Exception):
    """The peers cannot be run here; the message says why."""


class PeerProcess:
    """A module of `scripts.benches` in an environment of its own: one request a line, one answer a line.

    Attributes:
        greeting: What it said when it was ready.

    Args:
        module: Its name below scripts.benches.
        arguments: What it is started with.
        environment: The name of its environment.
        peers: Who runs there, for a person who misses them.
        log: Where its own words go: a file, not a pipe, because nobody reads them unless it ends early.

    Raises:
        AbsentError: Its environment is not there, or it does not start.
    """

    def __init__(self, module: str, *arguments: str | Path, environment: str, peers: str, log: Path) -> None:
        self._peers = peers
        self._log = log
        with log.open("wb") as words:
            self._process = subprocess.Popen(
                [python_of(environment, peers=peers), "-m", f"scripts.benches.{module}", *arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
            )
        self.greeting = self._read()

    def ask(self, request: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The answer to a request.

        Raises:
            AbsentError: The process has ended.
        """
        if self._process.stdin is None:
            raise AbsentError(f"{self._peers} takes no requests")
        # Where it has ended, the reading says why.
        with suppress(BrokenPipeError):
            print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Any:  # noqa: ANN401 - JSON
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            raise AbsentError(f"{self._peers} ended: {last_words(self._log)}")
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


def python_of(environment: str, *, peers: str) -> Path:
    """The interpreter of an environment.

    Raises:
        AbsentError: It is not there.
    """
    python = ENVIRONMENTS / environment / "bin" / "python"
    if not python.is_file():
        raise AbsentError(f"{peers}: {environment} is not set up; see scripts/bench")
    return python


def last_words(log: Path) -> str:
    """The last line that a process wrote."""
    last: Sequence[str] = log.read_text(errors="replace").strip().splitlines()[-1:]
    return last[0] if last else "without a word"
