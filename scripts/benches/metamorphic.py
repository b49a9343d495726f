"""Photos without labels, changed so that it is known what has to be seen then: how often it is not.

A face is hidden and its claims are to vanish; the photo is mirrored and left and right are to swap; a face is pasted in
or cut off, and the count is to follow. The status is 1 where more than 1 % of the cases are violated.
usage: python -m scripts.benches.metamorphic [CASES [SEED [FOLDER...]]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from device.app.settings import Settings
from device.app.wiring import Wiring
from tests.conftest import shared_folder
from tests.metamorphic.changes import CHANGES
from tests.metamorphic.looking import RealEyes
from tests.metamorphic.pictures import photos_in
from tests.metamorphic.run import MOST_SHARE, SEED, run

CASES = 600


def main() -> int:
    """Print the table and each violation."""
    given = [int(each) for each in sys.argv[1:3]]
    count, seed = (*given, *(CASES, SEED)[len(given) :])
    folders = [Path(each) for each in sys.argv[3:]] or [shared_folder() / "photos"]
    photos = photos_in(*(folder for folder in folders if folder.is_dir()))
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        eyes = RealEyes(Wiring(Settings()).describer(), Path(folder))
        report = run(photos, eyes, each=-(-count // len(CHANGES)), seed=seed)
    print("\n".join(report.lines()))
    print(f"{time.monotonic() - start:.0f} s")
    return report.violations > MOST_SHARE * report.cases


if __name__ == "__main__":
    sys.exit(main())
