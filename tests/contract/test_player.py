"""What every player promises: it takes all of a speech, tells what left it, and stops when it is told to.

The real ones in real threads, and the simulated one in the blocking work of its loop.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import threading
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest

from device.core.errors import MissingDeviceError
from device.core.types import Job, Played, SpeechChunk
from device.playback.null import NullPlayer
from device.playback.pair import PairPlayer
from device.playback.sinks import sink_for
from device.playback.stream import StreamPlayer
from device.playback.tee import TeePlayer
from device.playback.wav import WavPlayer
from tests.simulation.chance import chance
from tests.simulation.executor import SimExecutor
from tests.simulation.in_worker import InWorker
from tests.simulation.loop import SimLoop
from tests.simulation.room import Room, SimPlayer
from tests.sound_server import SoundServer, sound_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.ports import Player
    from device.core.types import Speech

RATE = 22050
LOUDEST = 9000
WAIT_SECONDS = 60.0
SERVED = ("pulse", "alsa to a server", "both")
SLOW = ("aplay", *SERVED)
"""Those that can be made to take their time; ALSA's null device takes all at once."""

LOUDSPEAKERS = ("alsa", "aplay", *SERVED)
SEEDS = range(5)
"""In the simulation each is another order of things."""

JOB = Job(id=7, path=Path("x"), name="a.jpg", sha256="0", state="working", attempts=1, reason=None)


def chunk(samples: int, utterance: int = 0) -> SpeechChunk:
    pcm = (np.sin(np.arange(samples) / 20) * LOUDEST).astype(np.int16)
    return SpeechChunk(pcm=pcm, sample_rate=RATE, utterance=utterance)


class Place(Protocol):
    """Where a player plays."""

    @property
    def player(self) -> Player:
        """The player."""

    def together(self, *works: Callable[[], object]) -> None:
        """Do these at once, each in a thread, and wait for them all."""

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        """What such work waits at, and what opens it."""

    def wait_for_sound(self) -> None:
        """Return, in such work, when something comes out of a slow sink."""

    def unplug(self) -> None:
        """Take the sink away."""

    def plug(self) -> None:
        """Put it there again."""

    def be_slow(self) -> None:
        """From now on a long sound takes long."""

    def was_heard(self) -> bool:
        """Whether anything ever came out of it; False also where nothing ever does."""

    def loudness(self) -> int:
        """How loud the end of the last speech was, in percent."""


class RealPlace:
    """A player that has real threads around it, and a folder for a sink."""

    def __init__(self, player: Player, folder: Path) -> None:
        self.player = player
        self._folder = folder
        self._away = folder.with_name("away")
        self._fetches: int | None = None

    def together(self, *works: Callable[[], object]) -> None:
        with ThreadPoolExecutor(len(works)) as pool:
            for each in [pool.submit(work) for work in works]:
                each.result()

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        event = threading.Event()
        return partial(event.wait, WAIT_SECONDS), event.set

    def wait_for_sound(self) -> None:
        assert self._fetches is not None
        assert select.select([self._fetches], [], [], WAIT_SECONDS)[0]

    def unplug(self) -> None:
        self.close()
        self._folder.rename(self._away)

    def plug(self) -> None:
        self._away.rename(self._folder)

    def be_slow(self) -> None:
        # Nobody fetches what comes into this pipe, which is soon full.
        os.mkfifo(self._folder / "a.raw")
        self._fetches = os.open(self._folder / "a.raw", os.O_RDONLY | os.O_NONBLOCK)

    def was_heard(self) -> bool:
        return any(path.suffix != ".conf" for path in self._folder.iterdir())

    def loudness(self) -> int:
        heard = np.frombuffer((self._folder / "a.raw").read_bytes(), "<i2")
        return round(100 * int(np.trim_zeros(heard)[-RATE // 100 :].max()) / LOUDEST)

    def close(self) -> None:
        if self._fetches is not None:
            os.close(self._fetches)
            self._fetches = None


class ServerPlace(RealPlace):
    """A player whose sink is a sound server's, by its own interface or by ALSA's; it takes as long as the sound is."""

    def __init__(self, player: Player, server: SoundServer, folder: Path) -> None:
        super().__init__(player, folder)
        self._server = server
        self._listener = server.listen("room")

    def wait_for_sound(self) -> None:
        self._listener.wait_for_sound()

    def unplug(self) -> None:
        self._server.stop()

    def plug(self) -> None:
        self._server.start()
        self._listener = self._server.listen("room")

    def be_slow(self) -> None:
        """It always is."""

    def was_heard(self) -> bool:
        # Longer than a server takes to begin with a new stream, and its lead-in.
        self._listener.wait_for_silence(0.6)
        return bool(len(self._listener.heard()))

    def loudness(self) -> int:
        self._listener.wait_for_silence(0.2)
        return round(100 * int(self._listener.heard()[-RATE // 100 :].max()) / LOUDEST)

    def close(self) -> None:
        """The server goes on, for the next one."""


class SimPlace:
    """The room of a simulated world."""

    def __init__(self, seed: int) -> None:
        self.loop = SimLoop(chance(seed))
        self.room = Room()
        self._executor = SimExecutor(self.loop, random=chance(seed), threads=2)
        self.speaker = SimPlayer(self.room, self.loop).player_for(JOB)
        self.player: Any = InWorker(self.speaker, self._executor, self.loop)

    def together(self, *works: Callable[[], object]) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self._executor.run(work) for work in works))

        self.loop.run_until_complete(all_of_them())

    def gate(self) -> tuple[Callable[[], object], Callable[[], object]]:
        signal = self.loop.signal()
        return partial(self.loop.block_until, signal, WAIT_SECONDS), signal.set

    def wait_for_sound(self) -> None:
        while self.room.playing is None:
            self.loop.block(0.1)

    def unplug(self) -> None:
        self.room.plugged = False

    def plug(self) -> None:
        self.room.plugged = True

    def be_slow(self) -> None:
        """It always is: a sound takes as long as it is."""

    def was_heard(self) -> bool:
        return bool(self.room.sounds)

    def loudness(self) -> int:
        return self.room.sounds[-1].volume

    def close(self) -> None:
        assert self.room.playing is None
        self.loop.close()


def places(*kinds: str) -> pytest.MarkDecorator:
    """Only in these, and in the simulated ones."""
    return pytest.mark.parametrize("place", [*kinds, *SEEDS], indirect=True)


@pytest.fixture(params=["null", "wav", *LOUDSPEAKERS, "tee", *SEEDS])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made: RealPlace | SimPlace
    if isinstance(request.param, int):
        made = SimPlace(request.param)
    else:
        folder = tmp_path / "sink"
        folder.mkdir()
        if request.param in SERVED:
            made = served(request.param, request.getfixturevalue("server"), folder, monkeypatch)
        elif request.param in LOUDSPEAKERS:
            made = RealPlace(into_file(request.param, folder, monkeypatch), folder)
        elif request.param == "wav":
            made = RealPlace(WavPlayer(folder / "a.wav"), folder)
        elif request.param == "tee":
            made = RealPlace(TeePlayer(aloud=NullPlayer(), file=WavPlayer(folder / "a.wav")), folder)
        else:
            made = RealPlace(NullPlayer(), folder)
    yield made
    made.close()


@pytest.fixture
def player(place: Place) -> Player:
    return place.player


def into_file(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> StreamPlayer:
    """Through real ALSA into a file; where the folder is gone there is no such device."""
    if not shutil.which("aplay"):
        pytest.skip("aplay is not installed: apt-get install alsa-utils")
    config = folder / "asound.conf"
    config.write_text(
        f'pcm.!default {{ type file slave.pcm {{ type null }} file "{folder / "a.raw"}" format "raw" }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return loudspeaker("aplay:default" if kind == "aplay" else "default")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    server = sound_server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


def served(kind: str, server: SoundServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ServerPlace:
    """Through a real sound server, whose sink takes as long as the sound is."""
    server.start()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    config = folder / "asound.conf"
    config.write_text('pcm.!default { type pulse device "room" }\n')
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    room = loudspeaker("default" if kind == "alsa to a server" else "pulse:room")
    player = PairPlayer(first=room, second=loudspeaker("pulse:phones")) if kind == "both" else room
    return ServerPlace(player, server, folder)


def loudspeaker(device: str) -> StreamPlayer:
    return StreamPlayer(sink_for(device), volume=100, monotonic=time.monotonic)


def test_it_takes_every_chunk_and_tells_the_length(player: Player) -> None:
    drawn = []

    def speech() -> Iterator[SpeechChunk]:
        for number in range(5):
            drawn.append(number)
            yield chunk(RATE // 10, number)

    played = player.play(speech())
    assert drawn == [0, 1, 2, 3, 4]
    assert played.complete
    assert played.seconds == pytest.approx(0.5)


def test_a_speech_without_a_chunk_plays_nothing(player: Player) -> None:
    played = player.play([])
    assert (played.seconds, played.complete) == (0.0, True)


@places("wav", *LOUDSPEAKERS)
def test_a_speech_without_a_chunk_needs_no_sink(place: Place) -> None:
    place.unplug()
    assert place.player.play([]).complete


def test_a_speech_without_a_chunk_is_all_of_it_even_where_it_was_stopped(player: Player) -> None:
    def speech() -> Iterator[SpeechChunk]:
        player.stop()
        yield from ()

    assert player.play(speech()) == Played(seconds=0.0, complete=True)


def test_it_plays_again_after_it_has_played(player: Player) -> None:
    assert player.play([chunk(100)]).complete
    assert player.play([chunk(200)]).complete


def test_a_stop_ends_the_speech_and_says_that_it_was_not_all(player: Player) -> None:
    drawn = []

    def speech() -> Iterator[SpeechChunk]:
        for number in range(1000):
            drawn.append(number)
            if number == 3:
                player.stop()
            yield chunk(100)

    played = player.play(speech())
    assert not played.complete
    assert 0 <= played.seconds <= len(drawn) * 100 / RATE
    assert len(drawn) < 20
    assert player.play([chunk(100)]).complete


def test_a_stop_may_come_from_another_thread(place: Place) -> None:
    drawn = []
    it_plays, tell_that_it_plays = place.gate()
    it_was_stopped, tell_that_it_was_stopped = place.gate()

    def speech() -> Iterator[SpeechChunk]:
        for number in range(1000):
            drawn.append(number)
            if number == 3:
                tell_that_it_plays()
                it_was_stopped()
            yield chunk(100)

    def play() -> None:
        assert not place.player.play(speech()).complete

    def stop() -> None:
        it_plays()
        place.player.stop()
        tell_that_it_was_stopped()

    place.together(play, stop)
    assert len(drawn) < 20


@places(*SLOW)
def test_a_stop_within_a_long_sound_ends_it_at_once(place: Place) -> None:
    place.be_slow()
    drawn = []

    def speech() -> Iterator[SpeechChunk]:
        for number in range(3):
            drawn.append(number)
            yield chunk(100 * RATE)

    def play() -> None:
        assert not place.player.play(speech()).complete

    def stop() -> None:
        place.wait_for_sound()
        place.player.stop()

    place.together(play, stop)
    assert drawn == [0], "what comes next is not waited for"


# A null player does not look again after the last chunk: that one has left it.
@places("wav", *LOUDSPEAKERS)
def test_a_speech_that_ends_where_it_was_stopped_was_not_all(place: Place) -> None:
    def speech() -> Iterator[SpeechChunk]:
        yield chunk(100)
        place.player.stop()

    assert not place.player.play(speech()).complete


@places("null", "wav", *LOUDSPEAKERS)
def test_a_stop_before_the_first_chunk_is_there_leaves_nothing_to_hear(place: Place) -> None:
    def speech() -> Iterator[SpeechChunk]:
        place.player.stop()
        yield chunk(100)

    assert place.player.play(speech()) == Played(seconds=0.0, complete=False)
    assert not place.was_heard()


def test_a_stop_while_nothing_plays_has_no_effect(player: Player) -> None:
    player.stop()
    assert player.play([chunk(100)]).complete


@pytest.mark.parametrize("chunks", [0, 1])
def test_an_error_of_the_speech_comes_out_and_it_plays_again(place: Place, chunks: int) -> None:
    def speech() -> Iterator[SpeechChunk]:
        yield from [chunk(100)] * chunks
        raise LookupError("no voice")

    with pytest.raises(LookupError, match="no voice"):
        place.player.play(speech())
    if not chunks:
        assert not place.was_heard()
    assert place.player.play([chunk(100)]).complete


@places("wav", *LOUDSPEAKERS)
def test_a_sink_that_is_not_there_is_told_before_anything_is_heard_and_plays_when_it_is_back(place: Place) -> None:
    place.unplug()
    with pytest.raises(MissingDeviceError):
        place.player.play([chunk(100), chunk(100)])
    place.plug()
    assert not place.was_heard()
    assert place.player.play([chunk(100)]).complete
    assert place.was_heard()


@places(*SLOW)
def test_a_loudspeaker_that_goes_within_the_last_sound_is_told(place: Place) -> None:
    place.be_slow()

    def play() -> None:
        with pytest.raises(MissingDeviceError):
            place.player.play([chunk(100 * RATE)])

    def unplug() -> None:
        place.wait_for_sound()
        place.unplug()

    place.together(play, unplug)


@places(*LOUDSPEAKERS)
def test_what_cannot_be_reached_says_so_before_anything_is_heard(place: Place) -> None:
    place.unplug()

    def reach_and_play() -> None:
        # To aplay it shows when it is given the first sample.
        place.player.reach(RATE)
        place.player.play([chunk(100)])

    with pytest.raises(MissingDeviceError):
        reach_and_play()
    place.plug()
    place.player.reach(RATE)
    assert place.player.play([chunk(100)]).complete


@places(*SERVED)
def test_while_it_plays_it_tells_how_much_was_heard(place: Place) -> None:
    assert place.player.position_seconds() is None
    told: list[float] = []

    def speech() -> Iterator[SpeechChunk]:
        for _ in range(10):
            yield chunk(RATE // 10)
            told.append(place.player.position_seconds() or 0.0)

    assert place.player.play(speech()).complete
    assert told == sorted(told)
    assert 0 < told[-1] <= 1.0
    assert place.player.position_seconds() is None


def test_the_lead_in_is_never_negative(player: Player) -> None:
    assert player.lead_in_seconds() >= 0


def test_how_loud_it_is_changes_nothing_of_what_is_told(player: Player) -> None:
    def speech() -> Iterator[SpeechChunk]:
        yield chunk(RATE // 10)
        player.set_volume(0)
        yield chunk(RATE // 10)

    player.set_volume(50)
    played = player.play(speech())
    assert played.complete
    assert played.seconds == pytest.approx(0.2)


@places(*LOUDSPEAKERS)
def test_a_loudspeaker_is_as_loud_as_it_was_told_from_the_next_speech_on(place: Place) -> None:
    def speech() -> Iterator[SpeechChunk]:
        yield chunk(RATE // 10)
        place.player.set_volume(20)

    def loudness(speech: Speech) -> int:
        assert place.player.play(speech).complete
        return place.loudness()

    assert loudness([chunk(RATE // 10)]) == 100
    place.player.set_volume(50)
    assert loudness(speech()) == 50
    assert loudness([chunk(RATE // 10)]) == 20


def test_a_wav_file_holds_every_sample_and_nothing_else(tmp_path: Path) -> None:
    WavPlayer(tmp_path / "a.wav").play([chunk(1000), chunk(500)])
    with wave.open(str(tmp_path / "a.wav")) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    assert np.array_equal(data, np.concatenate([chunk(1000).pcm, chunk(500).pcm]))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_wav_file_that_was_stopped_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"before")
    player = WavPlayer(tmp_path / "a.wav")

    def speech() -> Iterator[SpeechChunk]:
        yield chunk(10)
        player.stop()
        yield chunk(10)

    assert not player.play(speech()).complete
    assert (tmp_path / "a.wav").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


class TestSimulated:
    def test_a_sound_takes_as_long_as_it_is(self) -> None:
        place = SimPlace(1)
        assert place.player.play([chunk(RATE), chunk(2 * RATE)]).complete
        (sound,) = place.room.sounds
        assert (sound.job, sound.chunks, sound.complete) == (JOB.id, 2, True)
        assert sound.ended is not None
        assert sound.ended - sound.began == pytest.approx(3)

    @pytest.mark.parametrize(("hangs", "heard"), [(False, 12.0), (True, 10.0)])
    def test_of_a_sound_that_was_stopped_what_was_heard_is_told(self, *, hangs: bool, heard: float) -> None:
        place = SimPlace(1)
        place.loop.call_later(12, place.speaker.stop)

        def speech() -> Iterator[SpeechChunk]:
            yield chunk(10 * RATE)
            place.room.hangs = hangs
            yield chunk(10 * RATE)

        played = place.player.play(speech())
        assert not played.complete
        assert played.seconds == pytest.approx(heard, abs=0.01)
        (sound,) = place.room.sounds
        assert not sound.complete
        assert sound.ended == pytest.approx(12, abs=0.01)
