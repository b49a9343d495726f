"""What the stores promise, with real SQLite and real files alone: SQL is never imitated."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from device.app.machine import SystemRandom
from device.core.errors import AlreadyHereError, QueueFullError, StoreError, StoreFullError, UsageError
from device.core.types import Event, Last, NewJob
from device.store import jobs, sql
from device.store.choices import SqliteChoices
from device.store.database import Database, connect
from device.store.files import SystemFiles
from device.store.jobs import Policy, SqliteJobs
from device.store.lock import state_lock
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Job, Notice

DESCRIBED = Event(event_type="described", fields={"text": "I see one person."})
SPOKEN = Event(event_type="spoken", fields={"seconds": 1.5})
LAST = Last(record={"narration": []})

PROCESS = """
import sys
from pathlib import Path
from device.core.types import NewJob
from device.store.database import Database, connect
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from tests.clock import HandClock
database = Database(connect(Path(sys.argv[1])), name="voxframe.db")
jobs = SqliteJobs(database, outbox=SqliteOutbox(database, most_events=9), policy=Policy(), clock=HandClock())
def add(name):
    return jobs.add(NewJob(path=Path(name), name=name, sha256="0", source="inbox", seen_as=name))
"""


class Store:
    """All that is in one database."""

    def __init__(self, file: Path, *, most_events: int = 100, **policy: Any) -> None:
        self.file = file
        self.connection = connect(file)
        self.database = Database(self.connection, name=file.name)
        self.clock = HandClock()
        self.outbox = SqliteOutbox(self.database, most_events=most_events)
        self.jobs = SqliteJobs(self.database, outbox=self.outbox, policy=Policy(**policy), clock=self.clock)
        self.choices = SqliteChoices(self.database)
        self._numbers = itertools.count()

    def add(self, name: str = "a.jpg", **changes: Any) -> Job:
        number = next(self._numbers)
        values: dict[str, Any] = {
            "path": self.file.parent / f"photo {number}",
            "name": name,
            "sha256": "0" * 64,
            "source": "inbox",
            "seen_as": f"sha256:{number}",
        }
        return self.jobs.add(NewJob(**values | changes))

    def claim(self) -> Job:
        job = self.jobs.claim()
        assert job is not None
        return job

    def job(self, number: int) -> Job:
        job = self.jobs.get(number)
        assert job is not None
        return job

    def told(self) -> list[Notice]:
        return [posted.notice for posted in self.outbox.pending(after=0, most=1000)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "voxframe.db"


@contextmanager
def opened(file: Path, **options: Any) -> Iterator[Store]:
    store = Store(file, **options)
    try:
        yield store
    finally:
        store.database.close()


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with opened(file) as one:
        yield one


# Jobs


def test_jobs_are_claimed_oldest_first_each_once(store: Store) -> None:
    first, second = store.add("a.jpg"), store.add("b.jpg")
    assert store.jobs.waiting() == 2
    claimed = [store.jobs.claim(), store.jobs.claim(), store.jobs.claim()]
    assert [job.id if job else None for job in claimed] == [first.id, second.id, None]
    assert store.jobs.waiting() == 0


def test_who_pressed_a_button_is_served_first_then_who_sent_a_photo_then_the_slideshow(store: Store) -> None:
    for source in ("camera", "inbox", "mqtt", "button", "upload", "button"):
        store.add(source=source)
    assert [store.claim().source for _ in range(6)] == ["button", "button", "inbox", "mqtt", "upload", "camera"]


def test_what_was_looked_at_can_be_passed_over(store: Store) -> None:
    for name in ("a.jpg", "b.jpg"):
        store.add(name)
    store.jobs.release(store.jobs.describe(store.claim(), {"narration": []}))
    job = store.jobs.claim(to_look=True)
    assert job
    assert job.id == 2
    assert store.jobs.claim(to_look=True) is None
    assert store.claim().id == 1


def test_an_attempt_is_counted_before_the_work(store: Store) -> None:
    assert store.add().attempts == 0
    job = store.claim()
    assert (job.state, job.attempts) == ("working", 1)
    assert store.job(job.id) == job


def test_two_processes_never_claim_the_same_job(store: Store) -> None:
    for number in range(40):
        store.add(f"{number}.jpg")
    claimed: list[int] = []
    others = [Store(store.file) for _ in range(4)]

    def work(other: Store) -> None:
        while job := other.jobs.claim():
            claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.database.close()
    assert sorted(claimed) == list(range(1, 41))


def test_a_finished_job_is_not_claimed_again_and_forgets_what_its_photo_was_called(store: Store) -> None:
    store.add("grandmother.jpg")
    store.jobs.finish(store.claim())
    assert store.jobs.claim() is None
    assert store.job(1).name == ""
    assert b"grandmother" not in repr(store.connection.execute("SELECT * FROM job").fetchall()).encode()


def test_of_finished_jobs_the_newest_alone_stay_known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KNOWN_JOBS", 3)
    store.add()
    store.jobs.fail(store.claim(), "broken")
    for _ in range(6):
        store.add()
        store.jobs.finish(store.claim())
    assert [job.id for job in store.jobs.listed()] == [7, 6, 5, 1]


def test_a_job_knows_how_far_it_came(store: Store) -> None:
    record = {"narration": [{"text": "größer"}]}
    store.add()
    job = store.claim()
    assert store.jobs.describe(job, record).record == record
    assert store.jobs.begin(job).begun
    store.jobs.finish(job, record={"more": 1})
    assert store.job(job.id).record == {"more": 1}
    assert store.job(job.id).state == "finished"


def test_what_is_finished_without_a_record_keeps_the_one_it_has(store: Store) -> None:
    store.add()
    store.jobs.finish(store.jobs.describe(store.claim(), {"narration": []}))
    assert store.job(1).record == {"narration": []}


def test_release_lets_it_wait_where_it_was_and_does_not_count(store: Store) -> None:
    store.add()
    store.jobs.release(store.jobs.describe(store.claim(), {"narration": []}))
    job = store.job(1)
    assert (job.state, job.attempts, job.record) == ("waiting", 0, {"narration": []})


def test_a_kill_during_work_leaves_the_job_waiting_with_its_attempt_counted(file: Path) -> None:
    code = PROCESS + "add('x'); jobs.claim(); print('claimed', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "claimed\n"
        child.send_signal(signal.SIGKILL)
    with opened(file) as store:
        assert store.jobs.recover(attempts=2) == ()
        assert store.told() == []
        assert store.claim().attempts == 2
        (failed,) = store.jobs.recover(attempts=2)
        assert failed.state == "failed"
        assert failed.reason == "the process ended 2 times while it worked on this photo"
        assert store.jobs.claim() is None
        assert store.told() == [Event(event_type="failed", fields={"photo": 1, "reason": "crashed"})]


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_what_was_described_and_begun_is_done_after_a_crash_however_often_it_was_tried(
    store: Store, attempts: int
) -> None:
    store.add("grandmother.jpg")
    for _ in range(attempts):
        job = store.claim()
        if job.attempts < attempts:
            store.connection.execute("UPDATE job SET state = 'waiting'")
    store.jobs.begin(store.jobs.describe(job, {"narration": []}))
    assert store.jobs.recover(attempts=2) == ()
    assert (store.job(1).state, store.job(1).name) == ("finished", "")


def test_what_waits_or_failed_is_left_by_a_recovery_as_it_is(store: Store) -> None:
    for _ in range(2):
        store.add()
    store.jobs.fail(store.claim(), "broken")
    before = store.jobs.listed()
    store.jobs.recover(attempts=1)
    assert store.jobs.listed() == before


def test_a_retry_forgets_attempts_and_that_it_had_begun_and_keeps_what_was_described(store: Store) -> None:
    store.add()
    store.jobs.fail(store.jobs.begin(store.jobs.describe(store.claim(), {"narration": []})), "no sound")
    job = store.jobs.retry(1)
    assert job is not None
    assert (job.state, job.attempts, job.begun, job.reason) == ("waiting", 0, False, None)
    assert job.record == {"narration": []}
    assert store.claim().id == 1


def test_only_what_failed_can_be_tried_again(store: Store) -> None:
    for _ in range(3):
        store.add()
    store.jobs.finish(store.claim())
    store.claim()
    assert [store.jobs.retry(number) for number in (1, 2, 3, 4)] == [None] * 4
    assert [job.state for job in store.jobs.listed()] == ["waiting", "working", "finished"]


def test_a_job_that_is_removed_is_gone_and_its_photo_may_come_again(store: Store) -> None:
    store.add(seen_as="sha256:x")
    assert store.jobs.remove(1) is not None
    assert store.jobs.get(1) is None
    assert store.jobs.remove(1) is None
    assert store.add(seen_as="sha256:x").id == 2


def test_a_job_that_is_worked_on_is_removed_only_where_that_is_asked_for(store: Store) -> None:
    store.add()
    store.claim()
    assert store.jobs.remove(1) is None
    assert store.jobs.remove(1, at_work=True) is not None
    assert store.jobs.listed() == ()


def test_to_forget_leaves_no_job_nothing_seen_nothing_untold_and_tells_the_house_to_forget(store: Store) -> None:
    for number in range(3):
        store.add(seen_as=f"replay:{number}")
    store.jobs.finish(store.claim(), record={"narration": []}, notices=[LAST, SPOKEN])
    at_work = store.claim()
    assert [job.id for job in store.jobs.forget()] == [1, 2, 3]
    assert store.told() == [Last(record={})]
    assert store.jobs.listed() == ()
    assert store.jobs.last() is None
    store.jobs.describe(at_work, {"narration": []}, notices=[LAST, DESCRIBED])
    store.jobs.begin(at_work)
    store.jobs.fail(at_work, "broken", notices=[SPOKEN])
    store.jobs.finish(at_work, record={"narration": []}, notices=[LAST, SPOKEN])
    store.jobs.release(at_work)
    assert store.jobs.listed() == (), "what is done with it from then on is done to nothing"
    assert store.told() == [Last(record={})]
    assert store.add(seen_as="replay:0").id == 4


def test_what_was_forgotten_is_to_be_erased_until_that_is_done(store: Store) -> None:
    assert store.jobs.to_erase() is None
    store.jobs.forget()
    first = store.jobs.to_erase()
    assert first is not None
    store.jobs.forget()
    # What one has erased is not all that the next one wants erased.
    store.jobs.erased(first)
    second = store.jobs.to_erase()
    assert second is not None
    store.jobs.erased(second)
    assert store.jobs.to_erase() is None


def test_a_job_that_is_being_added_is_seen_by_whoever_asks_after_the_call(store: Store) -> None:
    seen: list[bool] = []

    def adding() -> None:
        # It waits for the transaction, and finds the job.
        asking.start()

    asking = threading.Thread(target=lambda: seen.append(bool(store.jobs.paths())))
    store.jobs.add(
        NewJob(path=store.file.parent / "a", name="a", sha256="0", source="inbox", seen_as="a"), adding=adding
    )
    asking.join()
    assert seen == [True]


def test_the_last_one_is_the_newest_that_was_described(store: Store) -> None:
    assert store.jobs.last() is None
    for name in ("one", "two"):
        store.add()
        store.jobs.finish(store.claim(), record={"narration": name})
    store.add()
    last = store.jobs.last()
    assert last is not None
    assert last.record == {"narration": "two"}


def test_jobs_are_listed_newest_first_and_by_state(store: Store) -> None:
    for _ in range(3):
        store.add()
    store.jobs.fail(store.claim(), "broken")
    assert [job.id for job in store.jobs.listed()] == [3, 2, 1]
    assert [job.id for job in store.jobs.listed("waiting")] == [3, 2]
    assert [job.reason for job in store.jobs.listed("failed")] == ["broken"]


def test_a_photo_is_needed_until_its_job_is_done(store: Store) -> None:
    paths = [store.add().path for _ in range(4)]
    store.jobs.finish(store.claim())
    store.jobs.fail(store.claim(), "broken")
    store.claim()
    assert set(store.jobs.needed()) == set(paths[1:])


def test_a_name_that_is_no_text_is_kept_readable(store: Store) -> None:
    assert store.add("caf\udce9.jpg").name == "caf\\xe9.jpg"


def test_numbers_are_never_given_twice_not_even_after_a_restart(file: Path) -> None:
    with opened(file) as store:
        store.add()
        store.add()
        store.jobs.remove(2)
    with opened(file) as store:
        assert store.add(seen_as="new").id == 3


# Bursts, and the same photo twice


def test_the_same_photo_is_taken_in_once_as_long_as_it_is_remembered(file: Path) -> None:
    with opened(file, same_seconds=3600) as store:
        store.add(seen_as="sha256:x")
        store.clock.advance(3600)
        with pytest.raises(AlreadyHereError, match="as job 1") as caught:
            store.add(seen_as="sha256:x")
        assert caught.value.job == 1
        store.clock.advance(1)
        assert store.add(seen_as="sha256:x").id == 2
        with pytest.raises(AlreadyHereError, match="as job 2"):
            store.add(seen_as="sha256:x")


def test_what_a_camera_says_to_be_the_same_is_the_same_for_ever(file: Path) -> None:
    with opened(file, same_seconds=0) as store:
        store.add(seen_as="replay:a.jpg")
        store.jobs.finish(store.claim())
        store.clock.advance(1e9)
        with pytest.raises(AlreadyHereError):
            store.add(seen_as="replay:a.jpg")


def test_what_is_refused_is_not_remembered_as_seen(file: Path) -> None:
    with opened(file, most=1) as store:
        store.add()
        with pytest.raises(QueueFullError, match="bring this one again later"):
            store.add(seen_as="sha256:x")
        store.jobs.finish(store.claim())
        store.add(seen_as="sha256:x")
        assert store.jobs.dropped() == 0
        assert store.told() == []


def test_newest_serves_who_came_last_and_drops_who_came_first(file: Path) -> None:
    with opened(file, burst="newest", most=2) as store:
        for _ in range(3):
            store.add()
        assert [store.claim().id, store.claim().id] == [3, 2]
        assert store.job(1).state == "failed"
        assert store.job(1).reason == "dropped: more than 2 photos waited"
        assert store.jobs.dropped() == 1
        assert store.told() == [Event(event_type="failed", fields={"photo": 1, "reason": "dropped"})]


def test_drop_serves_who_came_first_of_those_that_are_not_dropped(file: Path) -> None:
    with opened(file, burst="drop", most=2) as store:
        for _ in range(4):
            store.add()
        assert [store.claim().id, store.claim().id] == [3, 4]
        assert store.jobs.dropped() == 2


def test_the_slideshow_is_dropped_before_who_sent_a_photo_and_what_was_heard_never(file: Path) -> None:
    with opened(file, burst="drop", most=2) as store:
        store.add()
        store.jobs.release(store.jobs.begin(store.claim()))
        store.add(source="camera")
        store.add()
        assert [job.id for job in store.jobs.listed("waiting")] == [3, 1]
        store.add()
        assert [job.id for job in store.jobs.listed("waiting")] == [4, 1]


def test_what_is_worked_on_takes_no_room_in_the_queue(file: Path) -> None:
    with opened(file, most=1) as store:
        store.add()
        store.claim()
        assert store.add().id == 2


# The outbox


def test_notices_come_in_order_and_leave_when_they_are_delivered(store: Store) -> None:
    for notice in (DESCRIBED, SPOKEN, LAST):
        store.outbox.put(notice)
    first, second = store.outbox.pending(after=0, most=2)
    assert [first.notice, second.notice] == [DESCRIBED, SPOKEN]
    assert store.outbox.pending(after=second.number, most=9)[0].notice == LAST
    store.outbox.delivered(up_to=second.number)
    assert store.told() == [LAST]


def test_an_id_is_the_same_after_a_restart_and_never_given_twice(file: Path, tmp_path: Path) -> None:
    with opened(file) as store:
        store.outbox.put(DESCRIBED)
        (before,) = store.outbox.pending(after=0, most=9)
    with opened(file) as store:
        assert store.outbox.pending(after=0, most=9) == (before,)
        store.outbox.delivered(up_to=before.number)
        store.outbox.put(DESCRIBED)
        (after,) = store.outbox.pending(after=0, most=9)
        assert after.number > before.number
        assert after.id != before.id
    with opened(tmp_path / "other.db") as other:
        other.outbox.put(DESCRIBED)
        assert other.outbox.pending(after=0, most=9)[0].id not in (before.id, after.id)


def test_of_last_the_newest_alone_is_kept_at_its_place_behind_what_came_before(store: Store) -> None:
    for notice in (LAST, DESCRIBED, Last(record={"newer": 1})):
        store.outbox.put(notice)
    assert store.told() == [DESCRIBED, Last(record={"newer": 1})]
    assert store.outbox.dropped() == 0


def test_where_there_is_no_room_the_oldest_events_go_and_are_counted_and_last_stays(file: Path) -> None:
    with opened(file, most_events=3) as store:
        store.outbox.put(LAST)
        for number in range(5):
            store.outbox.put(Event(event_type="spoken", fields={"photo": number}))
        assert store.told() == [LAST, *(Event(event_type="spoken", fields={"photo": each}) for each in (2, 3, 4))]
        assert store.outbox.dropped() == 2
    with opened(file, most_events=3) as store:
        assert store.outbox.dropped() == 2


def test_where_nobody_will_fetch_them_no_notices_are_kept(file: Path) -> None:
    with opened(file, most_events=0) as store:
        store.add()
        store.jobs.finish(store.claim(), notices=[LAST, SPOKEN])
        store.outbox.put(LAST)
        assert store.told() == []
        assert store.outbox.dropped() == 0


@pytest.mark.parametrize("change", ["describe", "finish", "fail"])
def test_notices_are_there_if_and_only_if_what_they_tell_of_is(
    store: Store, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add()
    job = store.claim()
    more: dict[str, tuple[Any, ...]] = {"describe": ({},), "finish": (), "fail": ("broken",)}
    done = getattr(store.jobs, change)
    with monkeypatch.context() as patch:
        # The statement that writes a notice fails: the change itself was done before.
        patch.setattr(sql, "POST", "INSERT INTO nowhere (kind, body) VALUES (?, ?)")
        with pytest.raises(StoreError, match="nowhere"):
            done(job, *more[change], notices=[SPOKEN])
    assert store.job(1) == job
    assert store.told() == []
    done(job, *more[change], notices=[SPOKEN])
    assert store.job(1) != job
    assert store.told() == [SPOKEN]


# What a person chose


def test_what_a_person_chose_last_is_there_after_a_restart(file: Path) -> None:
    with opened(file) as store:
        assert store.choices.get("volume") is None
        store.choices.set("volume", "40")
        store.choices.set("volume", "50")
    with opened(file) as store:
        assert store.choices.get("volume") == "50"


# The database


def test_a_database_of_the_first_version_keeps_its_jobs(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(sql.MIGRATIONS[0])
    connection.execute("PRAGMA user_version = 1")
    rows = [("/a", "a.jpg", "waiting", 0, None), ("/b", "", "finished", 1, None), ("/c", "c.jpg", "failed", 2, "no")]
    for row in rows:
        connection.execute(
            "INSERT INTO job (path, name, sha256, state, attempts, reason) VALUES (?, ?, 'ab', ?, ?, ?)", row
        )
    connection.commit()
    connection.close()
    for _ in range(2):
        with opened(file) as store:
            jobs = store.jobs.listed()
            told = [(str(job.path), job.name, job.state, job.attempts, job.reason) for job in reversed(jobs)]
            assert told == rows
            assert {(job.source, job.record, job.begun) for job in jobs} == {("camera", None, False)}
    with opened(file) as store:
        assert store.add().id == 4
        assert store.claim().id == 4, "who sent a photo comes before what is taken for the slideshow"
        assert store.claim().id == 1


def test_four_processes_that_open_one_new_database_at_once_do_not_collide(file: Path) -> None:
    code = PROCESS.replace("database = ", "print(flush=True); input()\ndatabase = ") + "print(add(sys.argv[2]).id)"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(file), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    ended = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in ended] == [""] * 4
    assert sorted(told.strip() for told, _ in ended) == ["1", "2", "3", "4"]


def test_a_full_disk_is_told_as_that_and_nothing_of_the_transaction_is_there(store: Store) -> None:
    store.add()
    job = store.claim()
    ((pages,),) = store.connection.execute("PRAGMA page_count").fetchall()
    store.connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    record = {"narration": "x" * 100_000}
    with pytest.raises(StoreFullError, match="make room"):
        store.jobs.describe(job, record, notices=[SPOKEN])
    assert store.job(1) == job
    assert store.told() == []
    store.connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert store.jobs.describe(job, record, notices=[SPOKEN]).record == record
    assert store.told() == [SPOKEN]


def test_an_error_in_the_middle_leaves_nothing_of_a_transaction_and_the_next_one_works(store: Store) -> None:
    def change() -> None:
        with store.database.transaction() as connection:
            connection.execute(sql.CHOOSE, ("volume", "40"))
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert store.choices.get("volume") is None
    store.choices.set("volume", "50")
    assert store.choices.get("volume") == "50"


def test_what_was_committed_is_synced_with_the_disk_and_readers_wait_for_nobody(store: Store) -> None:
    assert store.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other = Store(store.file)
    with store.database.transaction() as connection:
        connection.execute(sql.CHOOSE, ("volume", "40"))
        assert other.choices.get("volume") is None
    assert other.choices.get("volume") == "40"
    other.database.close()


def test_a_database_of_a_later_version_or_rubbish_is_refused_in_one_line(file: Path, tmp_path: Path) -> None:
    connection = connect(file)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    (tmp_path / "rubbish.db").write_bytes(b"no database" * 200)
    for name in ("voxframe.db", "rubbish.db"):
        with pytest.raises(UsageError, match="move"):
            Store(tmp_path / name)


def test_a_database_that_cannot_be_opened_is_refused_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "no folder" / "voxframe.db", tmp_path):
        with pytest.raises(UsageError, match="cannot be used"):
            Store(path)


def test_a_database_that_can_only_be_read_is_told_as_that_at_the_first_change(file: Path) -> None:
    with opened(file) as store:
        store.add()
    read_only = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
    database = Database(read_only, name="voxframe.db")
    with pytest.raises(StoreError, match=r"readonly.*check its disk"):
        SqliteChoices(database).set("volume", "40")
    assert SqliteChoices(database).get("volume") is None
    database.close()


def test_a_new_database_that_can_only_be_read_is_refused_in_one_line(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be used"):
        Database(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None), name="voxframe.db")


# Photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def photos_in(folder: Path) -> PhotoFolder:
    return PhotoFolder(folder, files=SystemFiles(), random=SystemRandom())


def test_a_photo_is_kept_whole_under_a_name_of_its_own_even_when_it_comes_twice(folder: Path) -> None:
    photos = photos_in(folder)
    kept = []
    for _ in range(2):
        incoming = photos.begin()
        for part in (b"da", b"ta"):
            incoming.write(part)
        kept.append(incoming.keep())
        incoming.discard()
    assert kept[0].path != kept[1].path
    assert {each.sha256 for each in kept} == {"3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"}
    assert {each.size_bytes for each in kept} == {4}
    photos.remove(kept[0].path)
    photos.remove(kept[0].path)
    assert [path.name for path in folder.iterdir()] == [kept[1].path.name]
    assert kept[1].path.read_bytes() == b"data"


def test_nobody_takes_a_photo_for_one_before_it_is_whole_and_a_discarded_one_leaves_nothing(folder: Path) -> None:
    incoming = photos_in(folder).begin()
    incoming.write(b"half")
    assert [path.suffix for path in folder.iterdir()] == [".part"]
    incoming.discard()
    assert list(folder.iterdir()) == []
    with pytest.raises(StoreError, match="kept or discarded before"):
        incoming.keep()


def test_a_photo_that_cannot_be_written_whole_leaves_nothing(folder: Path) -> None:
    incoming = photos_in(folder).begin()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(StoreError, match="too large"):
            incoming.write(b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    incoming.discard()
    assert list(folder.iterdir()) == []


def test_a_disk_without_room_for_a_photo_is_told_as_full(folder: Path) -> None:
    class Full(SystemFiles):
        def create(self, path: Path) -> Any:
            raise OSError(28, os.strerror(28), str(path))

    with pytest.raises(StoreFullError, match="make room"):
        PhotoFolder(folder, files=Full(), random=SystemRandom()).begin()


def test_what_a_crash_left_is_swept_and_what_is_needed_or_came_in_since_is_not(folder: Path) -> None:
    folder.mkdir()
    for name in ("half.part", "orphan", "needed"):
        (folder / name).write_bytes(b"x")
    photos = photos_in(folder)
    half, whole = photos.begin(), photos.begin()
    kept = whole.keep()
    assert photos.sweep([folder / "needed"]) == 2
    assert photos.sweep([folder / "needed"]) == 0
    also_kept = half.keep()
    assert {path.name for path in folder.iterdir()} == {"needed", kept.path.name, also_kept.path.name}


def kept_in(photos: PhotoFolder, data: bytes = b"photo") -> Path:
    incoming = photos.begin()
    incoming.write(data)
    return incoming.keep().path


def test_to_erase_deletes_each_photo_that_no_job_has_or_is_about_to_have(folder: Path) -> None:
    photos = photos_in(folder)
    orphan, known, between = (kept_in(photos) for _ in range(3))
    photos.has_job(orphan)
    photos.has_job(known)
    half = photos.begin()

    def known_by_now() -> list[Path]:
        # Here at the very moment at which the jobs are asked: nobody looked for it.
        late.append(kept_in(photos))
        photos.has_job(late[0])
        return [known]

    late: list[Path] = []
    photos.erase(known_by_now)
    half.write(b"goes on")
    later = half.keep().path
    assert set(folder.iterdir()) == {known, between, late[0], later}


def test_a_photo_that_got_no_job_is_erased(folder: Path) -> None:
    photos = photos_in(folder)
    kept_in(photos)
    # As after a crash between the two: whoever begins anew waits for nobody.
    photos_in(folder).erase(list)
    assert list(folder.iterdir()) == []


def test_what_a_failing_disk_did_not_delete_is_deleted_when_it_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = photos_in(folder)
    path = kept_in(photos)
    half = photos.begin()
    half.write(b"half a photo")

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patches:
        patches.setattr(SystemFiles, "remove", fails)
        half.discard()
        with pytest.raises(StoreError):
            photos.remove(path)
        with pytest.raises(StoreError):
            photos.remove_left()
    assert len(list(folder.iterdir())) == 2
    photos.remove_left()
    assert list(folder.iterdir()) == []


def test_where_photos_are_kept_only_what_is_not_whole_is_swept(folder: Path) -> None:
    folder.mkdir()
    for name in ("half.part", "whole"):
        (folder / name).write_bytes(b"x")
    assert photos_in(folder).sweep(None) == 1
    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_the_room_that_is_left_is_that_of_the_disk(folder: Path) -> None:
    room = os.statvfs(folder.parent)
    assert abs(photos_in(folder).free_bytes() - room.f_bavail * room.f_frsize) < 1e9


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="check the disk"):
        photos_in(tmp_path / "file" / "photos")


# The lock


def test_a_state_folder_has_one_daemon(tmp_path: Path) -> None:
    with state_lock(tmp_path), pytest.raises(UsageError, match="another voxframe run uses"), state_lock(tmp_path):
        pass
    with state_lock(tmp_path):
        pass


class Stubborn(sqlite3.Connection):
    """Tells the end of a transaction as a failure, as SQLite does on a broken disk; it is over all the same."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        cursor = super().execute(sql, parameters)
        if sql == "ROLLBACK":
            raise sqlite3.OperationalError("disk I/O error")
        return cursor


def test_what_went_wrong_is_told_also_where_it_cannot_even_be_rolled_back(tmp_path: Path) -> None:
    connection = sqlite3.connect(
        tmp_path / "stubborn.db", isolation_level=None, check_same_thread=False, factory=Stubborn
    )
    database = Database(connection, name="stubborn.db")
    with pytest.raises(StoreError, match="no such table"), database.transaction() as within:
        within.execute("INSERT INTO nowhere VALUES (1)")
    with database.transaction() as within:
        within.execute(sql.COUNT, ("again", 1))
    assert database.rows(sql.COUNTED, "again") == [(1,)]
    database.close()
