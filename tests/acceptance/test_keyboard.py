"""Somebody at a terminal stops, repeats and turns down what the daemon says; the terminal is then as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import termios
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from device.app.keyboard import HELP
from device.app.shipped import PHOTOS
from tests.command import VOXFRAME
from tests.faults.doors import get, post
from tests.mosquitto import free_port
from tests.small_disk import until
from tests.sound_server import sound_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not shutil.which("setsid"), reason="setsid is not installed: apt-get install util-linux"
)

PHOTO = (PHOTOS / "curies_lab.jpg").read_bytes()


class Desk:
    """A person at a terminal in which a daemon runs, in front of its loudspeaker."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._hand, self.terminal = os.openpty()
        for end in (self._hand, self.terminal):
            stack.callback(os.close, end)
        self.before = termios.tcgetattr(self.terminal)
        self.server = sound_server(folder / "server")
        self.server.start()
        stack.callback(self.server.stop)
        self.port, self.log, config = free_port(), folder / "log", folder / "voxframe.toml"
        config.write_text(f'[web]\nport = {self.port}\n[audio]\ndevice = "pulse:room"\n')
        with self.log.open("w") as stderr:
            # The terminal is its controlling one, as in a shell.
            self.process = subprocess.Popen(
                ["setsid", "--ctty", VOXFRAME, "run", "--config", config],
                env=os.environ | self.server.environment | {"VOXFRAME_STATE": str(folder / "state")},
                stdin=self.terminal,
                stderr=stderr,
            )
        stack.callback(self.process.wait)
        stack.callback(self.process.kill)
        self.until(self._answers)

    def press(self, keys: str) -> None:
        os.write(self._hand, keys.encode())

    def until(self, condition: Callable[[], object]) -> None:
        until(condition, self.log)

    def state(self, what: str) -> object:
        return get(self.port, "/api/v1/state")[what]

    def _answers(self) -> bool:
        try:
            return self.state("reason") != "starting"
        except OSError:
            return False


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(folder, stack)


def test_a_speech_is_stopped_repeated_paused_and_turned_down_by_keys(tmp_path: Path) -> None:
    with desk(tmp_path) as there:
        assert HELP in there.log.read_text().splitlines()
        room = there.server.listen("room")
        assert post(there.port, PHOTO).status == 201
        room.wait_for_sound()
        there.press("s")
        there.until(lambda: get(there.port, "/api/v1/jobs/1")["state"] == "finished")
        assert "was spoken" not in there.log.read_text(), "it was cut off"
        room.wait_for_silence(1.0)
        there.press("r")
        room.wait_for_sound()
        there.press("p")
        there.until(lambda: there.state("activity") == "paused")
        there.press("p")
        there.until(lambda: there.state("activity") == "idle")
        there.press("-" * 10)
        there.until(lambda: there.state("reason") == "muted")
        there.press("+")
        there.until(lambda: there.state("reason") is None)


@pytest.mark.parametrize("how", ["SIGTERM", "Ctrl-C"])
def test_the_terminal_is_left_as_it_was(tmp_path: Path, how: str) -> None:
    with desk(tmp_path) as there:
        there.until(lambda: termios.tcgetattr(there.terminal) != there.before)
        if how == "Ctrl-C":
            there.press("\x03")
        else:
            there.process.send_signal(signal.SIGTERM)
        assert there.process.wait(30) == 0, there.log.read_text()
        assert termios.tcgetattr(there.terminal) == there.before
