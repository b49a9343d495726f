"""A full disk: nothing is lost, the state says so, and all goes on by itself once there is room."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command import voxframe
from tests.faults.doors import Mqtt, get, post
from tests.faults.ledger import heard
from tests.faults.listener import Listener
from tests.faults.photos import chance, small_photo
from tests.faults.process import Lives
from tests.mosquitto import mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WAIT_SECONDS = 90.0
SIZE = "8m"


def mounting(*options: str, folder: Path) -> list[str | Path]:
    """A command prefix that mounts a small disk there, in a world of its own."""
    prefix = ["unshare", "-m"] if subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0 else []
    prefix = prefix or ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here; as root it can")
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
    return [*prefix, "sh", "-c", script, "sh", ",".join((f"size={SIZE}", *options)), folder]


def until(condition: Callable[[], object], log: Path) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.05)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """The disk of this folder is full to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with pytest.raises(OSError, match="No space left"):
                file.writelines(repeat(bytes(size)))
        yield
    filler.unlink()


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
