"""How far a download is: a bar on a terminal, a line elsewhere."""

from __future__ import annotations

import sys
from typing import Protocol

from tqdm import tqdm


class Progress(Protocol):
    """Who is told how far a download is."""

    def start(self, what: str, size_bytes: int) -> None:
        """A download of this size begins."""

    def reached(self, done_bytes: int) -> None:
        """So many bytes of it are there."""

    def end(self) -> None:
        """It is over, well or not."""


class ConsoleProgress:
    """Tells it on standard error."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def start(self, what: str, size_bytes: int) -> None:
        """Draw the bar, or print the line."""
        if sys.stderr.isatty():
            self._bar = tqdm(total=size_bytes, desc=what, unit="B", unit_scale=True, file=sys.stderr)
        else:
            print(f"fetching {what} ({size_bytes / 1e6:.1f} MB)", file=sys.stderr)  # noqa: T201 - to the console

    def reached(self, done_bytes: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(done_bytes - self._bar.n)

    def end(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
