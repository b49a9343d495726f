"""A simulated port for whoever is not in a simulated world: each call is blocking work of a loop of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.executor import SimExecutor
    from tests.simulation.loop import SimLoop

T = TypeVar("T")


class InWorker:
    """Calls what it stands for in a worker, and waits for it; within such work it calls at once."""

    def __init__(self, called: Any, executor: SimExecutor, loop: SimLoop) -> None:
        self._called = called
        self._executor = executor
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._run(partial(getattr(self._called, name), *args))

    def _run(self, work: Callable[[], T]) -> T:
        return work() if self._loop.blocks() else self._loop.run_until_complete(self._executor.run(work))
