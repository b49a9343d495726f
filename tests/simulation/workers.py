"""Blocking work in greenlets: each is what a thread is in the daemon."""

from __future__ import annotations

import math
from asyncio import events
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.life import Life
    from tests.simulation.schedule import Schedule


class Signal:
    """What blocking work waits for and the loop, or other blocking work, sets: see `SimLoop.signal`."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._set = False
        self._waiting: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiting, self._waiting = self._waiting, []
        for wake in waiting:
            self._schedule.soon(wake, ())

    def clear(self) -> None:
        self._set = False

    def on_set(self, wake: Callable[[], None]) -> None:
        """Call it on the loop once this is set."""
        self._waiting.append(wake)


class Blocking:
    """The blocking work of a loop, which is to be called with a schedule and a life of its own."""

    life: Life
    _schedule: Schedule
    _trouble: BaseException | None = None

    def __init__(self) -> None:
        self._inside: Any = None
        self._workers: dict[Any, None] = {}

    def spawn(self, work: Callable[[], None]) -> None:
        """Begin blocking work, here on the loop; it goes on whenever it may, and an error of it comes out of `run`."""
        self._touch()
        worker = greenlet(partial(self._work, work), getcurrent())
        worker.gr_context = copy_context()
        self._workers[worker] = None
        self._switch_to(worker)

    def blocks(self) -> bool:
        """Whether this is blocking work, which may wait."""
        return self._inside is not None

    def block(self, seconds: float) -> None:
        """Wait, in blocking work.

        Raises:
            PowerCut: The life has ended meanwhile.
            AssertionError: It is called on the loop.
        """
        worker = self._here()
        self._schedule.at(self._schedule.now + seconds, self._switch_to, (worker,))
        worker.parent.switch()

    def signal(self) -> Signal:
        """What blocking work can wait for."""
        return Signal(self._schedule)

    def block_until(self, signal: Signal, at_most_seconds: float = math.inf) -> bool:
        """Wait, in blocking work, for the signal, and say whether it is set; raises as `block` does."""
        worker = self._here()
        if signal.is_set():
            return True
        woken = False

        def wake() -> None:
            nonlocal woken
            if not woken:
                woken = True
                self._switch_to(worker)

        signal.on_set(wake)
        timer = None
        if at_most_seconds < math.inf:
            timer = self._schedule.at(self._schedule.now + at_most_seconds, wake, ())
        worker.parent.switch()
        if timer:
            timer.cancel()
        return signal.is_set()

    def fail(self, error: BaseException) -> BaseException:
        """Let it come out of `run`, also where whoever is here handles every error; returns it, to be raised."""
        if self.life.alive and self._trouble is None:
            self._trouble = error
        return error

    def _touch(self) -> None:
        """What only the loop itself may do."""
        if self._inside is not None:
            raise self.fail(AssertionError("blocking work touches the loop: only `post` may be called from there"))
        self.life.check()

    def _here(self) -> Any:
        self.life.check()
        if self._inside is None:
            raise self.fail(AssertionError("a blocking call on the loop"))
        return self._inside

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except PowerCut:
            self.life.end()
        except BaseException as error:  # noqa: BLE001 - it comes out of `run`
            self.fail(error)
        finally:
            self._workers.pop(getcurrent(), None)

    def _switch_to(self, worker: Any) -> None:
        self._inside = worker
        loop = events._get_running_loop()
        # In a thread there is none.
        events._set_running_loop(None)
        try:
            worker.switch()
        finally:
            self._inside = None
            events._set_running_loop(loop)
