"""Who plays in the daemon: the loudspeaker for every job, or in emulation a WAV file for each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from device.pipeline.regrets import message_of
from device.playback.wav import WavPlayer

if TYPE_CHECKING:
    from device.core.ports import Player
    from device.core.types import Job, Regret


class Loudspeaker:
    """One player for all."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.set_volume = player.set_volume

    def player_for(self, job: Job) -> Player:  # noqa: ARG002 - the same for each
        """The player on which this job is heard."""
        return self._player

    def regret_player(self, regret: Regret) -> Player:  # noqa: ARG002 - the same for each
        """The player on which a regret is heard."""
        return self._player


class WavFiles:
    """A file for each, in a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def player_for(self, job: Job) -> Player:
        """The player on which this job is heard."""
        return WavPlayer(self._folder / wav_name(job))

    def regret_player(self, regret: Regret) -> Player:
        """The player on which a regret is heard: the last one of its kind is kept."""
        return WavPlayer(self._folder / f"{message_of(regret)}.wav")

    def set_volume(self, percent: int) -> None:
        """A file is as loud as the voice made it."""


def wav_name(job: Job) -> str:
    """A file name for the sound of a job: its number, and what its source called the photo."""
    stem = re.sub(r"[^\w.-]+", "_", Path(job.name).stem)[:60]
    return f"{job.id:06d}-{stem}.wav"
