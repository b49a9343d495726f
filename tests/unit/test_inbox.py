"""The inbox in a time of its own, over real files and a real store: what it takes, when, and what it leaves."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from device.core import faults
from device.core.errors import QueueFullError, StoreError
from device.intake.inbox import Inbox
from device.intake.polling import PollingWatcher
from device.pipeline.submit import Submit
from device.store.files import SystemFiles
from tests.uploading import LIMIT, Inline, in_no_time, photo, room

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterator
    from pathlib import Path

    from device.core.ports import Watcher
    from device.core.types import FoundFile, Job
    from tests.uploading import Room


class LoopClock:
    """The time of the loop, which jumps."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Silent:
    """Sees nothing."""

    async def changed(self, *, within_seconds: float) -> None:
        await asyncio.sleep(within_seconds)

    def close(self) -> None:
        pass


class Chatty:
    """Sees something all the time."""

    async def changed(self, *, within_seconds: float) -> None:
        assert within_seconds > 0
        await asyncio.sleep(0)

    def close(self) -> None:
        pass


@dataclass
class Watched(SystemFiles):
    """The real files, with an eye on them, and with what goes wrong where a test wants it."""

    scanned: list[float] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    removal: OSError | None = None
    reading: OSError | None = None
    knows_writers: bool = True

    def tree(self, folder: Path) -> list[FoundFile]:
        self.scanned.append(asyncio.get_running_loop().time())
        return super().tree(folder)

    def chunks(self, path: Path) -> Iterator[bytes]:
        self.read.append(path.name)
        if self.reading:
            raise self.reading
        return super().chunks(path)

    def remove(self, path: Path) -> None:
        if self.removal:
            raise self.removal
        super().remove(path)

    def is_being_written(self, path: Path) -> bool:
        return self.knows_writers and super().is_being_written(path)


@dataclass
class Story:
    """An inbox at work."""

    folder: Path
    files: Watched
    room: Room
    inbox: Inbox | None = None

    @property
    def names(self) -> list[str]:
        """What was taken in, in order."""
        return [job.name for job in self.room.taken]

    def contents(self) -> list[bytes]:
        return [job.path.read_bytes() for job in self.room.taken]

    def left(self) -> set[str]:
        return {path.name for path in self.folder.rglob("*")}

    @asynccontextmanager
    async def running(self, watcher: Watcher | None = None, **changes: Any) -> AsyncIterator[Inbox]:
        parts: dict[str, Any] = {
            "folder": self.folder,
            "files": self.files,
            "watcher": watcher or PollingWatcher(LoopClock(), interval_seconds=1.0),
            "submit": self.room.submit,
            "executor": Inline(),
            "clock": LoopClock(),
        }
        inbox = Inbox(**parts | changes)
        task = asyncio.create_task(inbox.run())
        yield inbox
        assert not task.done(), task.exception()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    folder = tmp_path / "inbox"
    folder.mkdir()
    with room(tmp_path) as behind:
        yield Story(folder=folder, files=Watched(), room=behind)


def instead_of(submit: Submit, kind: type[Submit]) -> Submit:
    """Another door to the same store."""
    return kind(**{part.name: getattr(submit, part.name) for part in fields(submit)})


def put(path: Path, data: bytes, *, at: int = 0) -> None:
    """Write it, or over it; `at` makes sure that it looks later than before."""
    path.write_bytes(data)
    os.utime(path, (at, at))


def test_a_photo_is_taken_in_once_it_has_not_changed_for_a_while_and_then_it_is_gone(story: Story) -> None:
    async def tell() -> None:
        async with story.running():
            await asyncio.sleep(5)
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(0.9)
            assert story.names == []
            await asyncio.sleep(3)
            assert story.names == ["a.jpg"]
            assert story.left() == set()
            await asyncio.sleep(60)

    in_no_time(tell())
    assert story.contents() == [photo(1)]
    assert [job.source for job in story.room.taken] == ["inbox"]


def test_a_file_that_a_writer_keeps_open_is_not_taken_before_it_is_closed(story: Story) -> None:
    async def tell() -> None:
        async with story.running():
            with (story.folder / "a.jpg").open("wb", buffering=0) as half:
                half.write(photo(1)[:5000])
                await asyncio.sleep(100)
                assert story.names == []
                half.write(photo(1)[5000:])
            await asyncio.sleep(5)

    in_no_time(tell())
    assert story.contents() == [photo(1)]
    assert story.room.files() == [story.room.taken[0].path]


def test_a_file_that_grows_is_not_taken_where_nobody_knows_who_writes(story: Story) -> None:
    story.files.knows_writers = False

    async def tell() -> None:
        async with story.running():
            for end in range(1000, 10_000, 1000):
                put(story.folder / "a.jpg", photo(1)[:end])
                await asyncio.sleep(0.9)
            assert story.names == []
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(3)

    in_no_time(tell())
    assert story.contents() == [photo(1)]


@pytest.mark.parametrize("later", [photo(2), photo(1) + b"longer", b""], ids=["other", "longer", "cut"])
def test_nothing_comes_of_a_file_that_changes_while_it_is_read(story: Story, later: bytes) -> None:
    path = story.folder / "a.jpg"

    class Writes(Watched):
        def chunks(self, path: Path) -> Iterator[bytes]:
            yield from super().chunks(path)
            if len(self.read) == 1:
                put(path, later, at=1)

    story.files = Writes(knows_writers=False)

    async def tell() -> None:
        async with story.running():
            put(path, photo(1))
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.contents() == ([later] if later else [])
    assert len(story.room.files()) == len(story.room.taken)


def test_another_photo_under_the_same_name_is_not_removed_with_the_one_before(story: Story) -> None:
    path = story.folder / "latest.jpg"

    def replaced(job: Job) -> None:
        story.room.taken.append(job)
        if len(story.room.taken) == 1:
            put(story.folder / ".new", photo(2), at=1)
            (story.folder / ".new").rename(path)

    story.room.submit = replace(story.room.submit, taken=replaced)

    async def tell() -> None:
        async with story.running():
            put(path, photo(1))
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.contents() == [photo(1), photo(2)]
    assert story.left() == set()


def test_a_duplicate_is_removed_counted_and_named_in_one_line(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def tell() -> None:
        async with story.running() as inbox:
            put(story.folder / "a.jpg", photo(1))
            put(story.folder / "b.jpg", photo(1))
            await asyncio.sleep(60)
            assert inbox.duplicates == 1

    in_no_time(tell())
    assert story.names == ["a.jpg"]
    assert story.left() == set()
    assert [record.getMessage().split("/")[-1] for record in caplog.records] == [
        "b.jpg is removed: this photo is here already, as job 1"
    ]


@pytest.mark.parametrize("data", [b"dear diary, " * 20, b"hi", photo(1) + bytes(LIMIT)], ids=["text", "short", "large"])
def test_what_is_no_photo_is_left_with_one_warning_and_not_read_again_until_it_changes(
    story: Story, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = story.folder / "a.jpg"

    async def tell() -> None:
        async with story.running():
            put(path, data)
            await asyncio.sleep(1000)
            assert story.left() == {"a.jpg"}
            assert story.files.read == ["a.jpg"]
            put(path, photo(2), at=1)
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.contents() == [photo(2)]
    assert story.left() == set()
    assert len(caplog.records) == 1
    assert "a.jpg is left where it is" in caplog.text


def test_while_the_queue_is_full_photos_stay_and_it_is_said_once_each_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(4):
        put(folder / f"{number}.jpg", photo(number))
    with room(tmp_path, most=1) as behind:
        story = Story(folder=folder, files=Watched(), room=behind)

        async def tell() -> None:
            async with story.running():
                await asyncio.sleep(100)
                for number in range(1, 4):
                    assert len(story.names) == number
                    assert story.room.jobs.claim()
                    await asyncio.sleep(100)

        in_no_time(tell())
        assert story.names == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
        assert len(story.files.read) < 50
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 6
    assert "inbox waits: 1 photos wait already" in said[0]
    assert said[1] == "the inbox goes on"


def test_one_photo_at_which_the_store_fails_does_not_hold_up_the_others(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails(Submit):
        async def photo(self, chunks: AsyncIterable[bytes], *, name: str, **more: Any) -> Job:
            if name == "a.jpg":
                raise StoreError("the disk fails")
            return await Submit.photo(self, chunks, name=name, **more)

    story.room.submit = instead_of(story.room.submit, Fails)

    async def tell() -> None:
        async with story.running():
            for name in "abc":
                put(story.folder / f"{name}.jpg", photo(ord(name)))
            await asyncio.sleep(60)

    in_no_time(tell())
    assert story.names == ["b.jpg", "c.jpg"]
    assert story.left() == {"a.jpg"}
    assert caplog.text.count("the inbox waits: the disk fails") <= 2


def test_what_cannot_be_removed_is_taken_in_once_said_once_and_removed_when_it_can_be(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.files.removal = OSError(errno.EROFS, os.strerror(errno.EROFS))

    async def tell() -> None:
        async with story.running():
            for name in "abc":
                put(story.folder / f"{name}.jpg", photo(ord(name)))
            await asyncio.sleep(1000)
            assert len(story.left()) == 3
            story.files.removal = None
            await asyncio.sleep(100)
            assert story.left() == set()

    in_no_time(tell())
    assert story.files.read == ["a.jpg", "b.jpg", "c.jpg"]
    assert len(caplog.records) == 1
    assert "Read-only file system" in caplog.text


def test_what_cannot_be_read_is_said_once_and_tried_again_now_and_then(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.files.reading = PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    async def tell() -> None:
        async with story.running():
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(600)
            assert 5 < len(story.files.read) < 15
            story.files.reading = None
            await asyncio.sleep(100)

    in_no_time(tell())
    assert story.names == ["a.jpg"]
    assert len(caplog.records) == 1


def test_a_folder_that_goes_and_comes_is_waited_for_and_named_once(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    away = story.folder.with_name("away")

    async def tell() -> None:
        async with story.running(Silent()):
            await asyncio.sleep(1)
            story.folder.rename(away)
            put(away / "a.jpg", photo(1))
            await asyncio.sleep(200)
            away.rename(story.folder)
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.names == ["a.jpg"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_what_vanishes_before_it_is_read_is_no_matter(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    class Vanishes(Watched):
        def is_being_written(self, path: Path) -> bool:
            if path.name == "before.jpg":
                path.unlink()
            return super().is_being_written(path)

        def chunks(self, path: Path) -> Iterator[bytes]:
            if path.name == "open.jpg":
                path.unlink()
            yield from super().chunks(path)
            if path.name == "read.jpg":
                path.unlink()

    story.files = Vanishes()

    async def tell() -> None:
        async with story.running():
            for name in ("before.jpg", "open.jpg", "read.jpg", "stays.jpg"):
                put(story.folder / name, photo(len(name)))
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.names == ["stays.jpg"]
    assert caplog.records == []
    assert len(story.room.files()) == 1


def test_hidden_files_and_links_are_neither_taken_nor_removed(story: Story) -> None:
    elsewhere = story.folder.with_name("elsewhere")
    (elsewhere / "deep").mkdir(parents=True)
    put(elsewhere / "kept.jpg", photo(1))
    put(story.folder / ".hidden.jpg", photo(2))
    (story.folder / "link.jpg").symlink_to(elsewhere / "kept.jpg")
    (story.folder / "folder").symlink_to(elsewhere)
    (story.folder / "nowhere.jpg").symlink_to("missing")
    before = story.left()

    async def tell() -> None:
        async with story.running():
            await asyncio.sleep(100)

    in_no_time(tell())
    assert story.names == []
    assert story.left() == before
    assert (elsewhere / "kept.jpg").exists()


@pytest.mark.parametrize("beginning", [b"", photo(1)[:5000]], ids=["empty", "half"])
def test_a_file_that_is_never_finished_is_named_once_and_taken_when_it_is(
    story: Story, beginning: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def tell() -> None:
        async with story.running(Silent()):
            with (story.folder / "a.jpg").open("wb", buffering=0) as half:
                half.write(beginning)
                await asyncio.sleep(590)
                assert caplog.records == []
                await asyncio.sleep(3000)
                assert len(caplog.records) == 1
                scanned = len(story.files.scanned)
                await asyncio.sleep(600)
                assert len(story.files.scanned) - scanned <= 11, "it is left alone"
                half.write(photo(1)[len(beginning) :])
            await asyncio.sleep(150)

    in_no_time(tell())
    assert story.contents() == [photo(1)]
    assert len(caplog.records) == 1
    assert "a.jpg is" in caplog.text


def test_an_empty_file_is_not_read_but_named_after_a_long_while(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    async def tell() -> None:
        async with story.running(Silent()):
            put(story.folder / "a.jpg", b"")
            await asyncio.sleep(590)
            assert caplog.records == []
            await asyncio.sleep(3000)

    in_no_time(tell())
    assert story.files.read == []
    assert story.left() == {"a.jpg"}
    assert len(caplog.records) == 1
    assert "a.jpg is empty" in caplog.text


def test_a_file_that_grows_for_ever_where_nobody_knows_who_writes_is_named_once_and_left_alone(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.files.knows_writers = False

    async def tell() -> None:
        async with story.running(Silent()):
            for second in range(1800):
                put(story.folder / "a.jpg", photo(1) + bytes(second))
                if second == 1200:
                    story.files.scanned.clear()
                await asyncio.sleep(1)
            assert len(story.files.scanned) <= 11

    in_no_time(tell())
    assert story.names == []
    assert len(caplog.records) == 1


def test_a_file_that_does_not_have_the_bytes_that_it_shows_is_read_again_only_after_a_while(story: Story) -> None:
    class Late(Watched):
        def chunks(self, path: Path) -> Iterator[bytes]:
            whole = b"".join(super().chunks(path))
            yield whole if len(self.read) > 5 else whole[:5000]

    story.files = Late()

    async def tell() -> None:
        async with story.running(Chatty()):
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(4)
            assert 2 <= len(story.files.read) <= 4
            await asyncio.sleep(10)

    in_no_time(tell())
    assert story.contents() == [photo(1)]


class Closed(Submit):
    """Has no room until it is opened."""

    opened = False

    async def photo(self, *args: Any, **more: Any) -> Job:
        if not Closed.opened:
            raise QueueFullError("too many wait")
        return await Submit.photo(self, *args, **more)


def test_who_came_first_is_taken_first_and_of_those_at_once_in_the_order_of_names(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.room.submit = instead_of(story.room.submit, Closed)

    async def tell() -> None:
        async with story.running():
            put(story.folder / "z.jpg", photo(1))
            await asyncio.sleep(3)
            for name in ("c.jpg", "b.jpg", "a.jpg"):
                put(story.folder / name, photo(ord(name[0])))
            await asyncio.sleep(20)
            monkeypatch.setattr(Closed, "opened", True)
            await asyncio.sleep(20)

    in_no_time(tell())
    assert story.names == ["z.jpg", "a.jpg", "b.jpg", "c.jpg"]


def test_a_file_that_waited_long_is_called_endless_only_when_it_is_written_again_for_as_long(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.room.submit = instead_of(story.room.submit, Closed)
    story.files.knows_writers = False

    async def tell() -> None:
        async with story.running():
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(2000)
            for second in range(700):
                put(story.folder / "a.jpg", photo(1) + bytes(second))
                await asyncio.sleep(1)
                if second < 590:
                    assert len(caplog.records) == 1

    in_no_time(tell())
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("the inbox waits")
    assert "a.jpg is still being written after 60" in second


def test_where_nothing_happens_it_is_not_scanned_more_than_once_a_minute(story: Story) -> None:
    put(story.folder / "refused.txt", b"no photo" * 20)

    async def tell() -> None:
        async with story.running(Silent()):
            await asyncio.sleep(100)
            before = len(story.files.scanned)
            await asyncio.sleep(3600)
            assert len(story.files.scanned) - before <= 60

    in_no_time(tell())


def test_who_sees_changes_all_the_time_does_not_make_it_scan_all_the_time(story: Story) -> None:
    async def tell() -> None:
        async with story.running(Chatty()):
            await asyncio.sleep(100)
            assert len(story.files.scanned) <= 401
            put(story.folder / "a.jpg", photo(1))
            await asyncio.sleep(1.6)
            assert story.names == ["a.jpg"]

    in_no_time(tell())


def test_a_burst_is_scanned_a_few_times_and_not_once_for_each_photo(story: Story) -> None:
    for number in range(90):
        put(story.folder / f"{number}.jpg", photo(number))

    async def tell() -> None:
        async with story.running(Silent()):
            await asyncio.sleep(10)
            assert len(story.names) == 90
            assert len(story.files.scanned) < 10

    in_no_time(tell())


def test_what_was_safe_when_the_process_ended_is_removed_by_the_next_one_and_not_taken_in_again(story: Story) -> None:
    class EndError(BaseException):
        pass

    def end(name: str) -> None:
        if "taken in" in name:
            raise EndError

    async def crash() -> None:
        put(story.folder / "a.jpg", photo(1))
        faults.let(end)
        try:
            async with asyncio.timeout(60):
                with pytest.raises(EndError):
                    await Inbox(
                        folder=story.folder,
                        files=story.files,
                        watcher=Silent(),
                        submit=story.room.submit,
                        executor=Inline(),
                        clock=LoopClock(),
                    ).run()
        finally:
            faults.let(None)

    async def again() -> None:
        async with story.running() as inbox:
            await asyncio.sleep(10)
            assert inbox.duplicates == 1

    in_no_time(crash())
    assert story.left() == {"a.jpg"}
    in_no_time(again())
    assert story.left() == set()
    assert story.names == ["a.jpg"]
