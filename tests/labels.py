"""The labelled photos, and how boxes are held against labels."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Rectangle = tuple[float, float, float, float]

OVERLAP = 0.4
ART = frozenset({"mona_lisa_painting.jpg", "museum_coins.png"})
"""Painted and minted faces count neither way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One labelled face: its box, whether it smiles ("y", "n" or "?"), and where it looks."""

    box: Rectangle
    smiling: str
    facing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    path: Path
    faces: tuple[Label, ...]


def labelled_photos(shared: Path) -> list[LabelledPhoto]:
    with (shared / "photos" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [LabelledPhoto(path=shared / "photos" / row["file"], faces=_faces(row)) for row in csv.DictReader(file)]


def matched(labels: tuple[Label, ...], boxes: list[Rectangle]) -> list[int | None]:
    """For each label the box that is it, each box once, or None."""
    free = dict(enumerate(boxes))
    found: list[int | None] = []
    for label in labels:
        best = max(free, key=lambda index: overlap(label.box, free[index]), default=None)
        if best is not None and overlap(label.box, free[best]) < OVERLAP:
            best = None
        if best is not None:
            del free[best]
        found.append(best)
    return found


def overlap(one: Rectangle, other: Rectangle) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _faces(row: dict[str, str]) -> tuple[Label, ...]:
    if not row["boxes"]:
        return ()
    boxes = [_rectangle(box) for box in row["boxes"].split(";")]
    columns = zip(boxes, row["smiling"].split(";"), row["facing"].split(";"), strict=True)
    return tuple(Label(box=box, smiling=smiling, facing=facing) for box, smiling, facing in columns)


def _rectangle(text: str) -> Rectangle:
    x, y, width, height = (float(side) for side in text.split(","))
    return x, y, width, height
