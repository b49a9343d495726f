"""Photo to narration: the silent half of the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.types import Described, Timings
from device.pipeline.stopwatch import Stopwatch

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import Clock, Decoder, FaceAnalyser, FaceDetector, Narrator
    from device.core.types import Photo, Scene, Speaking, Utterance

LOOKING_SIDE = 960
"""Pixels of the long side at which a photo is looked at: enough for the detector's finest pass and for the mesh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Describer:
    """Makes a scene and its sentences from a photo."""

    clock: Clock
    decoder: Decoder
    detector: FaceDetector
    analyser: FaceAnalyser
    narrator: Narrator
    looking_side: int = LOOKING_SIDE

    def describe(self, path: Path, *, speaking: Speaking) -> Described:
        """Look at the photo and write what is to be said of it.

        The words are chosen by the photo itself: the same bytes give the same sentences.

        Raises:
            BadPhotoError: The photo cannot be read.
        """
        watch = Stopwatch(self.clock)
        photo = self.decoder.inspect(path)
        pixels = self.decoder.pixels(photo, long_side=self.looking_side)
        decode_ms = watch.lap()
        detections = self.detector.detect(pixels)
        detect_ms = watch.lap()
        scene = self.analyser.analyse(photo, pixels, detections)
        analyse_ms = watch.lap()
        narration = self._narrate(photo, scene, speaking)
        narrate_ms = watch.lap()
        return Described(
            photo=photo,
            scene=scene,
            narration=narration,
            timings=Timings(
                decode_ms=decode_ms,
                detect_ms=detect_ms,
                analyse_ms=analyse_ms,
                narrate_ms=narrate_ms,
                total_ms=watch.total(),
            ),
        )

    def _narrate(self, photo: Photo, scene: Scene, speaking: Speaking) -> tuple[Utterance, ...]:
        seed = int(photo.sha256[:8], 16)
        return tuple(self.narrator.narrate(scene, speaking=speaking, seed=seed))
