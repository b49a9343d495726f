"""A real store on a real disk behind the one door, for tests of who brings photos to it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from device.app.machine import SystemClock, SystemRandom
from device.decode.format import format_of
from device.pipeline.submit import Submit
from device.store.database import Database, connect
from device.store.files import SystemFiles
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
    from pathlib import Path

    from device.core.ports import Executor
    from device.core.types import Job

T = TypeVar("T")

LIMIT = 200_000
JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 2000


def photo(number: int) -> bytes:
    """Bytes that are taken for a photo, others for each number."""
    return JPEG + str(number).encode()


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


class Inline:
    """Work is done on the spot, so that a test may run in a time of its own."""

    async def run(self, work: Callable[[], T], /) -> T:
        return work()

    def post(self, call: Callable[[], None], /) -> None:
        asyncio.get_running_loop().call_soon(call)


class Threads:
    """Work is done in threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)

    async def run(self, work: Callable[[], T], /) -> T:
        self._loop = asyncio.get_running_loop()
        return await self._loop.run_in_executor(self._pool, work)

    def post(self, call: Callable[[], None], /) -> None:
        self._loop.call_soon_threadsafe(call)

    def close(self) -> None:
        self._pool.shutdown()


@dataclass
class Room:
    """The door, and what lies behind it."""

    submit: Submit
    jobs: SqliteJobs
    outbox: SqliteOutbox
    folder: Path
    database: Path
    taken: list[Job] = field(default_factory=list)

    def files(self) -> list[Path]:
        return list(self.folder.iterdir())


@contextmanager
def room(tmp_path: Path, *, executor: Executor | None = None, most: int = 100, reserve: int = 0) -> Iterator[Room]:
    file, folder = tmp_path / "voxframe.db", tmp_path / "photos"
    connection = connect(file)
    database = Database(connection, name=str(file))
    outbox = SqliteOutbox(database, most_events=10)
    jobs = SqliteJobs(database, outbox=outbox, policy=Policy(most=most), clock=SystemClock())
    taken: list[Job] = []
    submit = Submit(
        executor=executor or Inline(),
        photos=PhotoFolder(folder, files=SystemFiles(), random=SystemRandom()),
        jobs=jobs,
        random=SystemRandom(),
        is_photo=lambda head: format_of(head) is not None,
        taken=taken.append,
        limit_bytes=LIMIT,
        reserve_bytes=reserve,
    )
    try:
        yield Room(submit=submit, jobs=jobs, outbox=outbox, folder=folder, database=file, taken=taken)
    finally:
        database.close()


class _TimelessLoop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next moment at which something is to happen."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        selector: Any = self._selector  # type: ignore[attr-defined]  # no part of its types
        really = selector.select

        def select(timeout: float | None = None) -> Any:
            if timeout:
                self._now += timeout
                timeout = 0
            return really(timeout)

        selector.select = select

    def time(self) -> float:
        return self._now


def in_no_time(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it; where it waits for a time, the time is there at once."""
    with asyncio.Runner(loop_factory=_TimelessLoop) as runner:
        return runner.run(work)
