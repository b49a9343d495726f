"""Which faces move, and why; and whether a mouth that is hidden stays still.

usage: python -m scripts.benches.moves [--gathered FOLDER]

First a table over the shared photos. Then, for the faces of them that speak, each mouth with a hand, a finger, a
microphone, a mask, a cup or a scarf over it, seeded (tests/occluders.py), cut from the other shared photos: how many
still move. FOLDER holds the pictures of tests/gathered/faces.csv: of these the labelled mouths, seen and hidden, and
the same occluders. Nothing was learnt from either set.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.benches.attribute_labels import read_labels
from tests.conftest import shared_folder
from tests.faces import portraits
from tests.occluders import KINDS
from tests.sight import seen
from tests.staging import described, mouths, readable, staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Rgb
    from tests.faces import Portrait

GATHERED = Path(__file__).resolve().parents[2] / "tests" / "gathered" / "faces.csv"
MOST_HIDDEN, LEAST_OPEN = 0.03, 0.95


def main() -> None:
    """Print the table and the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gathered", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    photos = sorted(each for each in (shared_folder() / "photos").iterdir() if each.suffix != ".csv")
    _table(photos)
    pictures = [seen(photo)[1].rgb for photo in photos if readable(photo)]
    _hidden("shared photos", [face for photo in photos for face in portraits(photo)], pictures)
    if options.gathered:
        files = sorted(options.gathered.iterdir())
        _hidden("gathered faces", [face for file in files for face in portraits(file)], pictures)
        _labelled(options.gathered)


def _table(photos: Sequence[Path]) -> None:
    counted: Counter[str] = Counter()
    print(f"{'photo':30} face  does    why")
    for photo in photos:
        if not readable(photo):
            continue
        for number, part in enumerate(staged(photo).parts):
            counted[part.does] += 1
            print(f"{photo.name[:30]:30} {number:4}  {part.does:7} {part.why}")
    print("; ".join(f"{does}: {number}" for does, number in sorted(counted.items())) + "\n")


def _hidden(name: str, faces: Sequence[Portrait], pictures: Sequence[Rgb]) -> None:
    """How many mouths are held to be seen, as they are and with something over them."""
    found = mouths(faces, pictures)
    print(f"{name}: {found.plain} of {found.faces} mouths as they are, {found.plain / found.faces:.1%}")
    total, passed = found.faces * len(KINDS), found.hidden.total()
    print(f"  hidden on purpose: {passed} of {total} move, {found.hidden_share:.1%} (asked: {MOST_HIDDEN:.0%})")
    print("  " + ", ".join(f"{kind}: {found.hidden[kind]}" for kind in KINDS))


def _labelled(folder: Path) -> None:
    """The mouths that people said were seen or hidden: how many move, and of the others what keeps them still."""
    counted: Counter[tuple[str, bool]] = Counter()
    kept: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for photo in read_labels(GATHERED):
        file = folder / photo.file
        if not photo.faces or not readable(file):
            continue
        faces, parts = described(file).scene.faces, staged(file).parts
        boxes = [(each.box.x, each.box.y, each.box.width, each.box.height) for each in faces]
        for label, place in zip(photo.faces, photo.matched(boxes), strict=True):
            if place is None:
                continue
            word, part = label.words["mouth"], parts[place]
            if part.by != "mouth":
                kept[word][f"{part.does} by {part.by}"] += 1
                continue
            speaks = part.does == "speaks"
            counted[word, speaks] += 1
            if (word, speaks) in {("seen", False), ("hidden", True)}:
                wrong.append(f"{file.name} {place} ({word})")
    for word, asked in (("seen", f"at least {LEAST_OPEN:.0%}"), ("hidden", f"at most {MOST_HIDDEN:.0%}")):
        moved, total = counted[word, True], counted[word, True] + counted[word, False]
        others = ", ".join(f"{why}: {number}" for why, number in kept[word].most_common())
        print(f"labelled {word}: {moved} of {total} move, {moved / max(total, 1):.1%} (asked: {asked})")
        print(f"  beside them, not for their mouth: {others or 'none'}")
    print("  not as labelled: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
