"""An event loop in virtual time that runs whatever is ready in any order.

Nothing sleeps: where nothing is ready, the time jumps to the next timer. Each step picks one of the ready callbacks at
random, so that every interleaving of tasks can happen, also those that the real loop, which is first come first
served, shows only under load. The same seed gives the same steps.

Blocking work runs in greenlets (see `executor.py`): inside, `block` parks it until a virtual moment. Only there; on the
loop itself it is an error. Such work is what a thread is in the daemon: it may not touch the loop other than through an
executor's `post`, and that is an error too.
"""

from __future__ import annotations

import asyncio
import gc
import math
import sys
import warnings
from asyncio import events
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

from tests.simulation.ends import drop_all, where
from tests.simulation.life import Life, PowerCut, overlook_the_dead
from tests.simulation.schedule import Schedule
from tests.simulation.workers import Blocking

if TYPE_CHECKING:
    from asyncio import BaseEventLoop as AnyLoop
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
    from contextvars import Context
    from random import Random
    from typing import TypeVarTuple

    Args = TypeVarTuple("Args")
else:
    # For the type checker alone it is the larger class: the smaller one is abstract in what nobody here calls.
    from asyncio import AbstractEventLoop as AnyLoop

T = TypeVar("T")

Ended: TypeAlias = Literal["condition", "moment", "idle"]

SPINNING_STEPS = 100_000
"""So many steps without any time passing are a loop without end."""


class SimLoop(Blocking, AnyLoop):
    """The loop of one life.

    Args:
        random: The one source of chance.
        life: Ends with the loop, and the loop with it.
        start: The virtual moment at which it begins, in seconds.
        late_seconds: How late the loop may be: a timer due within so many seconds may come before what is ready now.
    """

    def __init__(
        self, random: Random, *, life: Life | None = None, start: float = 0.0, late_seconds: float = 0.0
    ) -> None:
        super().__init__()
        self.life = life or Life()
        self.steps = 0
        self._schedule = Schedule(self, random=random, start=start, late_seconds=late_seconds)
        self._running = False
        self._closed = False
        # In the order in which they began: that of a set would follow their addresses, and the end with it.
        self._tasks: WeakKeyDictionary[asyncio.Task[Any], None] = WeakKeyDictionary()
        self._generators: WeakKeyDictionary[AsyncGenerator[Any, Any], None] = WeakKeyDictionary()
        overlook_the_dead()

    # Running

    def run(self, *, until: Callable[[], bool] | None = None, moment: float = math.inf) -> Ended:
        """Run until the condition holds, the virtual moment is reached, or nothing is left that could ever happen.

        Raises:
            PowerCut: The life has ended; everything of it is dropped.
            BaseException: The first error that nobody handled, of whatever ran.
        """
        self.life.check()
        assert not self._running, "the loop runs already"
        self._running = True
        hooks, collecting = sys.get_asyncgen_hooks(), gc.isenabled()
        sys.set_asyncgen_hooks(self._begin_generator, self._finish_generator)
        # When what is dropped gets collected depends on all that ran before: it would not be the same twice.
        gc.disable()
        events._set_running_loop(self)
        try:
            return self._run(until, moment)
        except PowerCut:
            self.life.end()
            raise
        finally:
            if not self.life.alive:
                self._drop()
            events._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)
            self._running = False
            if collecting:
                gc.enable()

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        """What comes of it; an AssertionError where nothing will ever wake it."""
        task: asyncio.Future[T] = (
            future if isinstance(future, asyncio.Future) else self.create_task(future)  # type: ignore[arg-type]
        )
        self.run(until=task.done)
        assert task.done(), f"nothing will ever wake it: {', '.join(self.pending())}"
        return task.result()

    def _run(self, until: Callable[[], bool] | None, moment: float) -> Ended:
        schedule, life = self._schedule, self.life
        now, spinning = schedule.now, 0
        while True:
            if self._trouble is not None:
                trouble, self._trouble = self._trouble, None
                raise trouble
            life.check()
            if until is not None and until():
                return "condition"
            handle = schedule.take(moment)
            if handle is None:
                return "moment" if schedule.wait(moment) else "idle"
            spinning += 1
            if schedule.now != now:
                now, spinning = schedule.now, 0
            assert spinning < SPINNING_STEPS, f"it spins: {', '.join(self.pending())}"
            self.steps += 1
            handle._run()
            # Else a task that nobody holds would be held here, and its error not be told.
            del handle

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def time(self) -> float:
        return self._schedule.now

    def get_debug(self) -> bool:
        return False

    def pending(self) -> list[str]:
        """The tasks that are not done, and where each of them waits."""
        return sorted(where(task) for task in asyncio.all_tasks(self))

    # What tasks and futures ask for

    def call_soon(
        self, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> asyncio.Handle:
        self._touch()
        return self._schedule.soon(callback, args, context)

    def call_soon_threadsafe(
        self, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> asyncio.Handle:
        """For whoever is not on the loop: blocking work, and simulated ports within it."""
        self.life.check()
        return self._schedule.soon(callback, args, context)

    def call_later(
        self, delay: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self._touch()
        return self._schedule.at(when, callback, args, context)

    def create_future(self) -> asyncio.Future[Any]:
        self._touch()
        return asyncio.Future(loop=self)

    def create_task(self, coro: Generator[Any, None, T] | Coroutine[Any, Any, T], **named: Any) -> asyncio.Task[T]:
        if not self.life.alive:
            # Else it would be told that nobody awaited it.
            coro.close()
        self._touch()
        # What a task takes is told otherwise from one Python to the next.
        task: asyncio.Task[T] = asyncio.Task(cast("Any", coro), loop=self, **named)
        self._tasks[task] = None
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Nothing is swallowed: what ends here comes out of `run`, but for what is said of the dead."""
        if self.life.alive and self._trouble is None:
            error = context.get("exception") or AssertionError(context["message"])
            error.add_note(", ".join(f"{name}: {value}" for name, value in context.items() if name != "exception"))
            self._trouble = error

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        self._schedule.count_cancelled()

    def _begin_generator(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators[generator] = None

    def _finish_generator(self, generator: AsyncGenerator[Any, Any]) -> None:
        # While the loop does not run, garbage is collected: when depends on all that ran before this world.
        if self.life.alive and self._running:
            self._schedule.soon(lambda: self.create_task(generator.aclose()), ())

    # The end

    def kill(self) -> None:
        """End the life, and drop all that belongs to it: no task, callback or blocking work goes on.

        Raises:
            PowerCut: It is called from within.
        """
        self.life.end()
        if self._running:
            raise PowerCut
        events._set_running_loop(self)
        try:
            self._drop()
        finally:
            events._set_running_loop(None)

    def close(self) -> None:
        """The orderly end.

        Raises:
            BaseException: The error of a task that nobody ever asked for.
        """
        unasked = (task.exception() for task in self._tasks if task.done() and task._log_traceback)
        trouble = self._trouble or next(filter(None, unasked), None)
        if self.life.alive:
            self.kill()
        self._closed = True
        if trouble is not None:
            raise trouble

    def _drop(self) -> None:
        self._schedule.clear()
        undone = [task for task in self._tasks if not task.done()]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            drop_all(workers=list(self._workers), tasks=undone, generators=list(self._generators))
        self._schedule.clear()
