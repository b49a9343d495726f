"""What work that is done once promises, whoever asks for it and from where."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from device.app.once import once as threaded

if TYPE_CHECKING:
    from device.core.ports import Once

THREADS = 8


@pytest.fixture
def once() -> Once:
    return threaded


def test_nothing_is_done_before_somebody_asks_and_then_only_once(once: Once) -> None:
    done: list[int] = []

    def work() -> int:
        done.append(1)
        return 7

    result = once(work)
    assert done == []
    assert [result(), result()] == [7, 7]
    assert done == [1]


def test_whoever_comes_while_it_is_done_waits_and_gets_the_same(once: Once) -> None:
    done: list[object] = []
    arrivals, all_here = itertools.count(1), threading.Event()

    def work() -> object:
        mine = object()
        done.append(mine)
        assert all_here.wait(60)
        return mine

    result = once(work)

    def ask() -> object:
        if next(arrivals) == THREADS:
            all_here.set()
        return result()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(THREADS)]]
    assert len(done) == 1
    assert all(answer is done[0] for answer in answers)


def test_an_error_is_raised_for_everybody(once: Once) -> None:
    done: list[int] = []

    def work() -> None:
        done.append(1)
        raise LookupError("not there")

    result = once(work)
    for _ in range(2):
        with pytest.raises(LookupError, match="not there"):
            result()
    assert done == [1]


def test_what_was_interrupted_is_done_by_the_next_who_asks(once: Once) -> None:
    interruptions = [KeyboardInterrupt()]

    def work() -> int:
        if interruptions:
            raise interruptions.pop()
        return 7

    result = once(work)
    with pytest.raises(KeyboardInterrupt):
        result()
    assert result() == 7
