"""A speech that is made while it is heard: a thread makes what comes next, a few seconds ahead at the most.

A device that is slower than the speech makes some of it before any is heard; then the seconds are as many as it takes.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from device.core.types import Speech, SpeechChunk

SECONDS = 10.0
"""How much sound is made ahead: 440 KB at most, and more than the longest pause of the device for other work."""


def ahead(
    speech: Generator[SpeechChunk, None, None],
    *,
    monotonic: Callable[[], float],
    begins: Callable[[], float],
    seconds: float = SECONDS,
) -> Iterator[SpeechChunk]:
    """The same chunks; the speech itself runs in a thread, which ends with it, or soon after nobody listens any more.

    What the speech raises is raised here, after the chunks before it.

    Args:
        speech: The chunks as they are made.
        monotonic: Seconds of a clock that never goes back.
        begins: Asked in the speech's thread after each chunk: when the first may be heard, on that clock.
        seconds: How much is made ahead at the most, unless more than that was made before that time came.
    """
    line = _Line(monotonic, begins, seconds)
    # With the context of whoever listens: the log names the photo that is spoken.
    thread = threading.Thread(target=copy_context().run, args=(line.fill, speech), name="voice")
    thread.start()
    try:
        yield from line.chunks()
    finally:
        # Nobody waits for it: the chunk at which it works may take long, and is heard by nobody.
        line.leave()


class _Line:
    """Chunks between the two threads."""

    def __init__(self, monotonic: Callable[[], float], begins: Callable[[], float], most: float) -> None:
        self._monotonic = monotonic
        self._ask_begin = begins
        self._most = most
        self._begins = math.inf
        self._changed = threading.Condition()
        self._waiting: deque[SpeechChunk] = deque()
        self._seconds = 0.0
        self._left = False
        self._ended = False
        self._error: BaseException | None = None

    def fill(self, speech: Generator[SpeechChunk, None, None]) -> None:
        error: BaseException | None = None
        try:
            for chunk in speech:
                if not self._put(chunk):
                    break
        except BaseException as raised:  # noqa: BLE001 - it is raised where somebody listens
            error = raised
        finally:
            speech.close()
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def chunks(self) -> Speech:
        with self._changed:
            while not self._ended and (early := self._begins - self._monotonic()) > 0:
                self._changed.wait(early if early < math.inf else None)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    break
                chunk = self._waiting.popleft()
                self._seconds -= chunk.seconds
                self._changed.notify_all()
            yield chunk
        if self._error is not None:
            raise self._error

    def leave(self) -> None:
        with self._changed:
            self._left = True
            self._changed.notify_all()

    def _put(self, chunk: SpeechChunk) -> bool:
        """Whether anybody still wants it."""
        with self._changed:
            self._begins = self._ask_begin()
            self._waiting.append(chunk)
            self._seconds += chunk.seconds
            if self._monotonic() < self._begins:
                # What is there before the sound begins is what it takes to go on without a stop.
                self._most = max(self._most, self._seconds)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._left or self._seconds <= self._most)
            return not self._left
