"""Bugs that may be planted into the daemon, to see that they are found."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from unittest.mock import patch

from device.core.types import Job
from device.store.database import Database
from device.store.jobs import SqliteJobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from device.core.types import NewJob

LATER_SECONDS = 0.1


def _no_sync_of_photos() -> None:
    patch("device.store.files.SystemFile.sync").start()


def _no_sync_of_folders() -> None:
    patch("device.store.files.SystemFiles.sync_folder").start()


def _no_sync_of_jobs() -> None:
    real = Database.__init__

    def careless(self: Database, connection: Connection, *, name: str) -> None:
        real(self, connection, name=name)
        connection.execute("PRAGMA synchronous = NORMAL")

    patch.object(Database, "__init__", careless).start()


def _no_note_of_speeches() -> None:
    patch.object(SqliteJobs, "begin", lambda _, job: job).start()


def _no_note_before_the_answer() -> None:
    """The job is stored a little later, as by somebody who finds that waiting for the disk is slow."""
    real = SqliteJobs.add

    def later(self: SqliteJobs, new: NewJob) -> Job:
        threading.Timer(LATER_SECONDS, real, (self, new)).start()
        return Job(id=1, path=new.path, name=new.name, sha256=new.sha256, state="waiting", attempts=0, reason=None)

    patch.object(SqliteJobs, "add", later).start()


PLANTS: dict[str, Callable[[], None]] = {
    "photos are not synced": _no_sync_of_photos,
    "folders are not synced": _no_sync_of_folders,
    "jobs are not synced": _no_sync_of_jobs,
    "speeches are not noted": _no_note_of_speeches,
    "jobs are stored later": _no_note_before_the_answer,
}
