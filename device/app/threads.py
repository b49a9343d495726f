"""Threads for blocking work, so that the loop goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class ThreadExecutor:
    """The executor of a daemon; made on the loop that waits for the work.

    Args:
        name: What its threads are called.
        threads: So much work is done at once; more waits, in order.
    """

    def __init__(self, *, name: str, threads: int = 1) -> None:
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[[], T], /) -> T:
        """What comes of the work, or the error that it raised.

        Work that was begun is not stopped when whoever waits for it is cancelled; work that was not is dropped.

        Raises:
            RuntimeError: The executor is closed.
        """
        settled: asyncio.Future[T] = self._loop.create_future()
        # The work sees what its caller sees: an id that follows a photo into the log.
        job = self._pool.submit(copy_context().run, work)
        # On the same way as what the work posts, and so after it.
        job.add_done_callback(lambda done: self.post(partial(_settle, settled, done)))
        try:
            return await settled
        finally:
            job.cancel()

    def post(self, call: Callable[[], None], /) -> None:
        """Call it on the loop, soon, in the order of posting; without effect once the loop is closed."""
        if self._loop.is_closed():
            return
        # It may be closed between the question and the call.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)

    def close(self) -> None:
        """Begin nothing more; who waits for what was not begun is cancelled. What runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _settle(settled: asyncio.Future[T], done: Future[T]) -> None:
    if settled.done():
        return
    if done.cancelled():
        settled.cancel()
        return
    error = done.exception()
    if isinstance(error, StopIteration):
        # A future takes none.
        raised = RuntimeError("the work raised StopIteration")
        raised.__cause__ = error
        settled.set_exception(raised)
    elif error is not None:
        settled.set_exception(error)
    else:
        settled.set_result(done.result())
