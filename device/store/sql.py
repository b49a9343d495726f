"""All SQL, in one place.

A job is a row. `attempts` is raised by the claim itself, before any work, so that a photo that kills the process is
counted. What a photo was called is forgotten when its job ends: only then is nothing of a visitor left behind.
"""

from __future__ import annotations

MIGRATIONS = (
    # 1: the jobs. `id` is never used twice (AUTOINCREMENT), for it names files of sound.
    """
    CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'finished', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        reason TEXT
    ) STRICT;
    CREATE INDEX job_by_state ON job (state, id);
    """,
)
"""Each is run once, in order; `user_version` counts those that were. A published one is never changed."""

ADD = "INSERT INTO job (path, name, sha256) VALUES (?, ?, ?) RETURNING *"

CLAIM = """
    UPDATE job SET state = 'working', attempts = attempts + 1
    WHERE id = (SELECT id FROM job WHERE state = 'waiting' ORDER BY id LIMIT 1)
    RETURNING *
"""

FINISH = "UPDATE job SET state = 'finished', name = '' WHERE id = ?"

FAIL = "UPDATE job SET state = 'failed', reason = ?, name = '' WHERE id = ?"

SET_ASIDE_CRASHED = """
    UPDATE job SET state = 'failed', reason = ?, name = ''
    WHERE state = 'working' AND attempts >= ? RETURNING *
"""

WAIT_AGAIN = "UPDATE job SET state = 'waiting' WHERE state = 'working'"

COUNT_WAITING = "SELECT count(*) FROM job WHERE state = 'waiting'"
