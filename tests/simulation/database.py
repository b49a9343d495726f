"""SQLite itself, in memory; what was committed outlives the process.

A life's connection is dropped without a word, as a process is: what it had begun and not committed is rolled back, and
the next life begins with what is left. The SQL, the constraints and the transactions are thus the real ones.

What this cannot show: recovery from a WAL (SQLite in memory has none, `PRAGMA journal_mode = WAL` is ignored), a torn
page or checkpoint, two connections at once (a command line beside the daemon), a lock that is waited for. One thing of
the WAL is modelled: with `synchronous` below FULL a power cut takes the last commits.
"""

from __future__ import annotations

import re
import sqlite3
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random
    from typing import Self

    from tests.simulation.life import Life

T = TypeVar("T")

UNSAFE_COMMITS = 3
"""So many of the last commits a power cut may take where they were not synced."""

_COMMITS = re.compile(r"\s*(COMMIT|END)\b", re.IGNORECASE)
_BEGINS = re.compile(r"\s*BEGIN\b", re.IGNORECASE)
_ROLLS_BACK = re.compile(r"\s*ROLLBACK\b", re.IGNORECASE)
_DEFINES = re.compile(r"\s*(CREATE|ALTER|DROP|PRAGMA\s+user_version\s*=)", re.IGNORECASE)
_SYNCHRONOUS = re.compile(r"\s*PRAGMA\s+(?:\w+\.)?synchronous\s*=\s*(\w+)", re.IGNORECASE)
_SAFE = frozenset({"FULL", "EXTRA", "2", "3"})


def nothing() -> None:
    """What happens around a commit where nobody planned more."""


class SimDatabase:
    """The database file, and the disk that it is on.

    Attributes:
        full: Whether the disk is: what writes fails, at the statement or at its COMMIT; some rolls back by itself.
        failing: Whether the disk is broken: every statement fails.
        commits: How many there were.
        on_statement: Told of each statement that is about to be run.
    """

    def __init__(self) -> None:
        self.full = False
        self.failing = False
        self.commits = 0
        self.on_statement: Callable[[str], None] = lambda _sql: None
        self._image = b""
        self._unsafe: deque[bytes] = deque(maxlen=UNSAFE_COMMITS + 1)
        self._connection: SimConnection | None = None
        # Reads what is there between two lives.
        self._reader: sqlite3.Connection | None = None

    def open(
        self,
        life: Life,
        random: Random,
        *,
        before_commit: Callable[[], None] = nothing,
        after_commit: Callable[[], None] = nothing,
    ) -> SimConnection:
        """A connection for a life; one at a time: that of the life before is dropped, as `kill` does.

        Args:
            life: Whose it is: each statement checks it.
            random: Chance.
            before_commit: Called before each COMMIT; where it raises PowerCut, nothing is committed.
            after_commit: Called after it; where it raises PowerCut, it is committed and nobody knows.
        """
        self.kill()
        self._stop_reading()
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, factory=SimConnection)
        if self._image:
            connection.deserialize(self._image)
        connection.serve(self, life, random, before_commit=before_commit, after_commit=after_commit)
        self._connection = connection
        return connection

    @property
    def image(self) -> bytes:
        """What is committed, as the bytes of a database file. It cannot be had within a transaction."""
        if self._connection is not None:
            assert not self._connection.in_transaction, "what is committed cannot be read within a transaction"
            # SQLite has no bytes for a database that is still empty.
            ((pages,),) = sqlite3.Cursor(self._connection).execute("PRAGMA page_count").fetchall()
            self._image = self._connection.serialize() if pages else b""
        return self._image

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a SELECT finds in what is committed, for the oracle: no life is asked, and nothing fails."""
        if self._connection is not None:
            assert not self._connection.in_transaction, "what is committed cannot be read within a transaction"
            return sqlite3.Cursor(self._connection).execute(statement, values).fetchall()
        if self._reader is None:
            self._reader = sqlite3.connect(":memory:")
            if self._image:
                self._reader.deserialize(self._image)
        return self._reader.execute(statement, values).fetchall()

    def kill(self) -> None:
        """The process is gone: what was committed stays."""
        if self._connection is not None:
            self._connection.close()
        self._unsafe.clear()

    def crash(self, random: Random) -> None:
        """The power is cut: what was committed stays, but for the last commits where they were not synced."""
        may_be_left = list(self._unsafe)
        self.kill()
        if may_be_left:
            self._image = random.choice(may_be_left)
            self._stop_reading()

    def close(self) -> None:
        """Nobody looks any more."""
        self.kill()
        self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def committed(self, *, synced: bool) -> None:
        """Called by the connection when something was, and when what comes is not synced any more."""
        if synced:
            self._unsafe.clear()
        else:
            self._unsafe.append(self.image)

    def closed(self) -> None:
        """Called by the connection before it is."""
        self._image, self._connection = self.image, None


class SimConnection(sqlite3.Connection):
    """The connection of a life; it waits for nothing, so that nobody else runs within a transaction."""

    def serve(
        self,
        database: SimDatabase,
        life: Life,
        random: Random,
        *,
        before_commit: Callable[[], None],
        after_commit: Callable[[], None],
    ) -> None:
        """Begin to belong to a life."""
        self._database: SimDatabase | None = database
        self._life = life
        self._random = random
        self._before_commit = before_commit
        self._after_commit = after_commit
        self._synced = True
        self._changes_before = 0
        self._defines = False

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or SimCursor)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().execute(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().executemany(sql, parameters)
        return cursor

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().executescript(sql_script)
        return cursor

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def close(self) -> None:
        """What was begun is rolled back; the dead may do that too, as it changes nothing."""
        if self._database is None:
            return
        if self.in_transaction:
            sqlite3.Cursor(self).execute("ROLLBACK")
        self._database.closed()
        self._database = None
        super().close()

    def run(self, sql: str, statement: Callable[[], T], *, script: bool = False) -> T:
        """Run it, with all that may happen to it."""
        self._life.check()
        database = self._database
        if database is None:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        database.on_statement(sql)
        # SQLite ends a transaction also where it tells that as a failure.
        result = statement() if _ROLLS_BACK.match(sql) else None
        if database.failing:
            raise _error("disk I/O error", sqlite3.SQLITE_IOERR)
        if result is not None:
            return result
        if _BEGINS.match(sql):
            self._changes_before, self._defines = self.total_changes, False
        self._defines = self._defines or bool(_DEFINES.match(sql))
        if script or _COMMITS.match(sql):
            return self._commit(database, statement, script=script)
        changes = self.total_changes
        result = statement()
        if self.total_changes != changes:
            assert self.in_transaction, f"a write outside a transaction: {sql}"
            if database.full and self._random.random() < 0.5:
                raise self._full()
        if found := _SYNCHRONOUS.match(sql):
            self._synced = found[1].upper() in _SAFE
            database.committed(synced=self._synced)
        return result

    def _commit(self, database: SimDatabase, statement: Callable[[], T], *, script: bool) -> T:
        writes = script or self._defines or self.total_changes != self._changes_before
        if writes and database.full:
            raise self._full()
        self._plan(self._before_commit)
        result = statement()
        database.commits += 1
        database.committed(synced=self._synced)
        self._plan(self._after_commit)
        return result

    def _plan(self, plan: Callable[[], None]) -> None:
        try:
            plan()
        except PowerCut:
            self._life.end()
            raise
        self._life.check()

    def _full(self) -> sqlite3.Error:
        # SQLite may roll back by itself, or leave that to whoever asked.
        if self.in_transaction and self._random.random() < 0.5:
            sqlite3.Cursor(self).execute("ROLLBACK")
        return _error("database or disk is full", sqlite3.SQLITE_FULL)


class SimCursor(sqlite3.Cursor):
    """All statements pass here."""

    connection: SimConnection

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        return self.connection.run(sql, lambda: super(SimCursor, self).execute(sql, parameters))

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        return self.connection.run(sql, lambda: super(SimCursor, self).executemany(sql, parameters))

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        return self.connection.run(sql_script, lambda: super(SimCursor, self).executescript(sql_script), script=True)


def _error(message: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error
