"""What the detectors find: on versions of the labelled photos, on these turned, and on gathered pictures.

usage: python -m scripts.benches.found [--gathered FOLDER]

FOLDER holds `faces` and `free`, the pictures of tests/gathered; without it the labelled photos are looked at alone.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2

from device.core.errors import BadPhotoError
from device.core.types import Pixels
from device.decode.decoder import Limits, PhotoDecoder
from device.pipeline.describe import LOOKING_SIDE
from device.vision.turned import TURNS, turned
from scripts.benches.attribute_labels import read_labels, stored
from scripts.benches.our_detectors import ALL, ALONE, PLANS, boxes_of_people, our_detector
from scripts.benches.versions import VERSIONS, turned_box
from scripts.benches.yunet import Yunet
from tests.conftest import ROOT, shared_folder
from tests.labels import ART, OVERLAP, Label, labelled_photos, matched, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.labels import Rectangle

Look: TypeAlias = "Callable[[Pixels], list[Rectangle]]"

YUNET = "YuNet 640, OpenCV 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A picture and where its faces are; whether they are alive; `counts_false` where all of them are known."""

    group: str
    name: str
    pixels: Pixels
    faces: Sequence[Rectangle]
    living: Sequence[bool]
    counts_false: bool = True


@dataclass(slots=True)
class Tally:
    """How many faces there are in a group, alive and not, how many were found, and what was found where none is."""

    living: int = 0
    art: int = 0
    found: int = 0
    found_art: int = 0
    false: int = 0

    def add(self, case: Case, boxes: list[Rectangle]) -> None:
        """Count one picture."""
        pairs = _matched(case, boxes)
        for living, index in zip(case.living, pairs, strict=True):
            self.living += living
            self.art += not living
            self.found += living and index is not None
            self.found_art += not living and index is not None
        if case.counts_false:
            self.false += len(boxes) - sum(index is not None for index in pairs)

    def row(self) -> str:
        """For a person."""
        return f"{self.found:4}/{self.living:<4} {self.found_art:4}/{self.art:<4} {self.false:5}"


@dataclass(slots=True)
class Change:
    """What one more look, or one more doubt, gained and lost in a picture."""

    name: str
    gained: int = 0
    lost: int = 0
    less_false: int = 0
    more_false: int = 0

    def __str__(self) -> str:
        told = {
            "found more": self.gained,
            "lost": self.lost,
            "false gone": self.less_false,
            "false new": self.more_false,
        }
        return f"  {self.name}: {', '.join(f'{count} {what}' for what, count in told.items() if count)}"


@dataclass(slots=True)
class Counts:
    """The tallies of each detector by group, and the pictures on which ours changed."""

    tallies: dict[str, dict[str, Tally]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Tally)))
    changes: list[tuple[str, Change]] = field(default_factory=list)

    def look(self, case: Case, looks: Mapping[str, Look]) -> None:
        """Let every detector look at one picture."""
        boxes = {name: look(case.pixels) for name, look in looks.items()}
        for name, found in boxes.items():
            self.tallies[case.group][name].add(case, found)
        change = _change(case, boxes[ALONE], boxes[ALL])
        if change.gained or change.lost or change.less_false or change.more_false:
            self.changes.append((case.group, change))

    def print(self) -> None:
        """The tables, and the list of what changed."""
        for group, detectors in self.tallies.items():
            print(f"\n{group:24} {'living':>9} {'art':>9} {'false':>5}")
            for name, tally in detectors.items():
                print(f"{name:24} {tally.row()}")
        print(f"\nFrom {ALONE!r} to {ALL!r}:")
        for group in self.tallies:
            print(f" {group}:")
            for _, change in filter(lambda each: each[0] == group, self.changes):
                print(change)


def main() -> None:
    """Look, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gathered", type=Path, metavar="FOLDER", help="holds faces and free")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    shared = shared_folder()
    ours = {name: our_detector(name, threads=1) for name in PLANS}
    yunet = Yunet(shared / "peers" / "yunet_n_640_640.onnx", side=640)
    looks: dict[str, Look] = {
        name: lambda pixels, eyes=detector: boxes_of_people(eyes, pixels)  # type: ignore[misc]
        for name, detector in ours.items()
    }
    looks[YUNET] = lambda pixels: [_scaled(box, 1 / pixels.scale) for box in yunet.detect(pixels.rgb)]
    counts = Counts()
    for case in _labelled(shared):
        counts.look(case, looks)
    if options.gathered:
        for case in (*_faces(options.gathered), *_free(options.gathered)):
            counts.look(case, looks)
    counts.print()


def _labelled(shared: Path) -> Iterator[Case]:
    """Each labelled photo in six versions, and turned."""
    decoder = PhotoDecoder(limits=Limits())
    for number, photo in enumerate(labelled_photos(shared)):
        whole = decoder.pixels(decoder.inspect(photo.path), long_side=LOOKING_SIDE)
        faces = [_scaled(label.box, whole.scale) for label in photo.faces]
        height, width = whole.rgb.shape[:2]
        for version in VERSIONS:
            rgb, places = version.of(whole.rgb, faces, seed=number)
            yield _case("six versions", f"{photo.path.name}, {version.name}", Pixels(rgb=rgb, scale=1), places)
        for turn in TURNS:
            places = [turned_box(box, turn, width=width, height=height) for box in faces]
            pixels = Pixels(rgb=turned(whole.rgb, turn), scale=1)
            yield _case("turned", f"{photo.path.name}, by {turn} degrees", pixels, places)


def _case(group: str, name: str, pixels: Pixels, faces: list[Rectangle]) -> Case:
    counts_false = name.split(",", maxsplit=1)[0] not in ART
    return Case(
        group=group, name=name, pixels=pixels, faces=faces, living=[True] * len(faces), counts_false=counts_false
    )


def _faces(folder: Path) -> Iterator[Case]:
    decoder = PhotoDecoder(limits=Limits())
    for labels in read_labels(ROOT / "tests" / "gathered" / "faces.csv"):
        path = labels.stored_in(folder / "faces")
        if path is None:
            print(f"absent: {labels.file}")
            continue
        pixels = decoder.pixels(decoder.inspect(path), long_side=LOOKING_SIDE)
        yield Case(
            group="gathered, hard faces",
            name=labels.file,
            pixels=pixels,
            faces=[face.box for face in labels.faces],
            living=[face.living for face in labels.faces],
        )


def _free(folder: Path) -> Iterator[Case]:
    decoder = PhotoDecoder(limits=Limits())
    with (ROOT / "tests" / "gathered" / "free.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        path = stored(folder / "free" / row["file"], sha256=row["sha256"])
        if path is None:
            print(f"absent: {row['file']}")
            continue
        try:
            pixels = decoder.pixels(decoder.inspect(path), long_side=LOOKING_SIDE)
        except BadPhotoError as error:
            print(error)
            continue
        yield Case(group="gathered, no face", name=f"{row['file']} ({row['kind']})", pixels=pixels, faces=(), living=())


def _matched(case: Case, boxes: list[Rectangle]) -> list[int | None]:
    return matched(tuple(Label(box=box, smiling="?", facing="?") for box in case.faces), boxes)


def _change(case: Case, before: list[Rectangle], after: list[Rectangle]) -> Change:
    change = Change(case.name)
    for one, other in zip(_matched(case, before), _matched(case, after), strict=True):
        change.gained += one is None and other is not None
        change.lost += one is not None and other is None
    if case.counts_false:
        was, now = ([box for box in found if not _on_a_face(box, case)] for found in (before, after))
        change.less_false, change.more_false = max(0, len(was) - len(now)), max(0, len(now) - len(was))
    return change


def _on_a_face(box: Rectangle, case: Case) -> bool:
    return any(overlap(box, face) >= OVERLAP for face in case.faces)


def _scaled(box: Rectangle, factor: float) -> Rectangle:
    x, y, width, height = (side * factor for side in box)
    return x, y, width, height


if __name__ == "__main__":
    main()
