"""`python -m device.voice.surgery VOICE.onnx FOLDER`: prints what was found, or with status 3 why it does not fit."""

from __future__ import annotations

import sys
from pathlib import Path

from device.voice.plan import Found
from device.voice.surgery.graph import UnfitError
from device.voice.surgery.prepare import prepare

UNFIT = 3


def main(voice: Path, folder: Path) -> int:
    """Prepare the voice; returns the exit status."""
    try:
        found = prepare(voice, folder)
    except UnfitError as error:
        print(Found(report=str(error)).as_json())
        return UNFIT
    print(found.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
