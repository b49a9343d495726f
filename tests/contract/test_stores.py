"""What the stores promise, with real SQLite and real files alone: SQL is never imitated."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from device.core.errors import UsageError
from device.store.database import connect
from device.store.jobs import SqliteJobs
from device.store.lock import state_lock
from device.store.photos import PhotoFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Job


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "voxframe.db"


@pytest.fixture
def jobs(file: Path) -> Iterator[SqliteJobs]:
    store = SqliteJobs(file)
    yield store
    store.close()


def add(jobs: SqliteJobs, tmp_path: Path, name: str = "a.jpg") -> Job:
    return jobs.add(path=tmp_path / name, name=name, sha256="0" * 64)


def test_jobs_are_claimed_oldest_first_each_once(jobs: SqliteJobs, tmp_path: Path) -> None:
    first, second = add(jobs, tmp_path, "a.jpg"), add(jobs, tmp_path, "b.jpg")
    assert jobs.waiting() == 2
    claimed = [jobs.claim(), jobs.claim(), jobs.claim()]
    assert [job.id if job else None for job in claimed] == [first.id, second.id, None]
    assert jobs.waiting() == 0


def test_an_attempt_is_counted_before_the_work(jobs: SqliteJobs, tmp_path: Path) -> None:
    assert add(jobs, tmp_path).attempts == 0
    job = jobs.claim()
    assert job is not None
    assert (job.state, job.attempts) == ("working", 1)


def test_two_processes_never_claim_the_same_job(jobs: SqliteJobs, file: Path, tmp_path: Path) -> None:
    for number in range(40):
        add(jobs, tmp_path, f"{number}.jpg")
    claimed: list[int] = []
    others = [SqliteJobs(file) for _ in range(4)]

    def work(store: SqliteJobs) -> None:
        while job := store.claim():
            claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(store,)) for store in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in others:
        store.close()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 40


def test_a_finished_job_is_not_claimed_again_and_forgets_what_its_photo_was_called(
    jobs: SqliteJobs, file: Path, tmp_path: Path
) -> None:
    add(jobs, tmp_path, "grandmother.jpg")
    job = jobs.claim()
    assert job is not None
    jobs.finish(job)
    assert jobs.claim() is None
    jobs.close()
    assert b"grandmother" not in _row_of(file)


def test_a_kill_during_work_leaves_the_job_waiting_with_its_attempt_counted(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from device.store.jobs import SqliteJobs\n"
        "jobs = SqliteJobs(Path(sys.argv[1]))\n"
        "jobs.add(path=Path('x'), name='x', sha256='0'); jobs.claim(); print('claimed', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "claimed\n"
        child.send_signal(signal.SIGKILL)
    jobs = SqliteJobs(file)
    assert jobs.recover(attempts=2) == ()
    job = jobs.claim()
    assert job is not None
    assert job.attempts == 2
    (failed,) = jobs.recover(attempts=2)
    assert failed.state == "failed"
    assert failed.reason == "the process ended 2 times while it worked on this photo"
    assert jobs.claim() is None
    jobs.close()


def test_a_name_that_is_no_text_is_kept_readable(jobs: SqliteJobs, tmp_path: Path) -> None:
    job = jobs.add(path=tmp_path, name="caf\udce9.jpg", sha256="0" * 64)
    assert job.name == "caf\\xe9.jpg"


def test_a_database_of_a_later_version_or_rubbish_is_refused_in_one_line(file: Path, tmp_path: Path) -> None:
    connection = connect(file)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    (tmp_path / "rubbish.db").write_bytes(b"no database" * 200)
    for name in ("voxframe.db", "rubbish.db"):
        with pytest.raises(UsageError, match="move"):
            SqliteJobs(tmp_path / name)


def test_a_database_that_cannot_be_opened_is_refused_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "no folder" / "voxframe.db", tmp_path):
        with pytest.raises(UsageError, match="cannot be used"):
            SqliteJobs(path)


def test_a_photo_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    photos = PhotoFolder(tmp_path / "photos")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            photos.keep(b"x" * 5000, "ab" * 32)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "photos").iterdir()) == []


def test_each_photo_has_a_file_of_its_own_even_when_it_comes_twice(tmp_path: Path) -> None:
    photos = PhotoFolder(tmp_path / "photos")
    first, second = photos.keep(b"data", "ab" * 32), photos.keep(b"data", "ab" * 32)
    photos.remove(first)
    photos.remove(first)
    assert second.read_bytes() == b"data"
    assert [path.name for path in (tmp_path / "photos").iterdir()] == [second.name]


def test_what_a_crash_left_half_written_is_deleted_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"half")
    PhotoFolder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_state_folder_has_one_daemon(tmp_path: Path) -> None:
    with state_lock(tmp_path), pytest.raises(UsageError, match="another voxframe run uses"), state_lock(tmp_path):
        pass
    with state_lock(tmp_path):
        pass


def _row_of(file: Path) -> bytes:
    connection = connect(file)
    rows = connection.execute("SELECT * FROM job").fetchall()
    connection.close()
    return repr([row[2:] for row in rows]).encode()
