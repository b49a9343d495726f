"""The inbox over a real folder that the kernel tells of, in real time, with work in threads."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from device.intake.inbox import Inbox
from device.intake.inotify import InotifyWatcher
from device.store.files import SystemFiles
from tests.uploading import Threads, photo, room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
    from pathlib import Path

    from device.core.types import Job
    from tests.uploading import Room

LONG = 20.0
"""Less than the time after which it would be scanned although nobody told of a change."""
SETTLE = 0.2


class SystemTime:
    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Posting(Threads):
    """Work is done in threads, and may call back."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: asyncio.AbstractEventLoop | None = None

    def post(self, call: Callable[[], None], /) -> None:
        assert self.loop
        self.loop.call_soon_threadsafe(call)


class Told(SystemFiles):
    """The real files; it tells of what a test waits for."""

    def __init__(self) -> None:
        self.asked_while_written: Callable[[], object] = lambda: None
        self.removed: Callable[[], object] = lambda: None

    def is_being_written(self, path: Path) -> bool:
        is_written = super().is_being_written(path)
        if is_written:
            self.asked_while_written()
        return is_written

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.removed()


@dataclass
class Story:
    """An inbox at work, and what it took."""

    folder: Path
    room: Room
    executor: Posting
    files: Told = field(default_factory=Told)
    taken: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    removed: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = self.executor.loop = asyncio.get_running_loop()
        self.files.asked_while_written = lambda: loop.call_soon_threadsafe(self.written.set)
        self.files.removed = lambda: loop.call_soon_threadsafe(self.removed.put_nowait, None)
        with closing(InotifyWatcher(self.folder)) as watcher:
            inbox = Inbox(
                folder=self.folder,
                files=self.files,
                watcher=watcher,
                submit=replace(self.room.submit, taken=self.taken.put_nowait),
                executor=self.executor,
                clock=SystemTime(),
                settle_seconds=SETTLE,
            )
            async with asyncio.TaskGroup() as tasks:
                # Where it ends by an error, so does the test.
                task = tasks.create_task(inbox.run())
                yield
                task.cancel()

    async def consumed(self, count: int) -> list[bytes]:
        """The next photos that are taken in, once their files are gone."""
        jobs = [await self.taken.get() for _ in range(count)]
        for _ in range(count):
            await self.removed.get()
        return [job.path.read_bytes() for job in jobs]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    folder = tmp_path / "inbox"
    folder.mkdir()
    executor = Posting()
    with room(tmp_path, executor=executor, most=1000) as behind:
        yield Story(folder=folder, room=behind, executor=executor)
        executor.close()


def within(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, LONG))


def test_a_file_that_is_copied_slowly_is_taken_whole(story: Story) -> None:
    async def tell() -> None:
        async with story.running():
            with (story.folder / "a.jpg").open("wb", buffering=0) as half:
                half.write(photo(1)[:100])
                await story.written.wait()
                assert story.taken.empty()
                half.write(photo(1)[100:])
            assert await story.consumed(1) == [photo(1)]

    within(tell())
    assert list(story.folder.iterdir()) == []


def test_what_was_there_before_and_what_is_renamed_into_place_is_taken(story: Story) -> None:
    (story.folder / "before.jpg").write_bytes(photo(1))

    async def tell() -> None:
        async with story.running():
            assert await story.consumed(1) == [photo(1)]
            (story.folder / ".half.jpg").write_bytes(photo(2))
            (story.folder / ".half.jpg").rename(story.folder / "whole.jpg")
            assert await story.consumed(1) == [photo(2)]

    within(tell())


def test_a_folder_that_is_moved_in_is_emptied_and_goes_on_being_watched(story: Story) -> None:
    outside = story.folder.with_name("trip")
    (outside / "day 1").mkdir(parents=True)
    (outside / "a.jpg").write_bytes(photo(1))
    (outside / "day 1" / "b.jpg").write_bytes(photo(2))

    async def tell() -> None:
        async with story.running():
            outside.rename(story.folder / "trip")
            assert sorted(await story.consumed(2)) == [photo(1), photo(2)]
            (story.folder / "trip" / "day 1" / "c.jpg").write_bytes(photo(3))
            assert await story.consumed(1) == [photo(3)]

    within(tell())
    assert (story.folder / "trip" / "day 1").is_dir()


def test_a_folder_that_is_taken_away_and_put_back_is_watched_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.intake.inbox.POLL_SECONDS", 0.1)
    away = story.folder.with_name("away")

    async def tell() -> None:
        async with story.running():
            (story.folder / "a.jpg").write_bytes(photo(1))
            assert await story.consumed(1) == [photo(1)]
            story.folder.rename(away)
            (away / "b.jpg").write_bytes(photo(2))
            away.rename(story.folder)
            assert await story.consumed(1) == [photo(2)]
            (story.folder / "c.jpg").write_bytes(photo(3))
            assert await story.consumed(1) == [photo(3)]

    within(tell())


def test_a_burst_is_taken_to_the_last_photo(story: Story) -> None:
    count = 300

    async def tell() -> None:
        async with story.running():
            for number in range(count):
                (story.folder / f"{number}.jpg").write_bytes(photo(number))
            assert sorted(await story.consumed(count)) == sorted(photo(number) for number in range(count))

    within(tell())
    assert list(story.folder.iterdir()) == []
    assert len(story.room.files()) == count
