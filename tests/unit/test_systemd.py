"""What systemd is told, over a real socket, and that it hears nothing any more once a stage hangs."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from device.app.machine import LONG_SECONDS, Systemd
from device.pipeline.minder import LONGEST_SECONDS, Minder
from tests.house import House, in_house

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

WAIT_SECONDS = 30
WATCHDOG_SECONDS = 4


class Ear:
    """The socket at which systemd listens."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.settimeout(WAIT_SECONDS)

    def hear(self) -> str:
        return self._socket.recv(1000).decode()

    def heard(self) -> list[str]:
        """All that is there already: a datagram is there when it was sent."""
        self._socket.settimeout(0)
        told = []
        try:
            while True:
                told.append(self.hear())
        except BlockingIOError:
            return told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def ear(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    name = str(tmp_path / "notify")
    made = Ear("\0" + name if request.param == "abstract" else name)
    monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if request.param == "abstract" else name)
    monkeypatch.setenv("WATCHDOG_USEC", str(WATCHDOG_SECONDS * 1_000_000))
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    yield made
    made.close()


@contextmanager
def systemd() -> Iterator[Systemd]:
    made = Systemd()
    yield made
    made.close()


def test_it_hears_that_the_device_is_ready_alive_and_what_it_does(ear: Ear) -> None:
    with systemd() as supervisor:
        supervisor.ready()
        supervisor.says("idle, 0 waiting")
        supervisor.alive()
    assert ear.heard() == ["READY=1", "STATUS=idle, 0 waiting", "WATCHDOG=1"]


def test_it_wants_to_hear_twice_in_its_time(ear: Ear) -> None:
    with systemd() as supervisor:
        assert supervisor.interval_seconds == WATCHDOG_SECONDS / 2
        supervisor.alive()
    assert ear.hear() == "WATCHDOG=1"


@pytest.mark.parametrize(("name", "value"), [("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", ""), ("WATCHDOG_USEC", "often")])
def test_a_watchdog_that_is_not_for_this_process_or_not_wanted_is_seldom_told(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with systemd() as supervisor:
        assert supervisor.interval_seconds == LONG_SECONDS
        supervisor.ready()
    assert ear.hear() == "READY=1"


def test_a_supervisor_that_has_gone_is_no_trouble(ear: Ear) -> None:
    with systemd() as supervisor:
        ear.close()
        supervisor.alive()


def test_without_a_supervisor_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    with systemd() as supervisor:
        supervisor.ready()
        assert supervisor.interval_seconds == LONG_SECONDS


def minded(tmp_path: Path, story: Callable[[House], Awaitable[None]], *, reserve_bytes: int = 0) -> None:
    """A story in a house whose minder is at work and tells systemd."""

    async def whole(house: House) -> None:
        with systemd() as supervisor:
            minder = Minder(
                clock=house.clock,
                executor=house.disk,
                photos=house.photos,
                hush=house.hush,
                board=house.board,
                worker=house.worker,
                watch=house.watch,
                supervisor=supervisor,
                reserve_bytes=reserve_bytes,
                store=house.controls.store,
            )
            task = asyncio.create_task(minder.run())
            await house.clock.until_somebody_sleeps(min(supervisor.interval_seconds, LONGEST_SECONDS))
            await story(house)
            assert not task.done(), task.exception()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    in_house(tmp_path, whole)


async def pass_time(house: House, seconds: float) -> None:
    """Let the minder look around once more after so long."""
    house.clock.advance(seconds)
    await house.clock.until_somebody_sleeps(seconds)


HALF = WATCHDOG_SECONDS / 2


def test_while_nothing_hangs_it_is_told_so_twice_in_its_time(ear: Ear, tmp_path: Path) -> None:
    async def story(house: House) -> None:
        ear.heard()
        for _ in range(3):
            house.watch.expect("looking", within_seconds=HALF + 0.1)
            await pass_time(house, HALF)
            assert ear.heard() == ["WATCHDOG=1"]

    minded(tmp_path, story)


@pytest.mark.parametrize("stage", ["looking", "speaking"])
def test_once_a_stage_hangs_it_is_told_nothing_more_and_the_log_says_which(
    ear: Ear, tmp_path: Path, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(house: House) -> None:
        ear.heard()
        house.watch.expect(stage, within_seconds=HALF * 1.5)
        await pass_time(house, HALF)
        assert ear.heard() == ["WATCHDOG=1"]
        for _ in range(3):
            await pass_time(house, HALF)
        assert ear.heard() == []

    minded(tmp_path, story)
    assert caplog.text.count(f"{stage} hangs") == 1


def test_a_photo_that_is_looked_at_for_ever_is_noticed(ear: Ear, tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            ear.heard()
            await pass_time(house, HALF)
            assert "WATCHDOG=1" in ear.heard()
            house.clock.advance(3600)
            await house.clock.until_somebody_sleeps(HALF)
            assert "WATCHDOG=1" not in ear.heard()

    minded(tmp_path, story)


def test_a_speech_that_does_not_move_is_noticed_and_nothing_to_do_is_not(ear: Ear, tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            ear.heard()
            house.clock.advance(3600)
            await house.clock.until_somebody_sleeps(HALF)
            assert "WATCHDOG=1" not in ear.heard()
            gate.open()
            await house.idle()
            house.clock.advance(3600)
            await house.clock.until_somebody_sleeps(HALF)
            assert "WATCHDOG=1" in ear.heard()

    minded(tmp_path, story)


def test_it_is_told_what_the_device_does_and_why_it_is_quiet(ear: Ear, tmp_path: Path) -> None:
    async def story(house: House) -> None:
        assert ear.heard()[0] == "STATUS=idle (starting), 0 waiting"
        house.board.because("starting", holds=False)
        house.board.waiting(2)
        house.board.show("looking")
        house.board.because("muted", holds=True)
        assert ear.heard() == [
            "STATUS=idle, 0 waiting",
            "STATUS=idle, 2 waiting",
            "STATUS=looking, 2 waiting",
            "STATUS=looking (muted), 2 waiting",
        ]

    minded(tmp_path, story)


def test_a_disk_that_is_nearly_full_is_told(ear: Ear, tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.board.because("starting", holds=False)
        assert ear.heard()[-1] == "STATUS=idle (disk_full), 0 waiting"

    minded(tmp_path, story, reserve_bytes=1 << 62)
