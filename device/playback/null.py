"""Nowhere: for a device that is to be silent, and for tests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from device.core.types import Played

if TYPE_CHECKING:
    from device.core.types import Speech


class NullPlayer:
    """Takes every chunk as fast as it comes, and keeps none."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        """Take it all."""
        self._stopped.clear()
        seconds = 0.0
        for chunk in speech:
            if self._stopped.is_set():
                return Played(seconds=seconds, complete=False)
            seconds += chunk.seconds
        return Played(seconds=seconds, complete=True)

    def reach(self, sample_rate: int) -> None:
        """Nowhere is always there."""

    def is_there(self) -> bool:
        """Nowhere always is."""
        return True

    def position_seconds(self) -> float | None:
        """Nothing is ever heard."""
        return None

    def lead_in_seconds(self) -> float:
        """None is needed."""
        return 0.0

    def stop(self) -> None:
        """End what plays now."""
        self._stopped.set()

    def set_volume(self, percent: int) -> None:
        """Nothing is as loud as nothing."""
