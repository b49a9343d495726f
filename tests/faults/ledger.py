"""What became of the photos: collected from the state folder while the daemon is dead, for what it forgets later."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.photos import title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.faults.photos import SmallPhoto

DATABASE = "voxframe.db"
JOBS = "SELECT id, sha256, state, attempts, reason, record, path, begun FROM job"


@dataclass(frozen=True, slots=True)
class Row:
    """A job, as it was seen last; `begun` is its speech, on paper."""

    sha256: str
    state: str
    attempts: int
    reason: str | None
    text: str | None
    path: str
    begun: bool


class Ledger:
    """All that was seen of all jobs.

    Attributes:
        rows: The jobs by number; one that was forgotten stays as it was.
        trouble: What must never be, in words.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self.rows: dict[int, Row] = {}
        self.trouble: list[str] = []

    def read(self) -> dict[int, Row]:
        """Look at a copy of the database: SQLite would mend the real one, which the daemon is to do itself."""
        with tempfile.TemporaryDirectory() as folder:
            for name in (DATABASE, f"{DATABASE}-wal"):
                if (self._state / name).exists():
                    shutil.copy(self._state / name, folder)
            with closing(sqlite3.connect(Path(folder) / DATABASE)) as connection:
                ((sound,),) = connection.execute("PRAGMA integrity_check").fetchall()
                if sound != "ok":
                    self.trouble.append(f"integrity_check says {sound}")
                tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'job'").fetchall()
                found = connection.execute(JOBS).fetchall() if tables else []
        now = {
            number: Row(sha256, state, attempts, reason, _text(record), path, bool(begun))
            for number, sha256, state, attempts, reason, record, path, begun in found
        }
        self.rows |= now
        return now

    def unsettled(self) -> int:
        """How many jobs were neither finished nor set aside when they were seen last."""
        return sum(row.state in {"waiting", "working"} for row in self.rows.values())

    def settled(self) -> set[str]:
        """The photos that are done."""
        return {row.sha256 for row in self.rows.values() if row.state in {"finished", "failed"}}

    def lost(self, brought: Iterable[str]) -> set[str]:
        """Which of these photos have no job."""
        return set(brought) - {row.sha256 for row in self.rows.values()}

    def photos_without_need(self) -> set[str]:
        """The files that no job needs."""
        needed = {row.path for row in self.rows.values() if row.state != "finished"}
        return {str(path) for path in (self._state / "photos").iterdir()} - needed

    def audit(self, brought: Mapping[str, SmallPhoto]) -> None:
        """What is not so once all is done, beside what was lost; put into `trouble`."""
        jobs = defaultdict(list)
        for number, row in self.rows.items():
            jobs[row.sha256].append((number, row))
        for sha256, photo in brought.items():
            here = jobs.get(sha256, [])
            if len(here) != 1:
                self.trouble.append(f"{photo.title} has {len(here)} jobs")
            for number, row in here:
                self._audit_one(number, row, photo)

    def _audit_one(self, number: int, row: Row, photo: SmallPhoto) -> None:
        if row.state == "finished" and row.text and row.text.startswith(title_of(photo.data)):
            return
        if row.state == "failed" and row.reason:
            return
        self.trouble.append(f"{photo.title} is left {row.state} as job {number}: {row.text}, {row.reason}")


@dataclass(frozen=True, slots=True)
class Heard:
    """How often the speech of a photo began and was over, by its sha256."""

    begun: Counter[str]
    completed: Counter[str]

    @property
    def twice(self) -> set[str]:
        """What began again after it had begun."""
        return {sha256 for counts in (self.begun, self.completed) for sha256, count in counts.items() if count > 1}


def heard(log: Path) -> Heard:
    """Read what the player wrote down."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return Heard(
        begun=Counter(line[1] for line in lines if line[0] == "begun"),
        completed=Counter(line[1] for line in lines if line[0] == "completed"),
    )


def _text(record: str | None) -> str | None:
    return " ".join(each["text"] for each in json.loads(record)["narration"]) if record else None
