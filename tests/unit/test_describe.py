"""A description can be begun: its opening is there before the faces are looked at, and finishing it gives the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.once import once
from device.core.types import Box, Detection, Pixels
from device.pipeline.describe import Describer
from tests import factories
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Photo, Scene, Speaking, Utterance

FACE = Detection(box=Box(x=1, y=2, width=30, height=40), score=0.9, points=())


class Room:
    """Decoder, detector, analyser and narrator in one; each kind of work takes its time and is written down."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.done: list[str] = []

    def _work(self, name: str, milliseconds: int) -> None:
        self.done.append(name)
        self.clock.advance(milliseconds / 1000)

    def inspect(self, path: Path) -> Photo:
        return factories.photo(path)

    def let_go(self) -> None: ...

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        del photo, long_side
        self._work("decoded", 10)
        return Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1.0)

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        del pixels
        self._work("detected", 20)
        return (FACE,)

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        del photo
        return factories.scene(*(factories.face() for _ in detections))

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        del photo, pixels
        self._work("looked at", 400)
        return factories.scene(*(factories.face(smiling=True) for _ in detections))

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Iterator[Utterance]:
        del seed
        self._work("opening", 1)
        yield factories.utterance(f"{scene.people} by the {speaking}.")
        self._work("rest", 2)
        yield factories.utterance(f"Smiling: {scene.faces[0].smiling}.")

    def describer(self) -> Describer:
        return Describer(clock=self.clock, decoder=self, detector=self, analyser=self, narrator=self, once=once)


@pytest.fixture
def room() -> Room:
    return Room()


def test_the_opening_needs_no_look_at_the_faces(room: Room, tmp_path: Path) -> None:
    beginning = room.describer().begin(tmp_path, speaking="person")
    assert beginning.opening.text == "1 by the person."
    assert room.done == ["decoded", "detected", "opening"]


def test_what_was_begun_is_finished_once_and_begins_with_its_opening(room: Room, tmp_path: Path) -> None:
    beginning = room.describer().begin(tmp_path, speaking="narrator")
    described = beginning.finish()
    assert beginning.finish() is described
    assert described.narration[0] is beginning.opening
    assert [utterance.text for utterance in described.narration[1:]] == ["Smiling: True."]
    assert room.done.count("looked at") == 1


def test_to_describe_is_to_begin_and_to_finish(room: Room, tmp_path: Path) -> None:
    described = room.describer().describe(tmp_path, speaking="narrator")
    assert described == Room().describer().begin(tmp_path, speaking="narrator").finish()


def test_each_stage_has_its_time_and_waiting_between_the_two_halves_is_none_of_them(room: Room, tmp_path: Path) -> None:
    beginning = room.describer().begin(tmp_path, speaking="narrator")
    assert beginning.watch.total() == pytest.approx(31)
    room.clock.advance(5)
    timings = beginning.finish().timings
    assert timings.decode_ms == pytest.approx(10)
    assert timings.detect_ms == pytest.approx(20)
    assert timings.analyse_ms == pytest.approx(400)
    assert timings.narrate_ms == pytest.approx(1 + 1 + 2)
    assert timings.total_ms == pytest.approx(10 + 20 + 400 + 4)
