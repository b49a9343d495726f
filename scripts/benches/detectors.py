"""Face detectors side by side over the labelled photos, in one interleaved run.

Timed from decoded full-size pixels to boxes, on one thread. In each round every detector is made anew (that is not
timed) and sees each photo once, in an order that differs from round to round; what it allocates on the way is counted.
The peers that need packages of their own run in a child process, which gets the same pixels and measures inside itself.
usage: python -m scripts.benches.detectors [ROUNDS]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from device.decode.decoder import Limits, PhotoDecoder
from scripts.benches.our_detectors import ALL, ALONE, PLANS, boxes_of_people, our_detector
from scripts.benches.peer_process import AbsentError, PeerProcess
from scripts.benches.yunet import Yunet
from tests.conftest import shared_folder
from tests.labels import ART, labelled_photos, matched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from device.core.types import Pixels
    from tests.labels import LabelledPhoto, Rectangle

Look: TypeAlias = "Callable[[int], tuple[float, list[Rectangle]]]"
"""Looks at the photo of that number; gives milliseconds, and boxes in pixels of the photo."""

REFERENCE = "YuNet 640, OpenCV 5"
LARGE = 40
ROUNDS = 3
THREADS = 1


@dataclass(slots=True)
class Result:
    """What one detector showed: milliseconds of each round and photo, and the boxes of each photo."""

    rounds: list[list[float]] = field(default_factory=list)
    boxes: dict[int, list[Rectangle]] = field(default_factory=dict)

    def total(self) -> float:
        """The time for all photos, in the round between the best and the worst."""
        return median(map(sum, self.rounds))

    def each(self) -> float:
        """The time for the photo in the middle."""
        return median(ms for one in self.rounds for ms in one)

    def ratio(self, other: Result) -> float:
        """The total in parts of another's, round by round."""
        return median(sum(mine) / sum(theirs) for mine, theirs in zip(self.rounds, other.rounds, strict=True))


def main() -> None:
    """Run the rounds and print the table."""
    cv2.setNumThreads(THREADS)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    shared = shared_folder()
    yunet_model = shared / "peers" / "yunet_n_640_640.onnx"
    if not yunet_model.is_file():
        sys.exit(f"The labelled photos and YuNet are not in {shared}; VOXFRAME_SHARED names another folder.")
    photos = labelled_photos(shared)
    decoder = PhotoDecoder(limits=Limits())
    pictures = [decoder.pixels(decoder.inspect(photo.path)) for photo in photos]
    absent: list[str] = []
    with ExitStack() as stack:
        makers = _here(pictures, yunet_model)
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for number, pixels in enumerate(pictures):
                np.save(folder / f"{number}.npy", pixels.rgb)
            peers = stack.enter_context(
                PeerProcess(
                    "detector_peers",
                    folder,
                    yunet_model,
                    str(THREADS),
                    environment="bench-mediapipe",
                    peers="MediaPipe, Haar and OpenCV 4",
                    log=folder / "peers.log",
                )
            )
        except AbsentError as error:
            absent.append(str(error))
        else:
            makers |= {name: _there(peers, name) for name in peers.greeting}
        results = _run(makers, number=len(photos), rounds=rounds)
    _print(results, photos, rounds)
    for reason in absent:
        print(f"Absent: {reason}")


def _here(pictures: Sequence[Pixels], yunet_model: Path) -> dict[str, Callable[[], Look]]:
    """The detectors that run in this process."""

    def ours(name: str) -> Look:
        detector = our_detector(name, threads=THREADS)

        def look(number: int) -> tuple[float, list[Rectangle]]:
            start = time.perf_counter()
            boxes = boxes_of_people(detector, pictures[number])
            return (time.perf_counter() - start) * 1000, boxes

        return look

    def yunet(side: int) -> Look:
        detector = Yunet(yunet_model, side=side)

        def look(number: int) -> tuple[float, list[Rectangle]]:
            start = time.perf_counter()
            boxes = detector.detect(pictures[number].rgb)
            return (time.perf_counter() - start) * 1000, boxes

        return look

    return {
        **{name: partial(ours, name) for name in PLANS},
        REFERENCE: lambda: yunet(640),
        "YuNet 320, OpenCV 5": lambda: yunet(320),
    }


def _there(peers: PeerProcess, name: str) -> Callable[[], Look]:
    """A detector that runs in the process of the peers."""

    def look(photo: int) -> tuple[float, list[Rectangle]]:
        answer = peers.ask({"look": name, "photo": photo})
        return answer["ms"], [(x, y, width, height) for x, y, width, height in answer["boxes"]]

    def make() -> Look:
        peers.ask({"make": name})
        return look

    return make


def _run(makers: Mapping[str, Callable[[], Look]], *, number: int, rounds: int) -> dict[str, Result]:
    results = {name: Result() for name in makers}
    for seed in range(rounds):
        dice = random.Random(seed)  # noqa: S311 - an order, not a secret
        looks = {name: make() for name, make in makers.items()}
        for result in results.values():
            result.rounds.append([])
        for photo in dice.sample(range(number), number):
            for name in dice.sample(list(looks), len(looks)):
                millis, results[name].boxes[photo] = looks[name](photo)
                results[name].rounds[-1].append(millis)
    return results


def _print(results: Mapping[str, Result], photos: Sequence[LabelledPhoto], rounds: int) -> None:
    labels = [label for photo in photos for label in photo.faces]
    large = sum(max(label.box[2:]) >= LARGE for label in labels)
    print(f"{len(labels)} faces in {len(photos)} photos, {rounds} rounds, {THREADS} thread; milliseconds")
    print(f"{'':22} {'found':>6} {f'>= {LARGE} px':>8} {'false':>6} {'sum':>8} {'median':>7} {'ratio':>6}")
    for name, result in results.items():
        found, found_large, false = _score(result, photos)
        ratio = result.ratio(results[REFERENCE])
        print(
            f"{name:22} {found:6} {f'{found_large}/{large}':>8} {false:6} "
            f"{result.total():8.0f} {result.each():7.1f} {ratio:6.2f}"
        )
    print(
        f"The ratio is the time for all photos in parts of {REFERENCE}'s; {ALONE!r} is to stay at 0.70 or below, "
        f"{ALL!r} at 0.95."
    )


def _score(result: Result, photos: Sequence[LabelledPhoto]) -> tuple[int, int, int]:
    """Faces found, those of them that are large, and boxes on no face."""
    found = found_large = false = 0
    for number, photo in enumerate(photos):
        boxes = result.boxes[number]
        pairs = list(zip(photo.faces, matched(photo.faces, boxes), strict=True))
        right = sum(index is not None for _, index in pairs)
        found += right
        found_large += sum(index is not None and max(label.box[2:]) >= LARGE for label, index in pairs)
        false += 0 if photo.path.name in ART else len(boxes) - right
    return found, found_large, false


if __name__ == "__main__":
    main()
