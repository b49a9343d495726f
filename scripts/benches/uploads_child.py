"""The daemon with its real eyes and its real voice, and a loudspeaker that writes down when it was first heard."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from device.app.config import load
from device.app.daemon import run
from device.app.wiring import Wiring
from device.core.types import Played

if TYPE_CHECKING:
    from device.app.players import Loudspeaker
    from device.core.types import Job, Speech


class Paced:
    """Takes sound as fast as it is heard."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        """Take it chunk by chunk, each as long as it sounds."""
        seconds = 0.0
        for chunk in speech:
            if not seconds:
                print(self._job.source, time.monotonic(), flush=True)
            seconds += chunk.seconds
            if self._stopped.wait(chunk.seconds):
                break
        return Played(seconds=seconds, complete=not self._stopped.is_set())

    def reach(self, sample_rate: int) -> None:
        """It is always there."""

    def is_there(self) -> bool:
        """It always is."""
        return True

    def position_seconds(self) -> float | None:
        """Nobody asks."""

    def lead_in_seconds(self) -> float:
        """None is needed."""
        return 0.0

    def stop(self) -> None:
        """End it."""
        self._stopped.set()

    def set_volume(self, percent: int) -> None:
        """It is as loud as it is."""


class PacedWiring(Wiring):
    """The wiring of this machine, but for the loudspeaker."""

    def players(self, folder: Path | None) -> Loudspeaker:
        """Who plays the jobs."""
        del folder
        return cast("Loudspeaker", _Players())


class _Players:
    player_for = staticmethod(Paced)

    def set_volume(self, percent: int) -> None:
        """It is as loud as it is."""


if __name__ == "__main__":
    run(PacedWiring(load(Path(sys.argv[1]))), emulate=False)
