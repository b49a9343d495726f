"""Jobs in SQLite."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from device.core.types import Job
from device.store import sql
from device.store.database import connect

CRASHED = "the process ended {attempts} times while it worked on this photo"


class SqliteJobs:
    """The job store; any thread may call it."""

    def __init__(self, file: Path) -> None:
        self._connection = connect(file)
        self._lock = threading.Lock()

    def add(self, *, path: Path, name: str, sha256: str) -> Job:
        """A new waiting job, on disk when this returns."""
        # A file name need not be text; what is no text in it is shown as escapes.
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        (job,) = self._run(sql.ADD, str(path), shown, sha256)
        return job

    def claim(self) -> Job | None:
        """The oldest waiting job, now `working` and with one more attempt on disk; None where none waits."""
        return next(iter(self._run(sql.CLAIM)), None)

    def finish(self, job: Job) -> None:
        """The job is done."""
        self._run(sql.FINISH, job.id)

    def fail(self, job: Job, reason: str) -> None:
        """The job is set aside, with its reason."""
        self._run(sql.FAIL, reason, job.id)

    def recover(self, *, attempts: int) -> tuple[Job, ...]:
        """After a crash: what was `working` waits again, or fails after that many attempts; returns the failed ones."""
        failed = self._run(sql.SET_ASIDE_CRASHED, CRASHED.format(attempts=attempts), attempts)
        self._run(sql.WAIT_AGAIN)
        return tuple(failed)

    def waiting(self) -> int:
        """How many jobs wait."""
        with self._lock:
            (count,) = self._connection.execute(sql.COUNT_WAITING).fetchone()
        return int(count)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def _run(self, statement: str, *values: object) -> list[Job]:
        with self._lock:
            return [_job(row) for row in self._connection.execute(statement, values).fetchall()]


def _job(row: tuple[Any, ...]) -> Job:
    number, path, name, sha256, state, attempts, reason = row
    return Job(id=number, path=Path(path), name=name, sha256=sha256, state=state, attempts=attempts, reason=reason)
