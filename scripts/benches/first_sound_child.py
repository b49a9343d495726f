"""Says a text from a process that was just started, and ends at the first samples: prints when that was, as JSON.

Whose clock it is: `time.monotonic` is the system's, the same for whoever started this process.
usage: python -m scripts.benches.first_sound_child voxframe CONFIGURATION TEXT
       python -m scripts.benches.first_sound_child piper MODEL TEXT
"""

# Each loads what it needs and nothing of the other: that is most of what is measured.
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from device.app.wiring import Wiring
    from device.core.ports import Player
    from device.core.types import Played, Speech


def first_sound() -> None:
    """Tell that the first samples are there."""
    print(json.dumps({"at": time.monotonic(), "cpu": time.process_time()}), flush=True)
    os._exit(0)


class FirstChunkPlayer:
    """Stands before another player, up to the first chunk."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def play(self, speech: Speech) -> Played:
        """Take one chunk."""
        for _ in speech:
            first_sound()
        return self._player.play(speech)

    def reach(self, sample_rate: int) -> None:
        """That of the other."""
        self._player.reach(sample_rate)

    def is_there(self) -> bool:
        """That of the other."""
        return self._player.is_there()

    def position_seconds(self) -> float | None:
        """Nobody asks."""

    def lead_in_seconds(self) -> float:
        """That of the other."""
        return self._player.lead_in_seconds()

    def stop(self) -> None:
        """It is stopped by its end."""


def voxframe(configuration: str, text: str) -> int:
    """The command as a person gives it."""
    from device.app import cli, wiring

    made = wiring.Wiring.player

    def player(self: Wiring, *, wav: Path | None, aloud: bool) -> FirstChunkPlayer:
        return FirstChunkPlayer(made(self, wav=wav, aloud=aloud))

    wiring.Wiring.player = player  # type: ignore[assignment, method-assign]
    return cli.main(["say", text, "--config", configuration, "--wav", f"{configuration}.wav"])


def piper(model: str, text: str) -> int:
    """The script of Piper's manual."""
    from piper import PiperVoice

    for chunk in PiperVoice.load(model).synthesize(text):
        bytes(chunk.audio_int16_bytes)
        first_sound()
    return 1


if __name__ == "__main__":
    sys.exit({"voxframe": voxframe, "piper": piper}[sys.argv[1]](*sys.argv[2:]))
