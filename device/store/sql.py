"""All SQL, in one place.

A job is a row. `attempts` is raised by the claim itself, before any work, so that a photo that kills the process is
counted. How far it came is in `record` (it is described) and `begun` (its speech has begun), so that a restart goes on
from there. What a photo was called is forgotten when its job is done: only then is nothing of a visitor left behind.

`seen` says which photos were taken in, so that none is taken in twice. `outbox` holds what the house is still to be
told. `choice` holds what a person set at run time. `count` holds what was dropped, how often all was to be forgotten,
and how often its photos were: a crash may come between the two. `identity` holds the name of this store.
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
    # 2: stages, priorities, what was seen before, what the house is to be told, what a person chose.
    """
    ALTER TABLE job ADD COLUMN source TEXT NOT NULL DEFAULT 'camera';
    ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN record TEXT;
    ALTER TABLE job ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE seen (
        name TEXT PRIMARY KEY,
        job INTEGER NOT NULL,
        at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_by_age ON seen (at);
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('event', 'last')),
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE choice (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE count (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE identity (
        token TEXT NOT NULL
    ) STRICT;
    INSERT INTO identity (token) VALUES (lower(hex(randomblob(8))));
    """,
)
"""Each is run once, in order; `user_version` counts those that were. A published one is never changed."""

ADD = "INSERT INTO job (path, name, sha256, source, priority) VALUES (?, ?, ?, ?, ?) RETURNING *"

FIRST_SEEN = "SELECT job FROM seen WHERE name = ?"

SEE = "INSERT INTO seen (name, job, at) VALUES (?, ?, ?)"

FORGET_SEEN = "DELETE FROM seen WHERE at < ? AND name LIKE 'sha256:%'"

COUNT_WAITING = "SELECT count(*) FROM job WHERE state = 'waiting'"

OLDEST_WAITING = "SELECT * FROM job WHERE state = 'waiting' AND begun = 0 ORDER BY priority, id LIMIT 1"

_CLAIM = """
    UPDATE job SET state = 'working', attempts = attempts + 1
    WHERE id = (
        SELECT id FROM job WHERE state = 'waiting' AND (record IS NULL OR NOT ?)
        ORDER BY priority DESC, id {order} LIMIT 1
    )
    RETURNING *
"""

CLAIM_OLDEST = _CLAIM.format(order="ASC")

CLAIM_NEWEST = _CLAIM.format(order="DESC")

BEGIN = "UPDATE job SET begun = 1 WHERE id = ? RETURNING *"

DESCRIBE = "UPDATE job SET record = ? WHERE id = ? RETURNING *"

FINISH = "UPDATE job SET state = 'finished', name = '', reason = NULL, record = coalesce(?, record) WHERE id = ?"

FAIL = "UPDATE job SET state = 'failed', reason = ? WHERE id = ?"

RELEASE = """
    UPDATE job SET state = 'waiting', attempts = attempts - 1, begun = ? WHERE id = ? AND state = 'working'
"""

FINISH_HEARD = """
    UPDATE job SET state = 'finished', name = '', reason = NULL
    WHERE state = 'working' AND begun = 1 AND record IS NOT NULL
"""

SET_ASIDE_CRASHED = """
    UPDATE job SET state = 'failed', reason = ?
    WHERE state = 'working' AND attempts >= ? RETURNING *
"""

WAIT_AGAIN = "UPDATE job SET state = 'waiting' WHERE state = 'working'"

GET = "SELECT * FROM job WHERE id = ?"

OUTDATED = """
    SELECT * FROM job WHERE state = 'failed' AND path <> '' AND (reason LIKE 'dropped:%' OR id <= (
        SELECT id FROM job WHERE state = 'failed' ORDER BY id DESC LIMIT 1 OFFSET ?
    ))
"""

NEEDED = """
    SELECT path FROM job WHERE state IN ('waiting', 'working')
    UNION ALL
    SELECT path FROM (SELECT path FROM job WHERE state = 'failed' ORDER BY id DESC LIMIT ?) WHERE path <> ''
"""

PATHS = "SELECT path FROM job WHERE path <> ''"

LET_GO = "UPDATE job SET path = '' WHERE id = ?"

LIST = "SELECT * FROM job WHERE coalesce(state = ?, 1) ORDER BY id DESC"

LAST = "SELECT * FROM job WHERE record IS NOT NULL ORDER BY id DESC LIMIT 1"

RETRY = """
    UPDATE job SET state = 'waiting', attempts = 0, reason = NULL, begun = 0
    WHERE id = ? AND state = 'failed' RETURNING *
"""

REMOVE = "DELETE FROM job WHERE id = ? AND (state <> 'working' OR ?) RETURNING *"

REMOVE_ALL = "DELETE FROM job RETURNING *"

FORGET = ("DELETE FROM seen", "DELETE FROM outbox")

UNSEE = "DELETE FROM seen WHERE job = ?"

PRUNE = """
    DELETE FROM job WHERE state = :state AND id <= (
        SELECT id FROM job WHERE state = :state ORDER BY id DESC LIMIT 1 OFFSET :most
    )
"""

POST = "INSERT INTO outbox (kind, body) VALUES (?, ?)"

REPLACE_LAST = "DELETE FROM outbox WHERE kind = 'last'"

DROP_OLDEST_EVENTS = """
    DELETE FROM outbox WHERE number IN (
        SELECT number FROM outbox WHERE kind = 'event' ORDER BY number DESC LIMIT -1 OFFSET ?
    )
"""

PENDING = "SELECT number, kind, body FROM outbox WHERE number > ? ORDER BY number LIMIT ?"

DELIVERED = "DELETE FROM outbox WHERE number <= ?"

TOKEN = "SELECT token FROM identity"  # noqa: S105 - the name of this store, no secret

COUNT = "INSERT INTO count (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"

TO_ERASE = """
    SELECT value FROM count WHERE name = ? AND value > coalesce((SELECT value FROM count WHERE name = ?), 0)
"""

CATCH_UP = "INSERT INTO count (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

COUNTED = "SELECT coalesce((SELECT value FROM count WHERE name = ?), 0)"

CHOOSE = "INSERT INTO choice (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

CHOSEN = "SELECT value FROM choice WHERE name = ?"
