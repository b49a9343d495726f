"""Blocking work in virtual time: many threads in one."""

from __future__ import annotations

from collections import deque
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextvars import Context
    from random import Random

    from tests.simulation.loop import SimLoop

T = TypeVar("T")

CANCELLED_SHARE = 0.5
"""How often work that nobody waits for any more has begun nevertheless, at the last moment."""


class SimExecutor:
    """An executor whose work interleaves with everything else wherever it blocks.

    Args:
        loop: The loop of this life.
        random: Chance.
        threads: So much work at once; more waits, in order.
        slowest_start_seconds: Work begins at most so long after its turn has come.
        slowest_end_seconds: Who waits for it hears of its end at most so long after it.
    """

    def __init__(
        self,
        loop: SimLoop,
        *,
        random: Random,
        threads: int = 1,
        slowest_start_seconds: float = 0.001,
        slowest_end_seconds: float = 0.0,
    ) -> None:
        self._loop = loop
        self._random = random
        self._idle = threads
        self._slowest_start_seconds = slowest_start_seconds
        self._slowest_end_seconds = slowest_end_seconds
        self._waiting: deque[tuple[Callable[[], Any], Context, asyncio.Future[Any]]] = deque()
        self._posted: deque[tuple[Callable[[], None], Context]] = deque()
        self._closed = False

    async def run(self, work: Callable[[], T], /) -> T:
        """What comes of the work, or the error that it raised."""
        if self._closed:
            raise RuntimeError("the executor is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append((work, copy_context(), future))
        self._begin_next()
        return await future

    def post(self, call: Callable[[], None], /) -> None:
        """Call it on the loop, after all that was posted before."""
        if self._loop.is_closed():
            return
        self._posted.append((call, copy_context()))
        self._loop.call_soon_threadsafe(self._call_posted)

    def close(self) -> None:
        """Nothing more is begun; who waits for what was not is cancelled."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft()[2].cancel()

    def _call_posted(self) -> None:
        call, context = self._posted.popleft()
        context.run(call)

    def _begin_next(self) -> None:
        if self._idle and self._waiting:
            self._idle -= 1
            delay = self._random.random() * self._slowest_start_seconds
            self._loop.call_later(delay, self._begin, *self._waiting.popleft())

    def _begin(self, work: Callable[[], T], context: Context, future: asyncio.Future[T]) -> None:
        if future.cancelled() and self._random.random() >= CANCELLED_SHARE:
            self._end()
            return
        context.run(self._loop.spawn, partial(self._do, work, future))

    def _do(self, work: Callable[[], T], future: asyncio.Future[T]) -> None:
        settle: Callable[[], None]
        try:
            settle = partial(_settle, future, result=work())
        except PowerCut:
            raise
        except BaseException as error:  # noqa: BLE001 - it is raised for whoever waits
            settle = partial(_settle, future, error=error)
        if self._slowest_end_seconds:
            self._loop.block(self._random.random() * self._slowest_end_seconds)
        self._loop.life.check()
        # On the same way as what the work has posted, and so after it.
        self.post(settle)
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._idle += 1
        self._begin_next()


class SimOnce:
    """The `Once` of the simulation: who waits for the work of another does it in virtual time."""

    def __init__(self, loop: SimLoop) -> None:
        self._loop = loop

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]:
        """What gives the result of `work`: who asks first does it, the others wait; an error is raised for all."""
        done = self._loop.signal()
        begun = False
        results: list[T] = []
        errors: list[Exception] = []

        def result() -> T:
            nonlocal begun
            if begun:
                # On the loop this is an error: it would wait there for a thread.
                if not done.is_set():
                    self._loop.block_until(done)
            else:
                begun = True
                try:
                    results.append(work())
                except Exception as error:  # noqa: BLE001 - it is raised below
                    errors.append(error)
                done.set()
            if errors:
                raise errors[0]
            return results[0]

        return result


def _settle(future: asyncio.Future[T], *, result: T | None = None, error: BaseException | None = None) -> None:
    if future.done():
        return
    if isinstance(error, StopIteration):
        # A future takes none.
        raised = RuntimeError("the work raised StopIteration")
        raised.__cause__ = error
        future.set_exception(raised)
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)  # type: ignore[arg-type]
