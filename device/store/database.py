"""The database file: opened so that a power cut loses nothing that was committed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from device.core.errors import UsageError
from device.store.sql import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path


def connect(file: Path) -> sqlite3.Connection:
    """Open or make the database and bring its tables up to date.

    The connection may be used by several threads, one at a time; each statement commits by itself.

    Raises:
        UsageError: The file is no database, is of a later version, or cannot be opened.
    """
    try:
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be used ({error}); check its folder and its permissions") from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _migrate(connection, file)
    except UsageError:
        connection.close()
        raise
    except sqlite3.Error as error:
        connection.close()
        raise UsageError(f"{file} cannot be used ({error}); move it away to begin anew") from error
    return connection


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    if done > len(MIGRATIONS):
        raise UsageError(f"{file} is of a later voxframe; update this one, or move the file away")
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        # One transaction with its number: a power cut leaves it done or not begun.
        connection.executescript(f"BEGIN IMMEDIATE; {migration}; PRAGMA user_version = {number}; COMMIT;")
