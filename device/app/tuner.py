"""Measures on the very board which file of the face detector and how many threads are fastest, and what plans cost."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.core.types import Pixels
from device.vision.detector import RetinaFaceDetector
from device.vision.letterbox import resized
from device.vision.plans import PLANS
from device.vision.turned import turned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from device.core.types import Rgb

ROUNDS = 3

LOOK = "640"
"""The plan by which files and threads are compared: one look."""

WORTH = 0.75
"""Each thread more must make a look shorter by that factor: what speaks meanwhile needs cores too."""

MOST_THREADS = 4
"""More than that no board has that this is made for."""

HOPELESS = 3.0
"""Times the fastest from which a way is measured once, not in every round: int8 without its kernels takes 14 times."""

SHEET_SIDE, SHEET_ROW = 960, 4


class Way(NamedTuple):
    """A file of the detector, "int8" or "float", and threads."""

    precision: str
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuner:
    """What is measured with.

    Attributes:
        models: The file of each precision.
        photos: What is looked at.
        monotonic: Seconds of a clock that never goes back.
    """

    models: Mapping[str, Path]
    photos: Sequence[Pixels]
    monotonic: Callable[[], float]

    def ways(self, cores: int, rounds: int = ROUNDS) -> dict[Way, float]:
        """Milliseconds that each file takes on each number of threads for the photo in the middle."""
        ways = [Way(each, threads) for threads in range(1, min(cores, MOST_THREADS) + 1) for each in self.models]
        took: dict[Way, list[float]] = {way: [] for way in ways}
        for number in range(rounds):
            best = min((median(each) for each in took.values() if each), default=np.inf)
            for way in ways[:: 1 if number % 2 else -1]:
                if not took[way] or median(took[way]) < best * HOPELESS:
                    took[way] += self._round(way, LOOK, self.photos)
        return {way: median(each) for way, each in took.items()}

    def costs(self, way: Way, rounds: int = ROUNDS) -> dict[str, float]:
        """Milliseconds that each plan takes for the picture that takes it longest.

        The pictures are the photos, a sheet of them as a crowd is, and the sheet lying on its side: there a plan takes
        all the looks that it has.
        """
        crowd = sheet([each.rgb for each in self.photos])
        pictures = [*self.photos, _pixels(crowd), _pixels(turned(crowd, 90))]
        took: dict[str, list[list[float]]] = {name: [] for name in PLANS}
        for number in range(rounds):
            for name in tuple(PLANS)[:: 1 if number % 2 else -1]:
                took[name].append(self._round(way, name, pictures))
        return {name: max(map(median, zip(*each, strict=True))) for name, each in took.items()}

    def _round(self, way: Way, plan: str, pictures: Iterable[Pixels]) -> list[float]:
        """Milliseconds for each picture, with a detector that lives no longer: a small board has no room for all."""
        cv2.setNumThreads(way.threads)
        detector = RetinaFaceDetector(model=self.models[way.precision], plan=PLANS[plan], threads=way.threads)
        took = []
        for pixels in pictures:
            detector.detect(pixels)  # allocates
            began = self.monotonic()
            detector.detect(pixels)
            took.append((self.monotonic() - began) * 1000)
        return took


def winner(ways: Mapping[Way, float]) -> Way:
    """The fastest, but for threads that save less than `WORTH` asks for."""
    best = min((way for way in ways if way.threads == 1), key=ways.__getitem__)
    for way in sorted(ways, key=lambda each: (each.threads, ways[each])):
        if ways[way] <= ways[best] * WORTH ** (way.threads - best.threads):
            best = way
    return best


def sheet(pictures: Sequence[Rgb]) -> Rgb:
    """A square of small copies of the pictures, row by row, black below where they are not square."""
    side = SHEET_SIDE // SHEET_ROW
    canvas = np.zeros((SHEET_SIDE, SHEET_SIDE, 3), np.uint8)
    for place in range(SHEET_ROW**2):
        # Each row begins one further, so that no column is all alike.
        picture = pictures[(place + place // SHEET_ROW) % len(pictures)]
        scale = side / max(picture.shape[:2])
        height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
        top, left = (side * each for each in divmod(place, SHEET_ROW))
        canvas[top : top + height, left : left + width] = resized(picture, width, height)
    return canvas


def _pixels(rgb: Rgb) -> Pixels:
    return Pixels(rgb=rgb, scale=1.0)
