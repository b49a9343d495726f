"""The worker with real stores: every photo ends, its file goes, and what happened is told in order."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.once import once
from device.core.errors import BadPhotoError, MissingDeviceError
from device.core.types import Captured, Pixels, Played, SpeechChunk
from device.pipeline.describe import Describer
from device.pipeline.status import StatusBoard
from device.pipeline.submit import Submit
from device.pipeline.worker import Worker
from device.playback.null import NullPlayer
from device.store.jobs import SqliteJobs
from device.store.photos import PhotoFolder
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.ports import Player
    from device.core.types import Detection, Event, Narration, Photo, Record, Scene, Speaking, Speech, Status


class Clock:
    def monotonic(self) -> float:
        return time.perf_counter()


class Eyes:
    """Decoder, detector, analyser and narrator in one: a file that holds "broken" cannot be read."""

    def inspect(self, path: Path) -> Photo:
        if path.read_bytes() == b"broken":
            raise BadPhotoError("broken", f"{path} is damaged")
        return factories.photo(path)

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:
        del photo, long_side
        return Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1.0)

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:
        del pixels
        return ()

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        del photo, detections
        return factories.scene(factories.face())

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        del pixels
        return self.glance(photo, detections)

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
        del scene, speaking, seed
        return [factories.utterance("One."), factories.utterance("Two.")]


class Voice:
    voice = "test"
    sample_rate = 1000

    def synthesise(self, utterances: Narration) -> Speech:
        for index, _ in enumerate(utterances):
            yield SpeechChunk(pcm=np.full(500, 9000, np.int16), sample_rate=1000, utterance=index)


class Gone(NullPlayer):
    """A loudspeaker that is not there."""

    def play(self, speech: Speech) -> Played:
        del speech
        raise MissingDeviceError("the sound device is not there")


class Ear:
    """A bus that writes down what it is told, in order."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.shown: list[Status] = []

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def status(self, status: Status) -> None:
        self.shown.append(status)
        self.heard.append(f"{status.activity} {status.reason}".removesuffix(" None"))

    def last(self, record: Record) -> None:
        self.heard.append("last with sound" if record["audio"] else "last")

    def event(self, event: Event) -> None:
        self.heard.append(f"{event.event_type} {event.fields.get('reason', '')}".strip())


class House:
    """A worker and what is around it, on a state folder."""

    def __init__(
        self, state: Path, player: Player | None = None, *, eyes: Eyes | None = None, keep: bool = False
    ) -> None:
        self.state = state
        state.mkdir(exist_ok=True)
        self.jobs = SqliteJobs(state / "db")
        self.photos = PhotoFolder(state / "photos")
        self.bus = Ear()
        eyes, clock = eyes or Eyes(), Clock()
        self.submit = Submit(photos=self.photos, jobs=self.jobs)
        self.worker = Worker(
            clock=clock,
            jobs=self.jobs,
            photos=self.photos,
            describer=Describer(clock=clock, decoder=eyes, detector=eyes, analyser=eyes, narrator=eyes, once=once),
            synthesiser=Voice(),
            player_for=lambda _: player or NullPlayer(),
            bus=self.bus,
            board=StatusBoard(bus=self.bus, jobs=self.jobs),
            speaking="narrator",
            keep_photos=keep,
        )

    def kept(self) -> list[Path]:
        return list((self.state / "photos").iterdir())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "state")
    yield made
    made.jobs.close()


def test_a_photo_goes_its_whole_way_and_its_file_goes_with_it(house: House) -> None:
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    assert len(house.kept()) == 1
    assert house.worker.step()
    assert not house.worker.step()
    assert house.bus.heard == [
        "idle starting",
        "looking starting",
        "speaking starting",
        "last",
        "described",
        "speaking starting",
        "speaking",
        "last with sound",
        "spoken",
        "idle",
    ]
    assert house.kept() == []


def test_a_photo_that_cannot_be_read_is_set_aside_and_the_next_is_done(house: House) -> None:
    house.submit.photo(Captured(name="a.jpg", data=b"broken"))
    house.submit.photo(Captured(name="b.jpg", data=b"photo"))
    assert house.worker.step()
    assert house.worker.step()
    assert house.bus.heard[2] == "failed broken"
    assert house.bus.heard[-2:] == ["spoken", "idle"]
    assert house.kept() == []


def test_a_loudspeaker_that_is_gone_is_told_and_ends_no_daemon(tmp_path: Path) -> None:
    house = House(tmp_path / "state", Gone())
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    assert house.worker.step()
    assert house.bus.heard.count("described") == 1
    assert house.bus.heard[-3:] == ["speaking no_audio", "failed no_audio", "idle no_audio"]
    house.jobs.close()


def test_the_same_photo_twice_is_two_jobs_with_a_file_each(house: House) -> None:
    for _ in range(2):
        house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    assert house.worker.step()
    assert len(house.kept()) == 1
    assert house.worker.step()
    assert house.bus.heard.count("spoken") == 2


def test_kept_photos_stay(tmp_path: Path) -> None:
    house = House(tmp_path / "state", keep=True)
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    house.worker.step()
    assert len(house.kept()) == 1
    house.jobs.close()


def test_a_photo_that_was_begun_before_a_crash_is_done_once_more_and_then_set_aside(tmp_path: Path) -> None:
    house = House(tmp_path / "state")
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    for _ in range(2):
        house.jobs.claim()
        house.jobs.close()
        house = House(tmp_path / "state")
        house.worker.recover()
    assert house.bus.heard == ["idle starting", "failed crashed"]
    assert house.kept() == []
    assert not house.worker.step()
    house.jobs.close()


def test_a_stop_in_the_middle_is_not_told_as_spoken(tmp_path: Path) -> None:
    player = NullPlayer()

    class Interrupted(Voice):
        def synthesise(self, utterances: Narration) -> Speech:
            for chunk in super().synthesise(utterances):
                yield chunk
                player.stop()

    house = House(tmp_path / "state", player)
    object.__setattr__(house.worker, "synthesiser", Interrupted())
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    house.worker.step()
    assert house.bus.heard.count("described") == 1
    assert "spoken" not in house.bus.heard
    house.jobs.close()


def test_the_opening_is_shown_while_it_is_spoken_and_then_the_whole(house: House) -> None:
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    house.worker.step()
    shown = [(status.activity, status.last_narration) for status in house.bus.shown if status.last_narration]
    assert list(dict.fromkeys(shown)) == [("speaking", "One."), ("speaking", "One. Two."), ("idle", "One. Two.")]


def test_a_photo_of_one_sentence_is_described_once_and_then_spoken(tmp_path: Path) -> None:
    class Brief(Eyes):
        def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
            del scene, speaking, seed
            return [factories.utterance("One.")]

    house = House(tmp_path / "state", eyes=Brief())
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    house.worker.step()
    assert house.bus.heard[3:] == ["last", "described", "speaking", "last with sound", "spoken", "idle"]
    house.jobs.close()


def test_a_photo_that_turns_out_to_be_damaged_after_its_opening_is_set_aside(tmp_path: Path) -> None:
    class Late(Eyes):
        def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
            del pixels, detections
            raise BadPhotoError("broken", f"{photo.path} is damaged")

    house = House(tmp_path / "state", eyes=Late())
    house.submit.photo(Captured(name="a.jpg", data=b"photo"))
    assert house.worker.step()
    assert house.bus.heard[2:] == ["speaking starting", "failed broken", "idle starting"]
    assert house.kept() == []
    assert not house.worker.step()
    house.jobs.close()
