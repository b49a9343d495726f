"""What people have written down of the faces in a photo, to hold the claims against.

Two files have the same columns: tests/labelled/shared.csv for the shared photos, tests/gathered/faces.csv for gathered
ones; tests/gathered/people.csv has those of the whole photo alone. A cell holds one word for each box, parted by
semicolons; "?" stands for what the eye cannot tell.

    smiling             y where the corners of the mouth clearly lift, n where they do not
    eyes                open, closed
    mouth               seen, hidden (behind a mask, a hand, a microphone)
    lips                open where they are apart, so also where a smile shows teeth; closed
    glasses, headwear   y, n
    facing              front, left, right (the viewer's), up, down; what lies between two is "?"
    turned              how the head is turned in the picture: 0, 90, 180 or 270 degrees
    skin, age           for counts alone
    people              of the whole photo; 3+ for three and perhaps more
    pose                of the person who is alone: a posture, "unseen" where the photo is cut off above the knees, and
                        what comes on top, joined by "+": arms_raised (both hands at the head or above), arm_raised
                        (one hand), arms_unclear, turned_away (a back and no face), body_unclear
    copy_of             the photo of which this one is a version, so that nobody is counted twice
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.labels import Label, matched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.labels import Rectangle

UNKNOWN = "?"

WORDS = ("art", "smiling", "eyes", "mouth", "lips", "glasses", "headwear", "facing", "skin", "age")
"""The columns with one word for each face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceLabel:
    """One face: its box (left, top, width, height in pixels of the upright photo), and its words by column."""

    box: Rectangle
    words: Mapping[str, str]

    @property
    def side(self) -> float:
        """The larger side of the box, in pixels of the photo."""
        return max(self.box[2:])

    @property
    def living(self) -> bool:
        """Whether it is neither painted nor carved."""
        return self.words["art"] != "y"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLabels:
    """One photo.

    Attributes:
        file: Its name.
        sha256: Of the bytes that were labelled.
        copy: Whether it is a version of another photo here.
        faces: From left to right, as they were labelled.
        words: Of the whole photo: "people" and "pose".
    """

    file: str
    sha256: str
    copy: bool
    faces: tuple[FaceLabel, ...]
    words: Mapping[str, str]

    def stored_in(self, folder: Path) -> Path | None:
        """The photo in `folder`; None where it is absent or not the one that was labelled."""
        return stored(folder / self.file, sha256=self.sha256)

    def matched(self, boxes: Sequence[Rectangle]) -> list[int | None]:
        """For each face the box that is it, each box once, or None."""
        labels = (Label(box=face.box, smiling=UNKNOWN, facing=UNKNOWN) for face in self.faces)
        return matched(tuple(labels), list(boxes))


def stored(path: Path, *, sha256: str) -> Path | None:
    """The path; None where no file is there, or not the one that was labelled."""
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    return path if same else None


def read_labels(file: Path) -> list[PhotoLabels]:
    """All photos of a file with labels.

    Raises:
        ValueError: A cell does not hold one word for each box.
    """
    with file.open(newline="", encoding="utf-8") as lines:
        return [_photo(row) for row in csv.DictReader(lines)]


def _photo(row: Mapping[str, str]) -> PhotoLabels:
    boxes = [_rectangle(text) for text in _cells(row.get("boxes", ""))]
    columns = {name: _cells(row.get(name, "")) for name in WORDS}
    for name, cells in columns.items():
        if len(cells) != len(boxes):
            raise ValueError(f"{row['file']} has {len(boxes)} boxes and {len(cells)} words in {name}")
    return PhotoLabels(
        file=row["file"],
        sha256=row["sha256"],
        copy=bool(row.get("copy_of")),
        faces=tuple(
            FaceLabel(box=box, words={name: cells[index] for name, cells in columns.items()})
            for index, box in enumerate(boxes)
        ),
        words={name: row[name] or UNKNOWN for name in ("people", "pose")},
    )


def _cells(text: str) -> list[str]:
    return text.split(";") if text else []


def _rectangle(text: str) -> Rectangle:
    x, y, width, height = (float(side) for side in text.split(","))
    return x, y, width, height
