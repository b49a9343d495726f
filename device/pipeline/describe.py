"""Photo to narration: the silent half of the way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from device.core.types import Described, Timings
from device.pipeline.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from device.core.ports import Clock, Decoder, FaceAnalyser, FaceDetector, Narrator, Once
    from device.core.types import Photo, Pixels, Scene, Speaking, Utterance

LOOKING_SIDE = 960
"""Pixels of the long side at which a photo is looked at: enough for the detector's finest pass and for the mesh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A description of which the opening is known.

    Attributes:
        opening: The first sentence.
        watch: Runs since the photo was asked for.
        finish: Looks at the faces, writes the rest and gives all of it. Any thread may call it, and more than one: the
            first does the work, the others wait for it. Raises BadPhotoError where the photo turns out to be damaged.
    """

    opening: Utterance
    watch: Stopwatch
    finish: Callable[[], Described]


@dataclass(frozen=True, slots=True, kw_only=True)
class Describer:
    """Makes a scene and its sentences from a photo.

    Attributes:
        once: For what several threads ask for.
        light: Makes a dark picture brighter, for those who look at it.
        rest: Lets go of the memory that looking takes, until the next photo.
        looking_side: How long the picture is that is looked at, in pixels.
    """

    clock: Clock
    decoder: Decoder
    detector: FaceDetector
    analyser: FaceAnalyser
    narrator: Narrator
    once: Once
    light: Callable[[Pixels], Pixels] = lambda pixels: pixels
    rest: Callable[[], None] = lambda: None
    looking_side: int = LOOKING_SIDE

    def describe(self, path: Path, *, speaking: Speaking) -> Described:
        """Look at the photo and write what is to be said of it.

        The words are chosen by the photo itself: the same bytes give the same sentences.

        Raises:
            BadPhotoError: The photo cannot be read.
        """
        return self.begin(path, speaking=speaking).finish()

    def begin(self, path: Path, *, speaking: Speaking, step: Callable[[], None] = lambda: None) -> Beginning:
        """The same, up to the opening: it rests on what the detector knows, and need not wait for a mesh of each face.

        Args:
            path: The photo.
            speaking: Who speaks.
            step: Called before each step of the work; what it raises ends it, also in `finish`.

        Raises:
            BadPhotoError: The photo cannot be read.
        """
        watch = Stopwatch(self.clock)
        photo = self.decoder.inspect(path)
        step()
        pixels = self.light(self.decoder.pixels(photo, long_side=self.looking_side))
        decode_ms = watch.lap()
        step()
        detections = self.detector.detect(pixels)
        detect_ms = watch.lap()
        step()
        opening = next(self._narrated(photo, self.analyser.glance(photo, detections), speaking))
        opening_ms = watch.lap()
        begun_ms = watch.total()

        def rest() -> Described:
            watch = Stopwatch(self.clock)
            step()
            scene = self.analyser.analyse(photo, pixels, detections)
            analyse_ms = watch.lap()
            # What may have been said already stays as it was said.
            narration = (opening, *islice(self._narrated(photo, scene, speaking), 1, None))
            narrate_ms = opening_ms + watch.lap()
            return Described(
                photo=photo,
                scene=scene,
                narration=narration,
                timings=Timings(
                    decode_ms=decode_ms,
                    detect_ms=detect_ms,
                    analyse_ms=analyse_ms,
                    narrate_ms=narrate_ms,
                    total_ms=begun_ms + watch.total(),
                ),
            )

        return Beginning(opening=opening, watch=watch, finish=self.once(rest))

    def _narrated(self, photo: Photo, scene: Scene, speaking: Speaking) -> Iterator[Utterance]:
        return iter(self.narrator.narrate(scene, speaking=speaking, seed=photo.seed))
