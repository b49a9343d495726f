"""What a film costs: its time beside its own length, on one thread, and the most memory.

usage: python -m scripts.benches.film [PHOTO...]

Without photos: those with one face that come with voxframe, and some of the shared ones where they are. The default
voice speaks three sentences as the first face; each photo is brought to a long side of 640 and of 1280 and filmed, in a
process of its own, in which nothing but the film is made.

of its length: the processor's time for all of it (rig, pictures, mark, encoding, file) as a share of how long the film
is. rig: milliseconds, once; pictures, film: for each picture, where `film` is all but the pictures: mark, colours,
encoding, file. start MB: the most memory before the first picture, with all libraries and the rig; peak MB: at the end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from device.app.shipped import PHOTOS
from device.core.types import Utterance
from scripts.benches.film_child import work_of
from tests.conftest import shared_folder
from tests.faces import faces_of
from tests.locations import synthesiser

if TYPE_CHECKING:
    from scripts.benches.film_child import Told

TEXTS = (
    "Maybe Bob saw four people at the museum, and all of them were happy to be there.",
    "I am looking at you from the left side of the picture.",
    "It is a bright day, and nobody else is here.",
)
SIDES = (640, 1280)
MOST_OF_LENGTH, MOST_MEGABYTES = 0.2, 250
SHARED = ("obama_official", "small_portrait_man", "man_at_dinner")


def main(photos: list[Path]) -> int:
    """Print a row for each photo and size; fails where more than asked for is needed at the smaller one."""
    print(
        f"{'':26}{'picture':>12}{'face box':>12}{'of its length':>15}{'rig':>6}{'pictures':>10}{'film':>7}"
        f"{'start MB':>10}{'peak MB':>9}{'kB/s':>6}"
    )
    narration = [Utterance(speaker=0, text=text, language="en", because=()) for text in TEXTS]
    chunks = list(synthesiser().synthesise(narration))
    good = True
    with TemporaryDirectory() as folder:
        for path in photos:
            for side in SIDES:
                pixels, mesh = faces_of(path)[0]
                told = work_of(pixels, mesh, narration, chunks, side).done(Path(folder))
                good &= told.peak_megabytes <= MOST_MEGABYTES
                good &= side != SIDES[0] or told.of_length <= MOST_OF_LENGTH
                print(f"{path.stem[:24]:26}{_row(told)}", flush=True)
    print(
        f"asked: at most {MOST_OF_LENGTH} of its length at {SIDES[0]}, {MOST_MEGABYTES} MB: {'yes' if good else 'no'}"
    )
    return 0 if good else 1


def _row(told: Told) -> str:
    wide, high = told.size
    across, down = told.box
    return (
        f"{f'{wide} x {high}':>12}{f'{across} x {down}':>12}{told.of_length:>15.3f}{told.rig_ms:>6.0f}"
        f"{told.picture_ms:>10.2f}{told.film_ms:>7.2f}{told.start_megabytes:>10.0f}{told.peak_megabytes:>9.0f}"
        f"{told.kilobytes_a_second:>6.0f}"
    )


if __name__ == "__main__":
    shared = [shared_folder() / "photos" / f"{name}.jpg" for name in SHARED]
    own = [PHOTOS / "hopper_navy_cap.jpg", PHOTOS / "mona_lisa_painting.jpg"]
    given = [Path(name) for name in sys.argv[1:]] or [*own, *(path for path in shared if path.is_file())]
    sys.exit(main([path for path in given if faces_of(path)]))
