"""Eyes that are let go while there is nothing to look at, and loaded again when there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.memory import give_back, trim

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import FaceAnalyser, FaceDetector
    from device.core.types import Detection, Photo, Pixels, Scene


class RestingEyes:
    """Detector and analyser in one, for one thread at a time.

    Args:
        load: Makes them; called when they are first needed, and again after a rest.
    """

    def __init__(self, load: Callable[[], tuple[FaceDetector, FaceAnalyser]]) -> None:
        self._load = load
        self._loaded: tuple[FaceDetector, FaceAnalyser] | None = None

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        """The faces, from left to right."""
        return self._awake()[0].detect(pixels)

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        """The scene as the detector alone knows it."""
        return self._awake()[1].glance(photo, detections)

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        """The scene with its claims; faces keep the order of `detections`."""
        scene = self._awake()[1].analyse(photo, pixels, detections)
        trim()
        return scene

    def rest(self) -> None:
        """Let them go, and give their memory back."""
        self._loaded = None
        give_back()

    def _awake(self) -> tuple[FaceDetector, FaceAnalyser]:
        if self._loaded is None:
            self._loaded = self._load()
            # What the libraries ran to be loaded and will not run again: 18 MB on a fresh Debian 13, in 2 ms.
            give_back()
        return self._loaded
