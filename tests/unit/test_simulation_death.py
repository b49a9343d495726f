"""The end of a simulated life: nothing of it goes on, and nothing is said of it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.chance import chance
from tests.simulation.disk import SimDisk
from tests.simulation.executor import SimExecutor
from tests.simulation.life import PowerCut
from tests.simulation.loop import SimLoop
from tests.simulation.mount import SimFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.simulation.mount import SimFile

FOLDER = Path("/photos")


class Lived:
    """A life with everything in it that can be cut off in the middle."""

    def __init__(self, seed: int) -> None:
        self.loop = SimLoop(chance(seed), start=100)
        self.disk = SimDisk()
        self.disk.make_folder(FOLDER)
        self.files = SimFiles(self.disk, life=self.loop.life, loop=self.loop, random=chance(seed, "files"))
        self.executor = SimExecutor(self.loop, random=chance(seed, "executor"), threads=2)
        self.after: list[str] = []
        self.tasks = [self.loop.create_task(self.life(number)) for number in range(5)]
        self.asleep = self.loop.create_task(self.sleep())

    async def sleep(self) -> None:
        try:
            await asyncio.sleep(10_000)
        except BaseException:
            # A second wait within the first one's end.
            await self.executor.run(partial(self.files.create, FOLDER / "in the end"))
            raise
        finally:
            self.note()
            await asyncio.create_task(self.life(100))

    async def life(self, number: int) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.write(number))
            group.create_task(self.read(number))

    async def write(self, number: int) -> None:
        for count in range(1000):
            file = await self.executor.run(partial(self.files.create, FOLDER / f"{number}-{count}"))
            try:
                async with asyncio.timeout(50):
                    await self.executor.run(partial(self.fill, file))
            finally:
                self.note()
                await self.executor.run(partial(self.files.remove, FOLDER / f"{number}-{count}"))

    async def read(self, number: int) -> None:
        async for chunk in self.chunks():
            assert chunk == number or chunk >= 0

    async def chunks(self) -> AsyncIterator[int]:
        try:
            for number in range(10_000):
                await asyncio.sleep(0.01)
                yield number
        finally:
            await asyncio.sleep(1)
            self.note()

    def fill(self, file: SimFile) -> None:
        try:
            for chunk in self.pieces():
                file.write(chunk)
                file.sync()
        finally:
            file.close()
            self.note()

    def pieces(self) -> Iterator[bytes]:
        try:
            for _ in range(10):
                self.loop.block(0.01)
                yield b"piece"
        finally:
            self.loop.block(0.01)

    def note(self) -> None:
        if not self.loop.life.alive:
            self.after.append("it goes on")
            self.disk.present(FOLDER)
            self.files.check()


def in_a_callback(lived: Lived) -> None:
    lived.loop.call_at(101.0, lived.loop.life.cut)


def from_outside(lived: Lived) -> None:
    lived.loop.call_at(101.0, lived.loop.life.end)


def in_a_task(lived: Lived) -> None:
    async def die() -> None:
        await asyncio.sleep(1)
        try:
            lived.loop.life.cut()
        except Exception:  # noqa: BLE001 - this is what must not stop it
            lived.after.append("it was handled")

    lived.asleep = asyncio.Task(die(), loop=lived.loop)


def in_work(lived: Lived) -> None:
    def die() -> None:
        lived.loop.block(1)
        lived.loop.life.cut()

    lived.loop.call_soon(lived.loop.spawn, die)


def on_the_disk(lived: Lived) -> None:
    lived.disk.on_change = lambda _: lived.loop.life.cut() if lived.loop.time() > 101 else None


def with_a_power_cut_that_nobody_told_the_life(lived: Lived) -> None:
    def die() -> None:
        raise PowerCut

    lived.loop.call_at(101.0, die)


ENDS = [in_a_callback, from_outside, in_a_task, in_work, on_the_disk, with_a_power_cut_that_nobody_told_the_life]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("seed", range(8))
def test_nothing_goes_on_after_the_end(seed: int, end: Callable[[Lived], None]) -> None:
    lived = Lived(seed)
    end(lived)
    with pytest.raises(PowerCut):
        lived.loop.run()
    assert not lived.loop.life.alive
    assert 101 <= lived.loop.time() < 102
    assert "it was handled" not in lived.after
    before = lived.disk.free_bytes(), lived.loop.steps
    with pytest.raises(PowerCut):
        lived.loop.run()
    gc.collect()
    assert (lived.disk.free_bytes(), lived.loop.steps) == before


@pytest.mark.parametrize("seed", range(20))
def test_what_is_dropped_changes_nothing_on_the_disk(seed: int) -> None:
    lived = Lived(seed)
    lived.loop.run(moment=100 + seed / 20)
    there = sorted(lived.disk.folder(FOLDER).now)
    lived.loop.kill()
    gc.collect()
    assert sorted(lived.disk.folder(FOLDER).now) == there


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_said_of_the_dead(seed: int) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        lived: Any = Lived(seed)
        lived.loop.run(moment=101)
        lived.loop.kill()
        del lived
        gc.collect()
    assert not said


@pytest.mark.parametrize("seed", range(20))
def test_another_life_begins_where_the_first_ended(seed: int) -> None:
    first = Lived(seed)
    first.loop.run(moment=101)
    first.loop.kill()
    second = SimLoop(chance(seed), start=first.loop.time())

    async def life() -> float:
        await asyncio.sleep(1)
        return asyncio.get_running_loop().time()

    assert second.run_until_complete(life()) == 102
    second.close()


def test_no_callback_comes_after_the_end() -> None:
    loop = SimLoop(chance(1))
    came: list[int] = []
    for number in range(10):
        loop.call_soon(came.append, number)
    loop.call_later(1, loop.life.end)
    loop.run(until=lambda: len(came) == 5)
    loop.life.end()
    with pytest.raises(PowerCut):
        loop.run()
    assert len(came) == 5


def test_an_end_among_what_is_ready_is_before_the_next_step() -> None:
    def after(seed: int) -> int:
        loop = SimLoop(chance(seed))
        ended: list[bool] = []
        loop.call_soon(loop.life.end)
        for _ in range(10):
            loop.call_soon(lambda: ended.append(not loop.life.alive))
        with pytest.raises(PowerCut):
            loop.run()
        return sum(ended)

    assert not any(map(after, range(20)))


def test_what_is_suspended_is_unwound_when_the_run_ends() -> None:
    loop = SimLoop(chance(1))
    unwound: list[type[BaseException]] = []

    def work() -> None:
        try:
            loop.block(10)
        except BaseException as error:
            unwound.append(type(error))
            raise

    async def task() -> None:
        try:
            await asyncio.sleep(10)
        except BaseException as error:
            unwound.append(type(error))
            raise

    tasks = [loop.create_task(task())]
    loop.call_soon(loop.spawn, work)
    loop.call_later(1, loop.life.end)
    with pytest.raises(PowerCut):
        loop.run()
    assert unwound == [PowerCut, PowerCut]
    assert tasks[0].get_coro().cr_frame is None  # type: ignore[union-attr]


def test_a_task_that_the_dead_begin_is_dropped_in_silence() -> None:
    async def never() -> None:
        raise AssertionError

    loop = SimLoop(chance(1))
    loop.kill()
    with pytest.raises(PowerCut):
        loop.create_task(never())
    loop.call_exception_handler({"message": "of the dead"})
    gc.collect()
    loop.close()
