"""The database: opened so that a power cut loses nothing that was committed, and changed in transactions alone."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from device.core.errors import StoreError, StoreFullError, UsageError
from device.store.sql import MIGRATIONS, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_MILLIS = 10_000
"""How long a command line beside a daemon waits for it, and the other way round."""

BUSY_AGAIN_SECONDS = 0.02

PAGE_BYTES = 1024
"""Of a new database. Whole pages are written, and each photo changes a little in some twenty of them: small ones spare
the card."""


def connect(file: Path) -> sqlite3.Connection:
    """Open or make the database file.

    Raises:
        UsageError: It cannot be opened.
    """
    try:
        return sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be used ({error}); check its folder and its permissions") from error


class Database:
    """A database with its tables up to date; any thread may use it, one at a time.

    Raises:
        UsageError: It is no database, is of a later version, or cannot be written.
    """

    def __init__(self, connection: sqlite3.Connection, *, name: str) -> None:
        self._connection = connection
        # A lock that may not be taken twice: a transaction within another would commit half of it.
        self._lock = threading.Lock()
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLIS}")
            # Without effect where the database is there already.
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            self._migrate(name)
        except UsageError:
            connection.close()
            raise
        except sqlite3.Error as error:
            connection.close()
            raise UsageError(f"{name} cannot be used ({error}); move it away to begin anew") from error

    @property
    def token(self) -> str:
        """The name of this store, the same as long as it lives; no other has it."""
        ((token,),) = self.rows(TOKEN)
        return str(token)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done within is on disk when it is left, or, where it is left by an error, nothing.

        Raises:
            StoreFullError: The disk is full.
            StoreError: The disk fails.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise _told(error) from error
            except BaseException:
                self._roll_back()
                raise

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a SELECT finds.

        Raises:
            StoreError: The disk fails.
        """
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise _told(error) from error

    def close(self) -> None:
        """Close it; it may be called twice."""
        with self._lock:
            self._connection.close()

    def _roll_back(self) -> None:
        # SQLite itself may have rolled back: a full disk does that.
        if self._connection.in_transaction:
            # That this fails too is not what went wrong.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _migrate(self, name: str) -> None:
        (done,) = self._connection.execute("PRAGMA user_version").fetchone()
        if done == len(MIGRATIONS):
            return
        with self.transaction() as connection:
            # Read again: another process may have been first. One transaction: a power cut leaves all done or nothing.
            (done,) = connection.execute("PRAGMA user_version").fetchone()
            if done > len(MIGRATIONS):
                raise UsageError(f"{name} is of a later voxframe; update this one, or move the file away")
            for migration in MIGRATIONS[done:]:
                for statement in migration.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Write ahead; where several open a new database at once, SQLite does not wait by itself for who does this."""
    end = time.monotonic() + BUSY_MILLIS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(BUSY_AGAIN_SECONDS)
        else:
            return


def _told(error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF == sqlite3.SQLITE_FULL:
        return StoreFullError("the disk of the state folder is full; make room, then it goes on by itself")
    return StoreError(f"the state folder fails ({error}); check its disk")
