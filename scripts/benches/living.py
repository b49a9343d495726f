"""What a moving face costs, and whether its mouth does what it is told.

usage: python -m scripts.benches.living [PHOTO...]

Without photos: those that come with voxframe, and some of the shared ones where they are. A speech of the default
voice is rendered at 25 frames a second, on one thread; for the times each face is enlarged until its box is 640 high.
In the photo's own size the mesh network looks at every frame. r: the correlation of what it measures between the lips
with what was asked for. p, b, m: the gap that it measures where the lips are asked to be closed (median), as a share of
the widest one; at rest: the same of the photo itself.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.core.types import Utterance
from device.living.loudness import loudness_of
from device.living.motion import JAW, LOWER, motion_of
from device.living.render import render
from device.living.rig import rig_of
from device.living.visemes import viseme_spans
from tests.conftest import shared_folder
from tests.faces import faces_of, measured_gap
from tests.locations import synthesiser
from tests.sight import GROUP, PORTRAIT, full_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import FaceMesh, Mark, Pcm, Pixels
    from device.living.motion import Array

TEXT = "Maybe Bob saw four people at the museum, and all of them were happy to be there."
HIGH = 640
RATE = 25
SHARED = (
    "mona_lisa_painting",
    "curies_lab",
    "obama_official",
    "award_two_women",
    "small_portrait_man",
    "man_at_dinner",
)
_ROUNDS = 5
_CLOSED = 0.001  # heights of the face


class Heard(NamedTuple):
    """A speech."""

    pcm: Pcm
    rate: int
    marks: tuple[Mark, ...]


def main(photos: list[Path]) -> int:
    """Print a row for each face."""
    cv2.setNumThreads(1)
    heard = _speech()
    print(f"{'':28}{'box':>11}{'rig ms':>8}{'ms a frame':>12}{'gain':>6}{'gap':>7}{'r':>7}{'p, b, m':>9}{'at rest':>9}")
    for path in photos:
        for at, (pixels, mesh) in enumerate(faces_of(path)):
            print(f"{f'{path.stem[:24]} {at}':28}{_row(pixels, mesh, heard)}")
    return 0


def _row(pixels: Pixels, mesh: FaceMesh, heard: Heard) -> str:
    rig, large = rig_of(pixels, mesh), _enlarged(pixels, mesh)
    making = statistics.median(_seconds(lambda: rig_of(*large)) for _ in range(_ROUNDS))
    spans = viseme_spans(heard.marks, sample_rate=heard.rate)
    seconds = len(heard.pcm) / heard.rate
    loudness = loudness_of(heard.pcm, sample_rate=heard.rate)
    motion = motion_of(spans, mobility=rig.mobility, seconds=seconds, seed=1, loudness=loudness)
    frames = motion.at(np.arange(0, seconds, 1 / RATE))
    enlarged = rig_of(*large)
    each = statistics.median(_seconds(partial(render, enlarged, row)) for row in frames)
    asked = frames[:, JAW : LOWER + 1].sum(axis=1) + rig.mobility.gap
    seen = np.array([measured_gap(pixels, rig, render(rig, row)) for row in frames])
    closed = np.median(seen[asked < _CLOSED]) / seen.max()
    high, wide = enlarged.photo.shape[:2]
    return (
        f"{f'{wide} x {high}':>11}{1000 * making:>8.0f}{1000 * each:>12.1f}{rig.mobility.gain:>6.2f}"
        f"{rig.mobility.gap:>7.3f}{_correlation(asked, seen):>7.2f}{closed:>9.2f}"
        f"{measured_gap(pixels, rig, rig.photo) / seen.max():>9.2f}"
    )


def _speech() -> Heard:
    utterance = Utterance(speaker="narrator", text=TEXT, language="en", because=())
    chunks = list(synthesiser().synthesise([utterance]))
    marks = tuple(mark for chunk in chunks for mark in chunk.marks)
    return Heard(np.concatenate([chunk.pcm for chunk in chunks]), chunks[0].sample_rate, marks)


def _enlarged(pixels: Pixels, mesh: FaceMesh) -> tuple[Pixels, FaceMesh]:
    """The photo and its mesh so large that the face's box is as high as asked for."""
    _, top, _, bottom = rig_of(pixels, mesh).box
    factor = HIGH / (bottom - top)
    rgb = np.asarray(cv2.resize(pixels.rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR), np.uint8)
    return full_size(rgb), replace(mesh, points=(mesh.points * factor).astype(np.float32))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _correlation(asked: Array, seen: Array) -> float:
    return float(np.corrcoef(asked, seen)[0, 1])


if __name__ == "__main__":
    shared = [shared_folder() / "photos" / f"{name}.jpg" for name in SHARED]
    given = [Path(name) for name in sys.argv[1:]]
    sys.exit(main(given or [PORTRAIT, GROUP, *(path for path in shared if path.is_file())]))
