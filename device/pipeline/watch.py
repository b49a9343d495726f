"""Whether the work goes on: each stage says when it will have news at the latest."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.ports import Clock


class Watch:
    """Knows what is being done and until when it may take; any thread may tell it, any may ask."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # One value, so that who asks never sees half of what is told.
        self._expected: tuple[str, float] | None = None

    def expect(self, what: str, *, within_seconds: float) -> None:
        """From now on this is done, and there will be news within so long."""
        self._expected = (what, self._clock.monotonic() + within_seconds)

    @contextmanager
    def during(self, what: str, *, within_seconds: float) -> Iterator[None]:
        """This is done within; after it nothing is expected any more: who waits for a disk does not hang."""
        self.expect(what, within_seconds=within_seconds)
        try:
            yield
        finally:
            self._expected = None

    def late(self) -> str | None:
        """What takes longer than it may, or None."""
        expected = self._expected
        if expected is None or self._clock.monotonic() < expected[1]:
            return None
        return expected[0]
