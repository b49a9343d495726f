"""Makes one film and tells what it took, as JSON; in a process that does nothing else.

usage: python -m scripts.benches.film_child WORK FILM, where WORK holds a photo, a mesh and a speech (pickled).
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.app.filming import Filmer
from device.core.types import Box, Pixels
from device.living.performance import Performance, Stage
from device.living.rig import rig_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import FaceMesh, Rgb, SpeechChunk, Utterance

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")


class Told(NamedTuple):
    """What a film took."""

    size: tuple[int, int]
    box: tuple[int, int]
    of_length: float
    rig_ms: float
    picture_ms: float
    film_ms: float
    start_megabytes: float
    peak_megabytes: float
    kilobytes_a_second: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """A photo with the mesh of its face, and a speech."""

    pixels: Pixels
    mesh: FaceMesh
    narration: list[Utterance]
    chunks: list[SpeechChunk]

    def done(self, folder: Path) -> Told:
        """By a child, in files of this folder."""
        file = folder / "work"
        file.write_bytes(pickle.dumps(self))
        command: list[str | Path] = [sys.executable, "-m", "scripts.benches.film_child", file, folder / "film.mp4"]
        done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ONE_THREAD})
        return Told(**json.loads(done.stdout))


def peak_megabytes() -> float:
    """The most that was ever resident; of this process alone, however large its parent is."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


class _Timed:
    """Seconds of the processor that the pictures of a performance take."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.start = 0.0
        self._pictures = Performance.pictures

    def pictures(self, performance: Performance, rate: float) -> Iterator[Rgb]:
        """Those of the performance."""
        self.start = peak_megabytes()
        made = self._pictures(performance, rate)
        while True:
            begun = time.process_time()
            picture = next(made, None)
            self.seconds += time.process_time() - begun
            if picture is None:
                return
            yield picture


def main(work: Work, file: Path) -> None:
    """Make it, and print what it took."""
    cv2.setNumThreads(1)
    timed = _Timed()
    filmer = Filmer()
    for _ in filmer.hearing(iter(work.chunks)):
        pass

    def pictures(performance: Performance, rate: float) -> Iterator[Rgb]:
        return timed.pictures(performance, rate)

    Performance.pictures = pictures  # type: ignore[assignment, method-assign]
    begun = time.process_time()
    rig = rig_of(work.pixels, work.mesh)
    rigged = time.process_time() - begun
    left, top, right, bottom = rig.box
    box = Box(x=left, y=top, width=right - left, height=bottom - top)
    filmer.write(file, Stage(photo=work.pixels.rgb, faces=(box,), rigs={0: rig}), work.narration, seed=1)
    taken = time.process_time() - begun
    seconds = filmer.heard().seconds
    number = round(seconds * 25)
    told = Told(
        size=(work.pixels.rgb.shape[1], work.pixels.rgb.shape[0]),
        box=(int(box.width), int(box.height)),
        of_length=taken / seconds,
        rig_ms=1000 * rigged,
        picture_ms=1000 * timed.seconds / number,
        film_ms=1000 * (taken - rigged - timed.seconds) / number,
        start_megabytes=timed.start,
        peak_megabytes=peak_megabytes(),
        kilobytes_a_second=file.stat().st_size / 1000 / seconds,
    )
    print(json.dumps(told._asdict()))


def work_of(pixels: Pixels, mesh: FaceMesh, narration: list[Utterance], chunks: list[SpeechChunk], side: int) -> Work:
    """With the photo at this long side."""
    factor = side / max(pixels.rgb.shape[:2])
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    rgb = np.asarray(cv2.resize(pixels.rgb, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    sized = replace(mesh, points=(mesh.points * pixels.scale * factor).astype(np.float32))
    return Work(pixels=Pixels(rgb=rgb, scale=1), mesh=sized, narration=narration, chunks=chunks)


if __name__ == "__main__":
    main(pickle.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))  # noqa: S301 - from the bench itself
