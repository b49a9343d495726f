"""Who plays in the daemon: the loudspeaker for every job, or in emulation a WAV file for each."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Player
    from device.core.types import Job, Played, Speech


class Players:
    """Gives the player of a job; `stop` ends what plays, and whatever is about to begin."""

    def __init__(self, make: Callable[[Job], Player]) -> None:
        self._make = make
        self._ended = threading.Event()
        self._playing: Player | None = None

    def player_for(self, job: Job) -> Player:
        """The player on which this job is heard."""
        self._playing = self._make(job)
        return _Stoppable(self._playing, self._ended)

    def stop(self) -> None:
        """End it for good, from any thread."""
        self._ended.set()
        if self._playing:
            self._playing.stop()


class _Stoppable:
    """A player that begins nothing after the end, even where its own `stop` came a moment too early for it."""

    def __init__(self, player: Player, ended: threading.Event) -> None:
        self._player = player
        self._ended = ended
        self.lead_in_seconds = player.lead_in_seconds
        self.stop = player.stop

    def play(self, speech: Speech) -> Played:
        played = self._player.play(takewhile(lambda _: not self._ended.is_set(), speech))
        return replace(played, complete=played.complete and not self._ended.is_set())


def wav_name(job: Job) -> str:
    """A file name for the sound of a job: its number, and what its source called the photo."""
    stem = re.sub(r"[^\w.-]+", "_", Path(job.name).stem)[:60]
    return f"{job.id:06d}-{stem}.wav"
