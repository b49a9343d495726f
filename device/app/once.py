"""Work that several threads ask for and one of them does."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def once(work: Callable[[], T], /) -> Callable[[], T]:
    """What gives the result of `work`: who asks first does it, the others wait; an error is raised for all."""
    lock = threading.Lock()
    done: Future[T] = Future()

    def result() -> T:
        with lock:
            if not done.done():
                try:
                    done.set_result(work())
                except Exception as error:  # noqa: BLE001 - it is raised below
                    done.set_exception(error)
        return done.result()

    return result
