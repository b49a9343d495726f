"""From the bytes of a large JPEG to boxes, beside the detector's network alone at 640 x 640, in one interleaved run.

The photos are labelled ones, enlarged to 12 megapixels; each is read from its file, hashed, decoded and searched, as
the daemon does it. usage: python -m scripts.benches.decoding [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import pairwise, product
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from device.decode.decoder import Limits, PhotoDecoder
from device.pipeline.describe import LOOKING_SIDE
from device.vision.retinaface import RetinaFace
from scripts.benches.our_detectors import ALL, ALONE, our_detector
from tests.conftest import shared_folder
from tests.locations import registry

ROUNDS = 15
MEGAPIXELS = 12
QUALITY = 90
SOURCES = ("group_tucson.jpg", "obama_official.jpg", "china_temple.jpg", "landscape_exif6.jpg")
"""A crowd, a portrait, and two without a face."""

MOST = 4.0


def main() -> None:
    """Run the rounds and print the table."""
    cv2.setNumThreads(1)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    network = RetinaFace(registry().path("face-detector-int8"))
    canvas = np.random.default_rng(0).integers(0, 256, (640, 640, 3), np.uint8)
    detectors = {name: our_detector(name, threads=1) for name in (ALONE, ALL)}
    times: dict[tuple[str, str], list[list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        photos = [_enlarged(shared_folder() / "photos" / name, Path(folder)) for name in SOURCES]
        for _ in range(rounds + 1):
            for photo, (plan, detector) in product(photos, detectors.items()):
                start = time.thread_time()
                network.find(canvas, threshold=0.5)
                alone = time.thread_time()
                # Anew each time, as for a photo that was never seen.
                decoder = PhotoDecoder(limits=Limits())
                header = decoder.inspect(photo)
                read = time.thread_time()
                pixels = decoder.pixels(header, long_side=LOOKING_SIDE)
                decoded = time.thread_time()
                detector.detect(pixels)
                found = time.thread_time()
                row = [(later - earlier) * 1000 for earlier, later in pairwise((start, alone, read, decoded, found))]
                times.setdefault((photo.name, plan), []).append(row)
    print(f"{MEGAPIXELS} megapixels, {rounds} rounds after a first; medians in milliseconds, 1 thread")
    print(f"{'':35}{'network':>8}{'read':>8}{'decode':>8}{'detect':>8}{'all':>8} {'ratio':>6}")
    ratios: dict[str, list[float]] = {}
    for (name, plan), rows in times.items():
        alone, read, decode, detect = (median(row[part] for row in rows[1:]) for part in range(4))
        ratio = median(sum(row[1:]) / row[0] for row in rows[1:])
        ratios.setdefault(plan, []).append(ratio)
        parts = "".join(f"{millis:8.1f}" for millis in (alone, read, decode, detect, read + decode + detect))
        print(f"{name:20} {plan:14}{parts} {ratio:6.2f}")
    for plan, every in ratios.items():
        print(f"{plan}: median ratio {median(every):.2f}, at most {MOST:g} is asked")


def _enlarged(source: Path, folder: Path) -> Path:
    """The photo at 12 megapixels, as a file."""
    decoder = PhotoDecoder(limits=Limits())
    rgb = decoder.pixels(decoder.inspect(source)).rgb
    factor = (MEGAPIXELS * 1e6 / (rgb.shape[0] * rgb.shape[1])) ** 0.5
    large = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    path = folder / f"{source.stem}.jpg"
    _, data = cv2.imencode(".jpg", large[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    path.write_bytes(data.tobytes())
    return path


if __name__ == "__main__":
    main()
