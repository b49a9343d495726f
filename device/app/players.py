"""Who plays in the daemon: the loudspeaker for every job, or in emulation a WAV file for each."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Player
    from device.core.types import Job


class Players:
    """Gives the player of a job and can end what plays, also what is about to begin."""

    def __init__(self, make: Callable[[Job], Player]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._playing: Player | None = None

    def player_for(self, job: Job) -> Player:
        """The player on which this job is heard."""
        with self._lock:
            self._playing = self._make(job)
            return self._playing

    def stop(self) -> None:
        """End what plays, from any thread."""
        with self._lock:
            if self._playing:
                self._playing.stop()


def wav_name(job: Job) -> str:
    """A file name for the sound of a job: its number, and what its source called the photo."""
    stem = re.sub(r"[^\w.-]+", "_", Path(job.name).stem)[:60]
    return f"{job.id:06d}-{stem}.wav"
