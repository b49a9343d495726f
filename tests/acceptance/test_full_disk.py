"""A full disk: nothing is lost, the state says so, and all goes on by itself once there is room."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.command import voxframe
from tests.faults.doors import Mqtt, get, post
from tests.faults.ledger import heard
from tests.faults.listener import Listener
from tests.faults.photos import chance, small_photo
from tests.faults.process import Lives
from tests.mosquitto import mosquitto
from tests.small_disk import WAIT_SECONDS, filled, mounting, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("reserve", [0.5, 0.0])
def test_a_full_disk_loses_nothing_and_all_goes_on_once_there_is_room(tmp_path: Path, reserve: float) -> None:
    (tmp_path / "broker").mkdir()
    talk = tmp_path / "broker" / "log"
    (tmp_path / "state").mkdir()
    random = chance(7, "full disk")
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(tmp_path / "broker", f"log_dest file {talk}", "log_type all"))
        lives = Lives(tmp_path, broker_port=broker.port, store=f"reserve_megabytes = {reserve}")
        stack.callback(lives.close)
        listener = Listener(broker.port, lives.name)
        stack.callback(listener.close)
        mqtt = Mqtt(broker.port, lives.name)
        stack.callback(mqtt.close)
        lives.start(before=mounting(folder=lives.state))
        assert listener.online.wait(WAIT_SECONDS), lives.log.read_text()
        # What the process sees there, for the disk is in its world alone.
        state = Path(f"/proc/{lives.pid}/root") / lives.state.relative_to("/")
        before = small_photo("before", random).data
        until(lambda: post(lives.web_port, before).status == 409, lives.log)
        until(lambda: heard(lives.speeches).completed.total() == 1, lives.log)
        photos = [small_photo(f"{door} {number}", random) for number in range(3) for door in ("http", "mqtt", "folder")]
        with filled(state):
            refused = [post(lives.web_port, photo.data) for photo in photos[0::3]]
            for photo in photos[1::3]:
                assert mqtt.bring(photo, given_up=threading.Event())
            for photo in photos[2::3]:
                (lives.inbox / f"{photo.title}.jpg").write_bytes(photo.data)
            until(lambda: "a photo from the broker waits" in lives.log.read_text(), lives.log)
            until(lambda: "the inbox waits" in lives.log.read_text(), lives.log)
            until(lambda: get(lives.web_port, "/api/v1/state")["reason"] == "disk_full", lives.log)
            assert [(answer.status, "Retry-After" in answer.headers) for answer in refused] == [(503, True)] * 3
            # Said once for each photo, however often it is tried: nothing fills the journal.
            assert lives.log.read_text().count("a photo from the broker waits") == 3
            assert len(list(lives.inbox.iterdir())) == 3
            assert "Received PUBACK from voxframe" not in talk.read_text()
            assert heard(lives.speeches).completed.total() == 1
        until(lambda: heard(lives.speeches).completed.total() == 7, lives.log)
        until(lambda: not list(lives.inbox.iterdir()), lives.log)
        until(lambda: get(lives.web_port, "/api/v1/state")["reason"] is None, lives.log)
        assert [post(lives.web_port, photo.data).status for photo in photos[0::3]] == [201] * 3
        until(lambda: heard(lives.speeches).completed.total() == 10, lives.log)
        until(lambda: talk.read_text().count("Received PUBACK from voxframe") == 3, lives.log)
        until(lambda: len([event for event in listener.events if event["event_type"] == "spoken"]) == 10, lives.log)
        assert set(heard(lives.speeches).completed.values()) == {1}
        assert list((state / "photos").iterdir()) == []
        assert lives.stop() == 0


def test_a_state_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    before = tuple(map(str, mounting("ro", folder=state)))
    done = voxframe("run", "--emulate", environment={"VOXFRAME_STATE": str(state)}, before=before)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{state} cannot be written" in done.stderr
