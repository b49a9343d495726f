"""The simulated loop: any order, no time lost, and nothing swallowed."""

from __future__ import annotations

import asyncio
import gc
import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.chance import chance
from tests.simulation.executor import SimExecutor
from tests.simulation.loop import SimLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SEEDS = range(200)


def order(seed: int) -> list[int]:
    came: list[int] = []

    async def one(number: int) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            came.append(number)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(one(number))

    loop = SimLoop(chance(seed))
    loop.run_until_complete(main())
    loop.close()
    return came


def test_the_same_seed_gives_the_same_order() -> None:
    assert [order(seed) for seed in SEEDS] == [order(seed) for seed in SEEDS]


def test_other_seeds_give_other_orders() -> None:
    assert len({tuple(order(seed)) for seed in SEEDS}) > 190


def test_of_two_tasks_either_may_be_first() -> None:
    assert {order(seed)[0] for seed in SEEDS} == set(range(5))


@pytest.mark.parametrize("seed", range(20))
def test_time_jumps_to_the_next_timer(seed: int) -> None:
    async def main() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert SimLoop(chance(seed), start=1000).run_until_complete(main()) == 87_400


@pytest.mark.parametrize("seed", SEEDS)
def test_a_queue_keeps_its_order_and_a_timeout_ends_what_takes_too_long(seed: int) -> None:
    got: list[int] = []

    async def put(queue: asyncio.Queue[int]) -> None:
        for number in range(20):
            await queue.put(number)

    async def take(queue: asyncio.Queue[int]) -> None:
        async with asyncio.timeout(5):
            while True:
                got.append(await queue.get())

    async def main() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue(maxsize=3)
        async with asyncio.TaskGroup() as group:
            group.create_task(put(queue))
            taking = asyncio.create_task(take(queue))
        with pytest.raises(TimeoutError):
            await taking

    loop = SimLoop(chance(seed))
    loop.run_until_complete(main())
    assert got == list(range(20))
    assert loop.time() == 5
    loop.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_events_locks_waits_and_gathers_work(seed: int) -> None:
    inside = 0

    async def enter(event: asyncio.Event, lock: asyncio.Lock) -> int:
        nonlocal inside
        await event.wait()
        async with lock:
            inside += 1
            assert inside == 1
            await asyncio.sleep(1)
            inside -= 1
        return 3

    async def main() -> None:
        event, lock = asyncio.Event(), asyncio.Lock()
        tasks = [asyncio.create_task(enter(event, lock)) for _ in range(4)]
        done, _ = await asyncio.wait(tasks, timeout=2)
        assert not done
        event.set()
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert done
        assert await asyncio.gather(*tasks) == [3] * 4
        assert await asyncio.wait_for(enter(event, lock), 5) == 3

    SimLoop(chance(seed)).run_until_complete(main())


@pytest.mark.parametrize("seed", range(20))
def test_a_group_ends_its_tasks_when_one_fails(seed: int) -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(math.inf)
        finally:
            ended.append("waited")

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(wait())
            await asyncio.sleep(1)
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as raised:
        SimLoop(chance(seed)).run_until_complete(main())
    assert raised.group_contains(KeyError)
    assert ended == ["waited"]


def test_the_error_of_a_callback_comes_out() -> None:
    loop = SimLoop(chance(1))
    loop.call_later(1, [].pop)
    with pytest.raises(IndexError):
        loop.run()


def test_the_error_of_a_task_that_is_forgotten_comes_out() -> None:
    loop = SimLoop(chance(1))
    loop.create_task(fail())
    with pytest.raises(KeyError) as raised:
        loop.run()
    assert any(entry.name == "fail" for entry in raised.traceback)


def test_the_error_of_a_task_that_nobody_asks_for_comes_out_at_the_end() -> None:
    loop = SimLoop(chance(1))
    task = loop.create_task(fail())
    assert loop.run() == "idle"
    with pytest.raises(KeyError):
        loop.close()
    assert task.done()


def test_it_runs_until_a_condition_a_moment_or_until_nothing_is_left() -> None:
    loop = SimLoop(chance(1))
    came: list[float] = []
    for when in (1, 2, 3):
        loop.call_at(when, lambda: came.append(loop.time()))
    assert loop.run(until=lambda: len(came) == 1) == "condition"
    assert loop.run(moment=2.5) == "moment"
    assert (came, loop.time()) == ([1, 2], 2.5)
    assert loop.run() == "idle"
    assert came == [1, 2, 3]
    assert loop.run(moment=10) == "moment"
    assert loop.time() == 10


def test_a_cancelled_timer_takes_no_time() -> None:
    loop = SimLoop(chance(1))
    loop.call_later(10, [].pop).cancel()
    assert loop.run() == "idle"
    assert loop.time() == 0


def test_a_thousand_cancelled_timers_are_forgotten() -> None:
    loop = SimLoop(chance(1))
    kept: list[float] = []
    loop.call_later(7, lambda: kept.append(loop.time()))
    for number in range(1000):
        loop.call_later(10 + number, [].pop).cancel()
    assert len(loop._schedule._timers) < 200
    loop.run()
    assert kept == [7]


def test_what_nothing_will_wake_is_told_with_its_place() -> None:
    async def waits_for_ever() -> None:
        await asyncio.Event().wait()

    loop = SimLoop(chance(1))
    with pytest.raises(AssertionError, match=r"nothing will ever wake it: .*locks\.py"):
        loop.run_until_complete(waits_for_ever())
    loop.kill()


def test_a_loop_without_end_is_told() -> None:
    async def spins() -> None:
        while True:  # noqa: ASYNC110 - that is what is to be noticed
            await asyncio.sleep(0)

    loop = SimLoop(chance(1))
    with pytest.raises(AssertionError, match="it spins"):
        loop.run_until_complete(spins())
    loop.kill()


def test_a_late_loop_lets_a_timer_overtake_what_is_ready() -> None:
    def late(seed: int) -> bool:
        came: list[str] = []
        loop = SimLoop(chance(seed), late_seconds=0.1)
        loop.call_later(0.05, came.append, "timer")
        loop.call_later(0.2, came.append, "too far away")
        for _ in range(5):
            loop.call_soon(came.append, "ready")
        loop.run()
        assert came[-1] == "too far away"
        return came.index("timer") < 5

    assert 1 < sum(map(late, SEEDS)) < 50


@pytest.mark.parametrize("seed", range(20))
def test_a_generator_that_is_left_early_is_finished(seed: int) -> None:
    finished: list[float] = []

    async def chunks() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(1)
            finished.append(asyncio.get_running_loop().time())

    async def main() -> None:
        async for _ in chunks():
            break
        await asyncio.sleep(5)

    SimLoop(chance(seed)).run_until_complete(main())
    assert finished == [1]


def test_a_blocking_call_on_the_loop_comes_out_though_it_is_handled() -> None:
    loop = SimLoop(chance(1))

    async def main() -> None:
        try:
            loop.block(1)
        except Exception:  # noqa: BLE001 - as a pipeline does that goes on whatever happens
            await asyncio.sleep(1)

    with pytest.raises(AssertionError, match="a blocking call on the loop"):
        loop.run_until_complete(main())
    assert loop.time() == 0
    loop.kill()


def test_work_that_touches_the_loop_comes_out_though_it_is_handled() -> None:
    loop = SimLoop(chance(1))
    executor = SimExecutor(loop, random=chance(2))

    async def main() -> None:
        event = asyncio.Event()
        waiting = asyncio.create_task(event.wait())
        await asyncio.sleep(1)
        await asyncio.gather(executor.run(event.set), waiting, return_exceptions=True)

    with pytest.raises(AssertionError, match="blocking work touches the loop"):
        loop.run_until_complete(main())
    loop.kill()


@pytest.mark.parametrize("seed", SEEDS)
def test_blocking_work_interleaves_and_is_done_in_its_time(seed: int) -> None:
    loop = SimLoop(chance(seed))
    executors = [SimExecutor(loop, random=chance(seed, number), slowest_start_seconds=0) for number in range(3)]
    ends: list[float] = []

    def work() -> None:
        assert loop.blocks()
        for _ in range(10):
            loop.block(1)
        ends.append(loop.time())

    async def main() -> None:
        assert not loop.blocks()
        await asyncio.gather(*(executor.run(work) for executor in executors))

    loop.run_until_complete(main())
    assert ends == [10, 10, 10]


@pytest.mark.parametrize(("set_at", "woken_at", "is_set"), [(2, 2, True), (20, 10, False)])
def test_work_waits_for_a_signal_or_its_time(set_at: float, woken_at: float, is_set: bool) -> None:  # noqa: FBT001
    loop = SimLoop(chance(1))
    executor = SimExecutor(loop, random=chance(2), slowest_start_seconds=0)
    signal = loop.signal()
    loop.call_at(set_at, signal.set)
    woken: list[Any] = []
    loop.run_until_complete(executor.run(lambda: woken.extend([loop.block_until(signal, 10), loop.time()])))
    assert woken == [is_set, woken_at]
    assert loop.run() == "idle"


@pytest.mark.parametrize("seed", range(20))
def test_a_signal_in_the_last_moment_wakes_once(seed: int) -> None:
    loop = SimLoop(chance(seed))
    executor = SimExecutor(loop, random=chance(seed), slowest_start_seconds=0)
    signal = loop.signal()
    loop.call_at(10, signal.set)

    def work() -> float:
        loop.block_until(signal, 10)
        loop.block(1)
        return loop.time()

    assert loop.run_until_complete(executor.run(work)) == 11


def test_the_collector_runs_again_afterwards() -> None:
    loop = SimLoop(chance(1))
    seen: list[bool] = []
    loop.call_soon(lambda: seen.append(gc.isenabled()))
    loop.run()
    assert (seen, gc.isenabled()) == ([False], True)


async def fail() -> None:
    raise KeyError
