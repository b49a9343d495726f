"""What every executor promises: real threads on a real loop, and the simulated ones."""

from __future__ import annotations

import asyncio
import threading
import time
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from device.app.threads import ThreadExecutor
from tests.simulation.chance import chance
from tests.simulation.executor import SimExecutor, SimOnce
from tests.simulation.loop import SimLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

name: ContextVar[str] = ContextVar("name", default="nobody")


class Place(Protocol):
    """Where a test runs."""

    def run(self, test: Callable[[], Coroutine[Any, Any, None]]) -> None: ...

    def executor(self, threads: int = 1) -> Any: ...

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        """What blocking work waits at, and what opens it."""


class RealPlace:
    def run(self, test: Callable[[], Coroutine[Any, Any, None]]) -> None:
        troubles: list[dict[str, Any]] = []

        async def watched() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
            await test()

        asyncio.run(watched())
        assert not troubles

    def executor(self, threads: int = 1) -> ThreadExecutor:
        return ThreadExecutor(name="of a test", threads=threads)

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        event = threading.Event()
        return partial(event.wait, 60), event.set


class SimPlace:
    def __init__(self, seed: int) -> None:
        self._loop = SimLoop(chance(seed))
        self._random = chance(seed)

    def run(self, test: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop.run_until_complete(test())
        self._loop.close()

    def executor(self, threads: int = 1) -> SimExecutor:
        return SimExecutor(self._loop, random=self._random, threads=threads)

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        signal = self._loop.signal()
        return partial(self._loop.block_until, signal, 60), signal.set


@pytest.fixture(params=["real", *range(20)])
def place(request: pytest.FixtureRequest) -> Place:
    return RealPlace() if request.param == "real" else SimPlace(request.param)


def test_what_comes_of_the_work_is_returned(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        assert await executor.run(lambda: 3) == 3
        executor.close()

    place.run(test)


@pytest.mark.parametrize("kind", [KeyError, StopIteration])
def test_an_error_of_the_work_is_raised(place: Place, kind: type[Exception]) -> None:
    async def test() -> None:
        executor = place.executor()
        with pytest.raises((kind, RuntimeError)):
            await executor.run(partial(fail, kind))
        assert await executor.run(lambda: 3) == 3
        executor.close()

    place.run(test)


def test_the_work_sees_what_its_caller_sees(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        name.set("photo 3")
        seen: list[str] = []

        def work() -> str:
            executor.post(lambda: seen.append(name.get()))
            before = name.get()
            name.set("of the work")
            return before

        assert await executor.run(work) == "photo 3"
        assert seen == ["photo 3"]
        assert name.get() == "photo 3"
        executor.close()

    place.run(test)


def test_posts_come_in_order_and_before_the_result(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        came: list[int] = []

        def work() -> None:
            for number in range(50):
                executor.post(partial(came.append, number))

        await executor.run(work)
        assert came == list(range(50))
        executor.close()

    place.run(test)


def test_a_post_comes_on_the_loop(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        loops: list[object] = []
        await executor.run(partial(executor.post, lambda: loops.append(asyncio.get_running_loop())))
        assert loops == [asyncio.get_running_loop()]
        executor.close()

    place.run(test)


def test_the_work_is_not_on_the_loop(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        with pytest.raises(RuntimeError, match="no running event loop"):
            await executor.run(asyncio.get_running_loop)
        executor.close()

    place.run(test)


def test_one_thread_does_its_work_in_order(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        done: list[int] = []
        # The first of them must be there before the second: tasks begin in any order.
        tasks = []
        for number in range(10):
            begun = asyncio.Event()
            tasks.append(asyncio.create_task(run(executor, partial(done.append, number), begun)))
            await begun.wait()
        await asyncio.gather(*tasks)
        assert done == list(range(10))
        executor.close()

    place.run(test)


def test_no_more_is_done_at_once_than_there_are_threads(place: Place) -> None:
    async def test() -> None:
        executor = place.executor(threads=2)
        wait, let_go = place.gate()
        at_once, most = 0, 0
        second = asyncio.Event()

        def work() -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            if at_once == 2:
                executor.post(second.set)
            wait()
            at_once -= 1

        tasks = [asyncio.create_task(executor.run(work)) for _ in range(5)]
        await second.wait()
        let_go()
        await asyncio.gather(*tasks)
        assert most == 2
        executor.close()

    place.run(test)


def test_work_that_was_begun_goes_on_when_nobody_waits(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        wait, let_go = place.gate()
        begun, ended = asyncio.Event(), asyncio.Event()

        def work() -> None:
            executor.post(begun.set)
            wait()
            executor.post(ended.set)

        task = asyncio.create_task(executor.run(work))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        let_go()
        await ended.wait()
        assert await executor.run(lambda: 3) == 3
        executor.close()

    place.run(test)


def test_what_was_not_begun_is_cancelled_when_it_closes(place: Place) -> None:
    async def test() -> None:
        executor = place.executor()
        wait, let_go = place.gate()
        begun, waits = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(executor.run(partial(both, partial(executor.post, begun.set), wait)))
        await begun.wait()
        second = asyncio.create_task(run(executor, list, waits))
        await waits.wait()
        executor.close()
        with pytest.raises(asyncio.CancelledError):
            await second
        let_go()
        await first
        with pytest.raises(RuntimeError):
            await executor.run(list)

    place.run(test)


def test_a_post_after_the_end_is_silent(place: Place) -> None:
    posts: list[Callable[[Callable[[], None]], None]] = []

    async def test() -> None:
        executor = place.executor()
        posts.append(executor.post)
        executor.close()

    place.run(test)
    posts[0](lambda: pytest.fail("it came"))


def test_real_work_runs_in_a_thread_with_its_name() -> None:
    async def test() -> None:
        executor = ThreadExecutor(name="voice")
        assert (await executor.run(lambda: threading.current_thread().name)).startswith("voice")
        executor.close()

    asyncio.run(test())


def test_simulated_work_takes_no_real_time() -> None:
    loop = SimLoop(chance(1))
    executor = SimExecutor(loop, random=chance(2))
    before = time.monotonic()
    loop.run_until_complete(executor.run(partial(loop.block, 86_400)))
    assert loop.time() >= 86_400
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("seed", range(20))
def test_simulated_work_that_is_asked_for_twice_is_done_once(seed: int) -> None:
    loop = SimLoop(chance(seed))
    executor = SimExecutor(loop, random=chance(seed), threads=3)
    done: list[int] = []
    result = SimOnce(loop)(lambda: both(partial(loop.block, 1), partial(done.append, 1)))

    async def test() -> None:
        await asyncio.gather(*(executor.run(result) for _ in range(3)))

    loop.run_until_complete(test())
    assert done == [1]


async def run(executor: Any, work: Callable[[], Any], begun: asyncio.Event) -> None:
    begun.set()
    await executor.run(work)


def both(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    first()
    second()


def fail(kind: type[Exception]) -> None:
    raise kind
