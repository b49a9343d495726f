"""A voice that is let go while nobody speaks, and loaded again when somebody does."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from device.voice import runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.voice.engine import Engine


class RestingEngine:
    """An engine for one speech at a time; whoever comes while another one is made waits.

    Args:
        load: Makes the engine; it is loaded at once, so that a missing voice is known at the start.
        idle_seconds: How long after a speech it is kept; 0 keeps it for ever.
        give_back: Called when it is let go, to give the memory back that it took.

    Raises:
        MissingModelError: What `load` raises, here and later.
    """

    def __init__(
        self, load: Callable[[], Engine], *, idle_seconds: float, give_back: Callable[[], None] = runtime.trim
    ) -> None:
        self._load = load
        self._idle_seconds = idle_seconds
        self._give_back = give_back
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._engine: Engine | None = load()
        self.name = self._engine.name
        self.sample_rate = self._engine.sample_rate
        self.speakers = self._engine.speakers

    @contextmanager
    def awake(self) -> Iterator[Engine]:
        """The engine, loaded, for the time of a speech."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._engine is None:
                self._engine = self._load()
            try:
                yield self._engine
            finally:
                runtime.trim()
                if self._idle_seconds > 0:
                    self._timer = threading.Timer(self._idle_seconds, self.rest)
                    self._timer.daemon = True
                    self._timer.start()

    def rest(self) -> None:
        """Let the engine go now, or as soon as the speech that is being made has ended."""
        with self._lock:
            self._engine = None
            self._give_back()
