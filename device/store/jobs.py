"""Jobs in SQLite."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from device.core.errors import AlreadyHereError, QueueFullError
from device.core.types import Event, Job, Last
from device.store import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from device.core.ports import Clock
    from device.core.types import JobState, NewJob, Notice, Record, Source
    from device.store.database import Database
    from device.store.outbox import SqliteOutbox

CRASHED = "the process ended {attempts} times while it worked on this photo"
DROPPED = "dropped: more than {most} photos waited"
PHOTOS_DROPPED = "photos dropped"
FORGETTINGS = "forgettings"
ERASURES = "erasures"

PRIORITIES: dict[Source, int] = {"camera": 0, "inbox": 1, "upload": 1, "mqtt": 1, "button": 2}
"""Who is served first: a person who pressed a button, then who sent a photo, then the slideshow."""

KNOWN_JOBS = 500
"""So many jobs that are done, and so many that were set aside, stay known."""

MOST_SET_ASIDE = 50
"""So many photos that were set aside are kept for another try."""

Burst: TypeAlias = Literal["queue", "newest", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What happens to more photos than can be spoken.

    Attributes:
        burst: queue: oldest first, and beyond `most` new ones are refused until there is room. newest: newest first,
            and the oldest is dropped. drop: oldest first, and the oldest is dropped.
        most: How many may wait.
        same_seconds: How long the same bytes count as the same photo and are not taken in again.
    """

    burst: Burst = "queue"
    most: int = 100
    same_seconds: float = 86_400.0


class SqliteJobs:
    """The job store; any thread may call it."""

    def __init__(self, database: Database, *, outbox: SqliteOutbox, policy: Policy, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._policy = policy
        self._clock = clock

    def add(self, new: NewJob, *, adding: Callable[[], None] = lambda: None) -> Job:
        """A new waiting job, on disk when this returns.

        Args:
            new: The photo.
            adding: Called when nobody can see the jobs without this one any more, if it becomes one.

        Raises:
            AlreadyHereError: The same photo was taken in before.
            QueueFullError: As many wait as may, and the policy is to refuse.
        """
        # A file name need not be text; what is no text in it is shown as escapes.
        shown = new.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        now = self._clock.now().timestamp()
        with self._database.transaction() as connection:
            connection.execute(sql.FORGET_SEEN, (now - self._policy.same_seconds,))
            before = connection.execute(sql.FIRST_SEEN, (new.seen_as,)).fetchone()
            if before:
                raise AlreadyHereError(before[0])
            self._make_room(connection)
            row = (str(new.path), shown, new.sha256, new.source, PRIORITIES[new.source])
            job = _job(connection.execute(sql.ADD, row).fetchall()[0])
            connection.execute(sql.SEE, (new.seen_as, job.id, now))
            adding()
        return job

    def check_room(self) -> None:
        """Ask before much is written for nothing.

        Raises:
            QueueFullError: As many wait as may, and the policy is to refuse.
        """
        if self._policy.burst == "queue":
            _refuse_beyond(self._policy.most, self.waiting())

    def claim(self, *, to_look: bool = False) -> Job | None:
        """The waiting job that is next, now `working` and with one more attempt on disk; None where none waits.

        Only one that is still to be looked at, where that is asked for.
        """
        # Asked first, so that who has nothing to do does not write.
        if not self.waiting():
            return None
        with self._database.transaction() as connection:
            claim = sql.CLAIM_NEWEST if self._policy.burst == "newest" else sql.CLAIM_OLDEST
            rows = connection.execute(claim, (to_look,)).fetchall()
        return _job(rows[0]) if rows else None

    def begin(self, job: Job) -> Job:
        """Its speech is about to be heard."""
        return self._changed(job, sql.BEGIN, (job.id,))

    def describe(self, job: Job, record: Record, *, notices: Sequence[Notice] = ()) -> Job:
        """It is described: `record` is what may be published of it."""
        return self._changed(job, sql.DESCRIBE, (_text(record), job.id), notices)

    def finish(self, job: Job, *, record: Record | None = None, notices: Sequence[Notice] = ()) -> None:
        """It is done; `record` where more is known of it by now."""
        with self._database.transaction() as connection:
            known = connection.execute(sql.FINISH, (_text(record), job.id)).rowcount
            connection.execute(sql.PRUNE, {"state": "finished", "most": KNOWN_JOBS})
            self._outbox.post(connection, notices if known else ())

    def fail(self, job: Job, reason: str, *, notices: Sequence[Notice] = ()) -> None:
        """It is set aside, with its reason."""
        with self._database.transaction() as connection:
            known = connection.execute(sql.FAIL, (reason, job.id)).rowcount
            connection.execute(sql.PRUNE, {"state": "failed", "most": KNOWN_JOBS})
            self._outbox.post(connection, notices if known else ())

    def release(self, job: Job) -> None:
        """It waits again, at the stage it had reached, and this attempt is not counted."""
        with self._database.transaction() as connection:
            connection.execute(sql.RELEASE, (job.begun, job.id))

    def recover(self, *, attempts: int) -> tuple[Job, ...]:
        """After a crash: what was `working` waits again, or fails after that many attempts; returns the failed ones."""
        reason = CRASHED.format(attempts=attempts)
        with self._database.transaction() as connection:
            connection.execute(sql.FINISH_HEARD)
            failed = connection.execute(sql.SET_ASIDE_CRASHED, (reason, attempts)).fetchall()
            connection.execute(sql.WAIT_AGAIN)
            jobs = tuple(_job(row) for row in failed)
            self._outbox.post(connection, [_failed(job, "crashed") for job in jobs])
        return jobs

    def waiting(self) -> int:
        """How many jobs wait."""
        ((count,),) = self._database.rows(sql.COUNT_WAITING)
        return int(count)

    def get(self, number: int) -> Job | None:
        """One job, or None where it is not there (any more)."""
        rows = self._database.rows(sql.GET, number)
        return _job(rows[0]) if rows else None

    def needed(self) -> frozenset[Path]:
        """The stored photos of all jobs that are not done, or may be tried again."""
        return frozenset(Path(path) for (path,) in self._database.rows(sql.NEEDED, MOST_SET_ASIDE))

    def paths(self) -> frozenset[Path]:
        """The stored photos of all jobs."""
        return frozenset(Path(path) for (path,) in self._database.rows(sql.PATHS))

    def outdated(self) -> tuple[Job, ...]:
        """The jobs whose photos are there and not needed any more: dropped, or set aside long ago."""
        return tuple(_job(row) for row in self._database.rows(sql.OUTDATED, MOST_SET_ASIDE))

    def let_go(self, job: Job) -> None:
        """Its photo is gone."""
        with self._database.transaction() as connection:
            connection.execute(sql.LET_GO, (job.id,))

    def listed(self, state: JobState | None = None) -> tuple[Job, ...]:
        """The jobs that are known, newest first; of one state where it is named."""
        return tuple(_job(row) for row in self._database.rows(sql.LIST, state))

    def last(self) -> Job | None:
        """The newest job that was described and is not forgotten."""
        rows = self._database.rows(sql.LAST)
        return _job(rows[0]) if rows else None

    def retry(self, number: int) -> Job | None:
        """A job that was set aside waits again, its attempts forgotten; None where there is no such one."""
        with self._database.transaction() as connection:
            rows = connection.execute(sql.RETRY, (number,)).fetchall()
        return _job(rows[0]) if rows else None

    def remove(self, number: int, *, at_work: bool = False) -> Job | None:
        """Forget a job; None where there is no such one, or it is being worked on and this was not asked for."""
        with self._database.transaction() as connection:
            rows = connection.execute(sql.REMOVE, (number, at_work)).fetchall()
            if rows:
                connection.execute(sql.UNSEE, (number,))
        return _job(rows[0]) if rows else None

    def forget(self) -> tuple[Job, ...]:
        """Forget all jobs, what was seen, and what the house was not told yet; return the jobs.

        One that is being worked on goes too: what is done with it from then on is done to nothing, and not told.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(sql.REMOVE_ALL).fetchall()
            for statement in sql.FORGET:
                connection.execute(statement)
            connection.execute(sql.COUNT, (FORGETTINGS, 1))
            self._outbox.post(connection, [Last(record={})])
        return tuple(_job(row) for row in rows)

    def to_erase(self) -> int | None:
        """Which forgetting has left photos that may still be there, or None where none has."""
        rows = self._database.rows(sql.TO_ERASE, FORGETTINGS, ERASURES)
        return int(rows[0][0]) if rows else None

    def erased(self, forgetting: int) -> None:
        """All photos that were to be forgotten by then are gone."""
        with self._database.transaction() as connection:
            connection.execute(sql.CATCH_UP, (ERASURES, forgetting))

    def dropped(self) -> int:
        """How many photos the policy for bursts has dropped, ever."""
        ((count,),) = self._database.rows(sql.COUNTED, PHOTOS_DROPPED)
        return int(count)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        most = self._policy.most
        ((waiting,),) = connection.execute(sql.COUNT_WAITING).fetchall()
        if waiting < most:
            return
        if self._policy.burst == "queue":
            _refuse_beyond(most, waiting)
        for row in connection.execute(sql.OLDEST_WAITING).fetchall():
            job = _job(row)
            connection.execute(sql.FAIL, (DROPPED.format(most=most), job.id))
            connection.execute(sql.COUNT, (PHOTOS_DROPPED, 1))
            self._outbox.post(connection, [_failed(job, "dropped")])

    def _changed(self, job: Job, statement: str, values: tuple[object, ...], notices: Sequence[Notice] = ()) -> Job:
        """The job as it is now; as it was where it was forgotten meanwhile, and then nothing is told of it."""
        with self._database.transaction() as connection:
            rows = connection.execute(statement, values).fetchall()
            self._outbox.post(connection, notices if rows else ())
        return _job(rows[0]) if rows else job


def _refuse_beyond(most: int, waiting: int) -> None:
    if waiting >= most:
        raise QueueFullError(f"{waiting} photos wait already; bring this one again later")


def _text(record: Record | None) -> str | None:
    return None if record is None else json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _failed(job: Job, reason: str) -> Event:
    return Event(event_type="failed", fields={"photo": job.id, "reason": reason})


def _job(row: tuple[Any, ...]) -> Job:
    number, path, name, sha256, state, attempts, reason, source, _, record, begun = row
    return Job(
        id=number,
        path=Path(path),
        name=name,
        sha256=sha256,
        state=state,
        attempts=attempts,
        reason=reason,
        source=source,
        record=json.loads(record) if record else None,
        begun=bool(begun),
    )
