"""Each upload is answered, and what is not answered with 201 leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from device.web.answers import CutOffError
from device.web.uploads import LONGEST_NAME, Upload, Uploads, shown_name
from tests.uploading import JPEG, LIMIT, Inline, chunks, in_no_time, photo, room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from device.web.answers import Answer
    from tests.uploading import Room

T = TypeVar("T")


def upload(data: bytes = JPEG, *, name: str = "a.jpg", length: int | None = None) -> Upload:
    return Upload(name=name, length=length, chunks=chunks(data))


def answers_to(where: Room, *uploads: Upload) -> list[Answer]:
    async def send() -> list[Answer]:
        receiver = Uploads(submit=where.submit, limit_bytes=LIMIT)
        return [await receiver.receive(one) for one in uploads]

    return in_no_time(send())


def code(answer: Answer) -> str:
    error: dict[str, str] = answer.body["error"]
    assert "\n" not in error["message"]
    return error["code"]


def test_201_is_said_when_photo_and_job_are_there(tmp_path: Path) -> None:
    with room(tmp_path) as where:
        (answer,) = answers_to(where, upload(name="C:\\photos\\a.jpg", length=len(JPEG)))
        assert (answer.status, answer.body) == (201, {"id": 1})
        assert answer.headers == {"Location": "/api/v1/jobs/1"}
        with contextlib.closing(sqlite3.connect(where.database)) as other:
            ((path, name, source),) = other.execute("SELECT path, name, source FROM job").fetchall()
        assert (name, source) == ("a.jpg", "upload")
        (file,) = where.files()
        assert str(file) == path
        assert file.read_bytes() == JPEG
        assert [job.id for job in where.taken] == [1]


def test_the_same_photo_is_answered_with_the_job_that_is_there(tmp_path: Path) -> None:
    with room(tmp_path) as where:
        _, again = answers_to(where, upload(), upload(name="b.jpg"))
        assert (again.status, code(again)) == (409, "already_here")
        assert again.headers["Location"] == "/api/v1/jobs/1"
        assert len(where.files()) == 1


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [(b"", 400, "empty"), (b"no photo" * 100, 415, "unsupported"), (JPEG + b"x" * LIMIT, 413, "too_large")],
)
def test_what_is_no_photo_is_refused_with_what_to_do(tmp_path: Path, data: bytes, status: int, said: str) -> None:
    with room(tmp_path) as where:
        (answer,) = answers_to(where, upload(data))
        assert (answer.status, code(answer)) == (status, said)
        assert "; send " in answer.body["error"]["message"]
        assert where.files() == []


def test_what_is_announced_as_too_large_is_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    async def untouched() -> AsyncIterator[bytes]:
        pytest.fail("it was read")
        yield b""

    with room(tmp_path) as where:
        (answer,) = answers_to(where, Upload(name="a", length=LIMIT + 1, chunks=untouched()))
        assert (answer.status, code(answer)) == (413, "too_large")


def test_whoever_waits_for_a_voice_is_told_why_a_photo_is_refused(tmp_path: Path) -> None:
    told: list[str] = []
    with room(tmp_path) as where:
        where.submit = replace(where.submit, refused=lambda error, source: told.append(f"{source}: {error}"))
        answers_to(where, upload(length=LIMIT + 1), upload(b"text"), upload())
    assert told == [
        f"upload: it has {LIMIT + 1} bytes, the limit is {LIMIT}",
        "upload: a.jpg is no photo that voxframe reads",
    ]


def test_what_grows_too_large_is_read_no_further(tmp_path: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += len(JPEG)
            yield JPEG

    with room(tmp_path) as where:
        (answer,) = answers_to(where, Upload(name="a", length=None, chunks=endless()))
        assert answer.status == 413
        assert LIMIT < read <= LIMIT + len(JPEG)
        assert where.files() == []


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    with room(tmp_path, most=1) as where:
        _, second = answers_to(where, upload(photo(1)), upload(photo(2)))
        assert (second.status, code(second)) == (429, "queue_full")
        assert int(second.headers["Retry-After"]) > 0
        assert len(where.files()) == 1


def test_a_full_disk_and_one_that_fails_say_when_to_come_again_and_no_path(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with room(tmp_path, reserve=1 << 60) as where:
        (full,) = answers_to(where, upload())
    with room(tmp_path) as where:
        shutil.rmtree(where.folder)
        (fails,) = answers_to(where, upload())
    assert [(answer.status, code(answer)) for answer in (full, fails)] == [(503, "disk_full"), (503, "disk_fails")]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in (full, fails))
    assert str(tmp_path) not in repr((full.body, fails.body))
    assert str(tmp_path) in caplog.text


class Held:
    """Uploads that are being sent until they may end."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()

    def upload(self, number: int) -> Upload:
        async def parts() -> AsyncIterator[bytes]:
            self.begun += 1
            yield photo(number)
            await self.end.wait()

        return Upload(name="a", length=None, chunks=parts())


async def settled() -> None:
    """Return when nobody has anything to do."""
    await asyncio.sleep(0.01)


def test_a_few_are_received_at_once_some_wait_and_the_rest_is_told_to_come_again(tmp_path: Path) -> None:
    async def story(where: Room) -> None:
        held = Held()
        uploads = Uploads(submit=where.submit, limit_bytes=LIMIT, at_once=2, waiting=3)
        tasks = [asyncio.create_task(uploads.receive(held.upload(number))) for number in range(8)]
        await settled()
        assert held.begun == 2
        turned_away = [task.result() for task in tasks if task.done()]
        assert [(answer.status, code(answer)) for answer in turned_away] == [(503, "busy")] * 3
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in turned_away)
        assert uploads.refuses(None) is not None
        held.end.set()
        statuses = [answer.status for answer in await asyncio.gather(*tasks)]
        assert sorted(statuses) == [201] * 5 + [503] * 3
        assert uploads.refuses(None) is None

    with room(tmp_path) as where:
        in_no_time(story(where))
        assert where.jobs.waiting() == 5


def test_nobody_waits_for_a_place_for_ever(tmp_path: Path) -> None:
    async def story(where: Room) -> None:
        held = Held()
        uploads = Uploads(submit=where.submit, limit_bytes=LIMIT, at_once=1, place_seconds=10, stall_seconds=1000)
        first = asyncio.create_task(uploads.receive(held.upload(1)))
        await settled()
        second = await uploads.receive(upload(photo(2)))
        assert (second.status, code(second)) == (503, "busy")
        held.end.set()
        assert (await first).status == 201
        assert (await uploads.receive(upload(photo(2)))).status == 201

    with room(tmp_path) as where:
        in_no_time(story(where))


async def trickle() -> AsyncIterator[bytes]:
    yield JPEG[:100]
    while True:
        await asyncio.sleep(10)
        yield b"x"


async def silence() -> AsyncIterator[bytes]:
    yield JPEG[:100]
    await asyncio.Event().wait()


@pytest.mark.parametrize("sending", [trickle, silence])
def test_who_stops_sending_or_only_trickles_loses_the_place(
    tmp_path: Path, sending: Callable[[], AsyncIterator[bytes]]
) -> None:
    async def story(where: Room) -> None:
        uploads = Uploads(submit=where.submit, limit_bytes=LIMIT, at_once=1)
        began = asyncio.get_running_loop().time()
        answer = await uploads.receive(Upload(name="a", length=None, chunks=sending()))
        assert asyncio.get_running_loop().time() - began == pytest.approx(30)
        assert (answer.status, code(answer)) == (408, "stalled")
        assert where.files() == []
        assert (await uploads.receive(upload())).status == 201

    with room(tmp_path) as where:
        in_no_time(story(where))


def test_who_sends_slowly_but_steadily_is_served(tmp_path: Path) -> None:
    async def steady() -> AsyncIterator[bytes]:
        yield JPEG
        for _ in range(8):
            await asyncio.sleep(9)
            yield b"x" * 22_000

    with room(tmp_path) as where:
        (answer,) = answers_to(where, Upload(name="a", length=None, chunks=steady()))
        assert answer.status == 201


class SlowDisk(Inline):
    async def run(self, work: Callable[[], T], /) -> T:
        await asyncio.sleep(25)
        return work()


def test_a_slow_disk_is_no_stall_of_the_sender(tmp_path: Path) -> None:
    with room(tmp_path, executor=SlowDisk()) as where:
        pieces = chunks(JPEG, *[b"x" * 1000] * 5)
        (answer,) = answers_to(where, Upload(name="a", length=None, chunks=pieces))
        assert answer.status == 201


def test_what_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield JPEG
        raise CutOffError("it ends too early")

    with room(tmp_path) as where:
        (answer,) = answers_to(where, Upload(name="a", length=None, chunks=cut()))
        assert (answer.status, code(answer)) == (400, "broken")
        assert where.files() == []
        assert where.jobs.listed() == ()


def test_what_is_cancelled_leaves_nothing_and_gives_its_place_back(tmp_path: Path) -> None:
    async def story(where: Room) -> None:
        held = Held()
        uploads = Uploads(submit=where.submit, limit_bytes=LIMIT, at_once=1)
        task = asyncio.create_task(uploads.receive(held.upload(1)))
        waiting = asyncio.create_task(uploads.receive(held.upload(2)))
        await settled()
        waiting.cancel()
        task.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        assert where.files() == []
        assert (await uploads.receive(upload())).status == 201

    with room(tmp_path) as where:
        in_no_time(story(where))


def test_a_name_fits_into_a_line_whatever_was_sent() -> None:
    assert shown_name("../../etc/a b.jpg") == "a b.jpg"
    assert shown_name("a\r\nX: y\0\udce9\u202e.jpg") == "aX: y.jpg"
    assert shown_name("") == shown_name("/") == shown_name("\n") == "upload"
    assert len(shown_name("x" * 1000)) == LONGEST_NAME


def test_uploads_run_without_a_web_server() -> None:
    lines = "import sys, device.web.uploads; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0
