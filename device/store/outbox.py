"""What the house is still to be told, in SQLite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from device.core.types import Event, Last, Posted
from device.store import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from device.core.types import Notice
    from device.store.database import Database

EVENTS_DROPPED = "events dropped"


class SqliteOutbox:
    """The outbox; any thread may call it.

    Args:
        database: Where it is.
        most_events: The oldest events go first where there are more; of `last` the newest alone is kept. 0 where
            nobody will ever fetch them.
    """

    def __init__(self, database: Database, *, most_events: int) -> None:
        self._database = database
        self._most_events = most_events
        self._token = database.token

    def put(self, notice: Notice) -> None:
        """Add one that belongs to no job."""
        with self._database.transaction() as connection:
            self.post(connection, [notice])

    def post(self, connection: sqlite3.Connection, notices: Sequence[Notice]) -> None:
        """Add them within a transaction, so that they are there if and only if what they tell of is."""
        if not notices or not self._most_events:
            return
        for notice in notices:
            if isinstance(notice, Last):
                connection.execute(sql.REPLACE_LAST)
            connection.execute(sql.POST, _row(notice))
        dropped = connection.execute(sql.DROP_OLDEST_EVENTS, (self._most_events,)).rowcount
        if dropped:
            connection.execute(sql.COUNT, (EVENTS_DROPPED, dropped))

    def pending(self, *, after: int, most: int) -> tuple[Posted, ...]:
        """The next ones with a number above `after`, in order, at most so many."""
        return tuple(self._posted(*row) for row in self._database.rows(sql.PENDING, after, most))

    def delivered(self, *, up_to: int) -> None:
        """Those up to this number are with the house."""
        with self._database.transaction() as connection:
            connection.execute(sql.DELIVERED, (up_to,))

    def dropped(self) -> int:
        """How many were dropped, ever, because there was no room."""
        ((count,),) = self._database.rows(sql.COUNTED, EVENTS_DROPPED)
        return int(count)

    def _posted(self, number: int, kind: str, body: str) -> Posted:
        fields = json.loads(body)
        notice = Last(record=fields) if kind == "last" else Event(event_type=fields.pop("event_type"), fields=fields)
        return Posted(number=number, id=f"{self._token}-{number}", notice=notice)


def _row(notice: Notice) -> tuple[str, str]:
    if isinstance(notice, Last):
        return "last", _json(notice.record)
    return "event", _json({"event_type": notice.event_type, **notice.fields})


def _json(values: Any) -> str:  # noqa: ANN401 - plain JSON values
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
