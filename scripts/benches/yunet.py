"""YuNet as its authors run it: OpenCV's FaceDetectorYN on the picture with its long side scaled down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

if TYPE_CHECKING:
    from pathlib import Path

THRESHOLD = 0.6
NMS_THRESHOLD = 0.3
CANDIDATES = 5000


class Yunet:
    """The detector at one size. Runs on OpenCV 4 and 5."""

    def __init__(self, model: Path, *, side: int) -> None:
        self._detector = cv2.FaceDetectorYN.create(str(model), "", (side, side), THRESHOLD, NMS_THRESHOLD, CANDIDATES)
        self._side = side

    def detect(self, rgb: Any) -> list[tuple[float, float, float, float]]:  # noqa: ANN401 - NumPy 1 there, 2 here
        """The boxes in pixels of the picture."""
        scale = min(1.0, self._side / max(rgb.shape[:2]))
        if scale < 1:
            rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        self._detector.setInputSize((bgr.shape[1], bgr.shape[0]))
        _, found = self._detector.detect(bgr)
        if found is None:
            return []
        return [(float(x), float(y), float(w), float(h)) for x, y, w, h in found[:, :4] / scale]
