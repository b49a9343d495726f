"""A speech that is made while it is heard: a thread makes what comes next, a few seconds ahead at the most."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from device.core.types import Speech, SpeechChunk

SECONDS = 10.0
"""How much sound is made ahead: 440 KB at most, and more than the longest pause of the device for other work."""


def ahead(speech: Generator[SpeechChunk, None, None], *, seconds: float = SECONDS) -> Iterator[SpeechChunk]:
    """The same chunks; the speech itself runs in a thread, which ends with it, or soon after nobody listens any more.

    What the speech raises is raised here, after the chunks before it.
    """
    line = _Line(seconds)
    thread = threading.Thread(target=line.fill, args=(speech,), name="voice")
    thread.start()
    try:
        yield from line.chunks()
    finally:
        # Nobody waits for it: the chunk at which it works may take long, and is heard by nobody.
        line.leave()


class _Line:
    """Chunks between the two threads."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds
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
            self._changed.wait_for(lambda: self._left or self._seconds < self._most)
            self._waiting.append(chunk)
            self._seconds += chunk.seconds
            self._changed.notify_all()
            return not self._left
