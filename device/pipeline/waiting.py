"""Waiting on the loop: for an event, or for so long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from device.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from device.core.ports import Clock

T = TypeVar("T")


async def happened(event: asyncio.Event, clock: Clock, *, within_seconds: float) -> bool:
    """Whether the event was set within so long; returns as soon as it is."""
    if event.is_set():
        return True
    tasks = (asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(within_seconds)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    return event.is_set()


async def stored(
    work: Callable[[], Awaitable[T]], *, clock: Clock, again_seconds: float, failed: Callable[[StoreError], None]
) -> T:
    """What comes of the work, which is tried until the disk has taken it.

    Args:
        work: Stores something; all or nothing of it.
        clock: What the pauses are taken by.
        again_seconds: The pause after a failure.
        failed: Is told of each.
    """
    while True:
        try:
            return await work()
        except StoreError as error:
            failed(error)
        await clock.sleep(again_seconds)
