"""A photo that kills the process: it is set aside after two tries, and the others are described."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.command import voxframe
from tests.faults.doors import get, post
from tests.faults.ledger import Ledger
from tests.faults.photos import POISON, SmallPhoto, chance, small_photo
from tests.faults.process import Lives
from tests.mosquitto import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

WAIT_SECONDS = 60.0


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    daemon = Lives(tmp_path, broker_port=free_port())
    yield daemon
    daemon.close()


def sent(lives: Lives, photo: SmallPhoto, *, poison: bool = False) -> int:
    end = time.monotonic() + WAIT_SECONDS
    data = photo.data + POISON if poison else photo.data
    while (answer := post(lives.web_port, data)).job is None:
        assert time.monotonic() < end, lives.log.read_text()
    return answer.job


def test_a_photo_that_kills_the_process_is_set_aside_after_two_tries_and_the_queue_goes_on(lives: Lives) -> None:
    random = chance(5, "poison")
    lives.start()
    first = sent(lives, small_photo("first", random))
    poison = sent(lives, small_photo("a bad one", random), poison=True)
    lives.process.wait(WAIT_SECONDS)
    ledger = Ledger(lives.state)
    ledger.read()
    assert ledger.rows[poison].attempts == 1
    lives.start()
    lives.process.wait(WAIT_SECONDS)
    lives.start()
    assert lives.wait_until_ready()
    last = sent(lives, small_photo("last", random))
    end = time.monotonic() + WAIT_SECONDS
    while ledger.unsettled() or last not in ledger.rows:
        assert time.monotonic() < end, lives.log.read_text()
        ledger.read()
    shown = get(lives.web_port, f"/api/v1/jobs/{poison}")
    listed = voxframe("jobs", "list", environment={"VOXFRAME_STATE": str(lives.state)}).stdout
    assert lives.stop() == 0
    assert {number: row.state for number, row in ledger.rows.items()} == {
        first: "finished",
        poison: "failed",
        last: "finished",
    }
    assert (shown["state"], shown["attempts"]) == ("failed", 2)
    assert shown["reason"] == "the process ended 2 times while it worked on this photo"
    assert str(shown["reason"]) in listed
    assert ledger.trouble == []
    # It is kept, so that somebody can look at it and try it again.
    assert [path.read_bytes()[-len(POISON) :] for path in (lives.state / "photos").iterdir()] == [POISON]
