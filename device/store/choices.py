"""What a person set at run time, in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.store import sql

if TYPE_CHECKING:
    from device.store.database import Database


class SqliteChoices:
    """The choices; any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """What was chosen last, or None."""
        rows = self._database.rows(sql.CHOSEN, name)
        return str(rows[0][0]) if rows else None

    def set(self, name: str, value: str) -> None:
        """Remember it."""
        with self._database.transaction() as connection:
            connection.execute(sql.CHOOSE, (name, value))
