"""`python -m device.voice.surgery VOICE.onnx FOLDER`: prints what was found, or with status 1 why it does not fit."""

from __future__ import annotations

import sys
from pathlib import Path

from device.voice.surgery.graph import UnfitError
from device.voice.surgery.prepare import prepare


def main(voice: Path, folder: Path) -> int:
    """Prepare the voice; returns the exit status."""
    try:
        found = prepare(voice, folder)
    except UnfitError as error:
        print(error)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
