"""A line each, whatever is in it, and each names the photo that it is about."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from device.app import logs
from device.app.threads import ThreadExecutor
from device.core.context import photo
from device.core.types import SpeechChunk
from device.voice.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    import pytest

HOSTILE = 'a\nb\x1b[31m " photo=7 text="\\ \u202e\udce9\x00'

_log = logging.getLogger("device.of.a.test")


@contextmanager
def about(number: int) -> Iterator[None]:
    token = photo.set(number)
    yield
    photo.reset(token)


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.split("\n")[:-1]


def only(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = said(capsys)
    return line


def raised() -> Exception:
    try:
        logging.getLevelNamesMapping()[HOSTILE]
    except LookupError as error:
        return error
    raise AssertionError


def test_a_line_has_its_level_who_says_it_and_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_daemon()
    _log.info("%d files were deleted", 3)
    assert only(capsys) == 'level=info at=of.a.test text="3 files were deleted"'


def test_every_line_that_is_said_while_a_photo_is_worked_on_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_daemon()
    with about(3):
        _log.warning("of the photo")
        logging.getLogger("some.library").warning("of a library")
        _log.info("of another", extra={"photo": 4})
    _log.info("of none")
    numbers = [re.findall(r" photo=(\d+) ", line) for line in said(capsys)]
    assert numbers == [["3"], ["3"], ["4"], []]


def test_the_photo_follows_the_work_into_threads(capsys: pytest.CaptureFixture[str]) -> None:
    def speech() -> Generator[SpeechChunk, None, None]:
        _log.info("of the voice")
        yield SpeechChunk(pcm=np.zeros(1, np.int16), sample_rate=1, utterance=0)

    def work() -> None:
        _log.info("of the work")
        list(ahead(speech(), monotonic=time.monotonic, begins=lambda: 0.0))

    async def story() -> None:
        executor = ThreadExecutor(name="labour")
        with about(5):
            await executor.run(work)
        executor.close()

    logs.start_daemon()
    asyncio.run(story())
    assert [" photo=5 " in line for line in said(capsys)] == [True, True]


def test_nothing_that_a_stranger_chose_breaks_a_line_or_poses_as_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_daemon()
    with about(3):
        _log.warning("%s is left out", HOSTILE)
    line = only(capsys)
    assert line.isprintable()
    found = re.fullmatch(r'level=warning at=of\.a\.test photo=3 text="((?:[^"\\]|\\.)*)"', line)
    assert found
    assert found[1].endswith(" is left out")


def test_a_traceback_is_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_daemon()
    _log.error("a mistake", exc_info=raised())
    line = only(capsys)
    assert line.startswith('level=error at=of.a.test text="a mistake" trace="Traceback')
    assert "test_logs.py" in line
    assert line.isprintable()


def test_what_ends_the_process_or_a_thread_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_daemon()
    error = LookupError("not there")
    sys.excepthook(LookupError, error, None)

    def fail() -> None:
        raise error

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    first, second = said(capsys)
    assert first.startswith("level=critical")
    assert "LookupError: not there" in first
    assert second.startswith("level=critical")
    assert "LookupError: not there" in second


def test_the_journal_reads_the_level_in_front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        logs.start_daemon()
        for level in (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO):
            _log.log(level, "x")
        stream.seek(0)
        assert [line[:3] for line in stream] == ["<2>", "<3>", "<4>", "<6>"]
        stream.seek(0)
        assert not any("level=" in line for line in stream)


def test_a_file_that_is_not_the_journal_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log").open("w+") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("JOURNAL_STREAM", "1:2")
        logs.start_daemon()
        _log.info("x")
        stream.seek(0)
        assert stream.read().startswith("level=info")


def test_other_commands_speak_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(verbose=False)
    _log.info("not said")
    _log.warning("said")
    assert only(capsys) == "WARNING device.of.a.test: said"
