"""The daemon with its real eyes and its real voice, and a loudspeaker that takes all sound at once.

usage: python -m scripts.benches.silent_child CONFIG
"""

from __future__ import annotations

import sys
from pathlib import Path

from device.app import logs
from device.app.config import load
from device.app.daemon import run
from device.app.players import Loudspeaker
from device.app.wiring import Wiring
from device.playback.null import NullPlayer


class SilentWiring(Wiring):
    """The wiring of this machine, but for the loudspeaker."""

    def players(self, folder: Path | None) -> Loudspeaker:
        """Nobody hears them."""
        del folder
        return Loudspeaker(NullPlayer())


if __name__ == "__main__":
    logs.start_daemon()
    sys.exit(run(SilentWiring(load(Path(sys.argv[1]))), emulate=False))
