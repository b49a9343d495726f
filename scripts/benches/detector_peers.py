"""MediaPipe, Haar and OpenCV 4's YuNet, in an environment of their own: answers requests line by line.

Runs on what requirements/bench-mediapipe.txt names and nothing else. Times are measured here, from pixels to boxes.
usage: python -m scripts.benches.detector_peers PHOTOS YUNET THREADS     (PHOTOS holds 0.npy, 1.npy, ...)
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import cv2
import mediapipe
import numpy as np

from scripts.benches.yunet import Yunet

SHORT, FULL = 0, 1
THRESHOLD = 0.5


class MediaPipe:
    """BlazeFace with MediaPipe's own defaults: short range (up to 2 m) or full range (up to 5 m)."""

    def __init__(self, *, reach: int) -> None:
        self._detector = mediapipe.solutions.face_detection.FaceDetection(
            model_selection=reach, min_detection_confidence=THRESHOLD
        )

    def detect(self, rgb: np.ndarray) -> list[tuple[float, float, float, float]]:
        """The boxes in pixels of the picture."""
        height, width = rgb.shape[:2]
        boxes = [each.location_data.relative_bounding_box for each in self._detector.process(rgb).detections or ()]
        return [(box.xmin * width, box.ymin * height, box.width * width, box.height * height) for box in boxes]


class Haar:
    """OpenCV's frontal cascade, as its tutorial runs it."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"))

    def detect(self, rgb: np.ndarray) -> list[tuple[float, float, float, float]]:
        """The boxes in pixels of the picture."""
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        found = self._cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5)
        return [(float(x), float(y), float(width), float(height)) for x, y, width, height in found]


def main() -> None:
    """Answer until standard input ends."""
    folder, yunet, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    cv2.setNumThreads(threads)
    photos = [np.load(folder / f"{number}.npy") for number in range(len(list(folder.glob("*.npy"))))]
    makers = {
        "YuNet 640, OpenCV 4": lambda: Yunet(yunet, side=640),
        "Haar, OpenCV 4": Haar,
        "MediaPipe full": lambda: MediaPipe(reach=FULL),
        "MediaPipe short": lambda: MediaPipe(reach=SHORT),
    }
    peers = {}
    print(json.dumps(list(makers)), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if name := request.get("make"):
            peers[name] = makers[name]()
            print(json.dumps({}), flush=True)
            continue
        peer, photo = peers[request["look"]], photos[request["photo"]]
        start = time.perf_counter()
        boxes = peer.detect(photo)
        millis = (time.perf_counter() - start) * 1000
        print(json.dumps({"ms": millis, "boxes": boxes}), flush=True)


if __name__ == "__main__":
    main()
