"""`voxframe jobs` as a real process, beside a running daemon and without one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from device.app.machine import SystemClock, SystemRandom
from device.app.shipped import PHOTOS
from device.app.wiring import DATABASE
from device.core.types import Job, NewJob
from device.store.database import Database, connect
from device.store.files import SystemFiles
from device.store.jobs import Policy, SqliteJobs
from device.store.lock import state_lock
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder
from tests.command import voxframe
from tests.daemon import Daemon, events, told
from tests.mosquitto import mosquitto, observer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

PHOTO = (PHOTOS / "hopper_navy_cap.jpg").read_bytes()


class Kept:
    """A state folder in which a daemon left some photos."""

    def __init__(self, state: Path) -> None:
        state.mkdir(exist_ok=True)
        self.state = state
        self.database = Database(connect(state / DATABASE), name=DATABASE)
        outbox = SqliteOutbox(self.database, most_events=10)
        self.jobs = SqliteJobs(self.database, outbox=outbox, policy=Policy(), clock=SystemClock())
        self._photos = PhotoFolder(state / "photos", files=SystemFiles(), random=SystemRandom())

    def add(self, name: str = "a.jpg") -> Job:
        incoming = self._photos.begin()
        incoming.write(PHOTO)
        kept = incoming.keep()
        return self.jobs.add(
            NewJob(path=kept.path, name=name, sha256=kept.sha256, source="inbox", seen_as=kept.path.name)
        )

    def claim(self) -> Job:
        job = self.jobs.claim()
        assert job is not None
        return job

    def asked(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return voxframe("jobs", *arguments, environment={"VOXFRAME_STATE": str(self.state)})

    def refused(self, *arguments: str, status: int) -> str:
        """What it says on standard error, in one line, and nothing else."""
        done = self.asked(*arguments)
        assert (done.returncode, done.stdout) == (status, "")
        assert done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path / "state")
    with closing(made.database):
        yield made


def test_they_are_listed_newest_first_a_line_each_in_columns(kept: Kept) -> None:
    kept.add("a.jpg")
    kept.add("beach \n2\x1b[31m.jpg")
    kept.jobs.fail(kept.claim(), "the process ended 2 times while it worked on this photo")
    done = kept.asked("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2  waiting  0  inbox  beach \\n2\\x1b[31m.jpg  -",
        "1  failed   1  inbox  a.jpg                  the process ended 2 times while it worked on this photo",
    ]


def test_each_is_one_json_object_on_a_line(kept: Kept) -> None:
    kept.add("a\nb.jpg")
    (line,) = kept.asked("list", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "id": 1,
        "state": "waiting",
        "attempts": 0,
        "source": "inbox",
        "name": "a\nb.jpg",
        "reason": None,
    }


def test_all_that_is_known_of_one_is_shown_with_where_it_lies_and_what_is_said_of_it(kept: Kept) -> None:
    job = kept.add()
    kept.jobs.describe(kept.claim(), {"narration": [{"text": "I see one person."}, {"text": "She smiles."}]})
    shown = kept.asked("show", "1").stdout
    for known in ("working", "inbox", "a.jpg", job.sha256, str(job.path), "I see one person. She smiles."):
        assert known in shown
    whole: dict[str, Any] = json.loads(kept.asked("show", "1", "--json").stdout)
    assert (whole["photo"], whole["begun"], whole["sha256"]) == (str(job.path), False, job.sha256)
    assert len(whole["described"]["narration"]) == 2
    job.path.unlink()
    assert json.loads(kept.asked("show", "1", "--json").stdout)["photo"] is None


def test_what_failed_waits_again_and_its_number_alone_is_printed(kept: Kept) -> None:
    kept.add()
    kept.jobs.fail(kept.claim(), "no sound")
    done = kept.asked("retry", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    job = kept.jobs.get(1)
    assert job is not None
    assert (job.state, job.attempts, job.reason) == ("waiting", 0, None)


def test_what_did_not_fail_or_has_no_photo_any_more_cannot_be_tried_again(kept: Kept) -> None:
    kept.add()
    assert "is waiting" in kept.refused("retry", "1", status=3)
    job = kept.claim()
    assert "is working" in kept.refused("retry", "1", status=3)
    kept.jobs.fail(job, "broken")
    job.path.unlink()
    assert "bring the photo again" in kept.refused("retry", "1", status=3)


def test_what_is_removed_is_gone_with_its_photo(kept: Kept) -> None:
    job = kept.add()
    other = kept.add()
    done = kept.asked("remove", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    assert not job.path.exists()
    assert other.path.exists()
    assert [each.id for each in kept.jobs.listed()] == [2]


def test_what_is_being_worked_on_is_not_removed(kept: Kept) -> None:
    job = kept.add()
    kept.claim()
    assert "being worked on" in kept.refused("remove", "1", status=3)
    assert job.path.exists()
    assert kept.jobs.get(1) is not None


@pytest.mark.parametrize("action", ["show", "retry", "remove"])
@pytest.mark.parametrize("number", ["7", "0", "99999999999999999999"])
def test_an_unknown_number_is_said_to_be_that(kept: Kept, action: str, number: str) -> None:
    assert f"there is no photo {number}" in kept.refused(action, number, status=2)


def test_before_the_first_photo_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    state = tmp_path / "state"
    environment = {"VOXFRAME_STATE": str(state)}
    done = voxframe("jobs", "list", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no photo was ever taken in\n", "")
    done = voxframe("jobs", "list", "--json", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert voxframe("jobs", "show", "1", environment=environment).returncode == 2
    assert not state.exists()


def test_a_state_folder_of_a_later_version_is_refused_and_not_touched(kept: Kept) -> None:
    kept.database.close()
    with closing(sqlite3.connect(kept.state / DATABASE)) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert "update this one" in kept.refused("list", status=2)


def test_it_needs_no_lock_and_a_configuration_with_mistakes_is_told(kept: Kept, tmp_path: Path) -> None:
    kept.add()
    with state_lock(kept.state):
        assert kept.asked("list").returncode == 0
    config = tmp_path / "voxframe.toml"
    config.write_text("[store]\nretention = 3\n")
    assert kept.asked("list", "--config", str(config)).returncode == 2


def test_beside_a_daemon_what_is_tried_again_is_described_soon_and_what_is_removed_is_gone(tmp_path: Path) -> None:
    (tmp_path / "broker").mkdir()
    made = Kept(tmp_path / "state")
    with closing(made.database):
        made.add("again.jpg")
        made.jobs.fail(made.claim(), "no sound")
    with mosquitto(tmp_path / "broker") as broker:
        daemon = Daemon(tmp_path, broker.port)
        with observer(broker.port, daemon.name) as watcher, daemon.running():
            watcher.wait_for("availability", "online")
            assert daemon.asked("jobs", "list").stdout.startswith("1  failed")
            assert daemon.asked("jobs", "retry", "1").stdout == "1\n"
            heard = watcher.wait(lambda messages: ("spoken", 1) in told(messages))
            assert [event["event_type"] for event in events(heard)] == ["described", "spoken"]
            assert daemon.asked("jobs", "list").stdout.startswith("1  finished")
            assert daemon.asked("jobs", "remove", "1").returncode == 0
            assert daemon.asked("jobs", "list").stdout == "no photo is known any more\n"
    assert daemon.sounds() == ["000001-again.wav"]
