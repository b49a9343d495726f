"""What becomes of suspended work when its process ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent  # type: ignore[import-untyped]

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Iterable

_TRIES = 8
"""Work may wait again while it is unwound; each wait ends at once."""


def drop_all(
    *, workers: Iterable[Any], tasks: Iterable[asyncio.Task[Any]], generators: Iterable[AsyncGenerator[Any, Any]]
) -> None:
    """Unwind it all; the life has ended, so that what runs meanwhile reaches nothing."""
    for worker in workers:
        worker.parent = getcurrent()
        for _ in range(_TRIES):
            if worker.dead:
                break
            with suppress(BaseException):
                worker.throw(PowerCut())
    for task in tasks:
        coroutine: Any = task.get_coro()
        for _ in range(_TRIES):
            try:
                coroutine.throw(PowerCut())
            except BaseException:  # noqa: BLE001 - whatever it is, it is of the dead
                break
    for generator in generators:
        with suppress(BaseException):
            generator.aclose().send(None)


def where(task: asyncio.Task[Any]) -> str:
    """Its name, and the file and line at which it waits."""
    waits: Any = task.get_coro()
    frame = None
    while waits is not None:
        frame = getattr(waits, "cr_frame", None) or getattr(waits, "gi_frame", None) or frame
        waits = getattr(waits, "cr_await", None) or getattr(waits, "gi_yieldfrom", None)
    line = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "done"
    return f"{task.get_name()} at {line}"
