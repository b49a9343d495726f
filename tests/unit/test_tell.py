"""The opening is heard while the rest is still being looked at, and what was seen is told once, whatever happens."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.once import once
from device.core.errors import BadPhotoError, MissingDeviceError
from device.core.types import Described, Played, SpeechChunk, Timings
from device.pipeline.describe import Beginning
from device.pipeline.stopwatch import Stopwatch
from device.pipeline.tell import tell
from device.playback.null import NullPlayer
from device.voice.ahead import ahead
from tests import factories
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from device.core.ports import Player, Synthesiser
    from device.core.types import Narration, Speech

LONG = 60
"""Seconds after which a test that waits for another thread fails."""


class Tale:
    """A description that is begun, and what happens with it, in order."""

    def __init__(self, *texts: str, looking: Callable[[], None] = lambda: None) -> None:
        self.clock = HandClock()
        self.happened: list[str] = []
        self.looking = looking
        watch = Stopwatch(self.clock)
        self.clock.seconds += 0.1
        self._narration = tuple(factories.utterance(text) for text in texts)
        self.beginning = Beginning(opening=self._narration[0], watch=watch, finish=once(self._finish))

    def _finish(self) -> Described:
        self.happened.append("looked at")
        self.looking()
        self.clock.seconds += 5
        return Described(
            photo=factories.photo(),
            scene=factories.scene(),
            narration=self._narration,
            timings=Timings(decode_ms=100, analyse_ms=5000, total_ms=5100),
        )

    def told(self, voice: Synthesiser | None = None, player: Player | None = None) -> tuple[Described, Played]:
        return tell(
            self.beginning,
            synthesiser=voice or Voice(self),
            player=player or NullPlayer(),
            clock=self.clock,
            known=lambda _: self.happened.append("known"),
        )


class Voice:
    """Takes 0.2 seconds for each sentence of two chunks, and draws the sentences as it speaks."""

    voice = "test"
    sample_rate = 1000

    def __init__(self, tale: Tale) -> None:
        self._tale = tale

    def synthesise(self, utterances: Narration) -> Speech:
        return self._speech(utterances)

    def _speech(self, utterances: Narration) -> Generator[SpeechChunk, None, None]:
        for index, utterance in enumerate(utterances):
            self._tale.happened.append(f"making {utterance.text}")
            for _ in range(2):
                self._tale.clock.seconds += 0.1
                pcm = np.full(500, 9000, np.int16)
                yield SpeechChunk(pcm=pcm, sample_rate=1000, utterance=index, making_seconds=0.1)


class Ahead(Voice):
    """The same in a thread of its own, as real voices are."""

    def synthesise(self, utterances: Narration) -> Speech:
        return ahead(self._speech(utterances), monotonic=time.monotonic, begins=lambda: 0.0)


class Mute(Voice):
    """Has no sound for any sentence."""

    def _speech(self, utterances: Narration) -> Generator[SpeechChunk, None, None]:
        yield from ()
        list(utterances)


class Listener(NullPlayer):
    """Writes down what it is handed."""

    def __init__(self, tale: Tale) -> None:
        super().__init__()
        self._tale = tale

    def play(self, speech: Speech) -> Played:
        return super().play(self._hearing(speech))

    def _hearing(self, speech: Speech) -> Speech:
        for chunk in speech:
            self._tale.happened.append(f"heard {chunk.utterance}")
            yield chunk


class Gone(NullPlayer):
    """A loudspeaker that is not there."""

    def play(self, speech: Speech) -> Played:
        del speech
        raise MissingDeviceError("the sound device is not there")


def test_the_opening_is_made_before_the_faces_are_looked_at_and_all_is_known_before_the_rest_is_heard() -> None:
    tale = Tale("One.", "Two.")
    tale.told(player=Listener(tale))
    assert tale.happened == [
        "making One.",
        "heard 0",
        "heard 0",
        "looked at",
        "making Two.",
        "known",
        "heard 1",
        "heard 1",
    ]


def test_the_opening_is_heard_while_the_faces_are_looked_at() -> None:
    heard = threading.Event()
    waited: list[bool] = []
    tale = Tale("One.", "Two.", looking=lambda: waited.append(heard.wait(LONG)))

    class Hearing(NullPlayer):
        def play(self, speech: Speech) -> Played:
            return super().play(self._hearing(speech))

        def _hearing(self, speech: Speech) -> Speech:
            for chunk in speech:
                heard.set()
                yield chunk

    _, played = tale.told(Ahead(tale), Hearing())
    assert waited == [True]
    assert played == Played(seconds=2.0, complete=True)


def test_what_is_known_is_told_by_the_thread_that_speaks_and_looked_at_by_the_voice() -> None:
    threads: dict[str, str] = {}
    tale = Tale("One.", "Two.", looking=lambda: threads.update(looking=threading.current_thread().name))
    tell(
        tale.beginning,
        synthesiser=Ahead(tale),
        player=NullPlayer(),
        clock=tale.clock,
        known=lambda _: threads.update(known=threading.current_thread().name),
    )
    assert threads == {"looking": "voice", "known": threading.current_thread().name}


def test_the_time_to_the_first_sound_does_not_hold_what_came_after_it() -> None:
    described, _ = Tale("One.", "Two.").told()
    assert described.timings.first_audio_ms == pytest.approx(100 + 100)
    assert described.timings.synthesis_ms == pytest.approx(400)
    assert described.timings.total_ms == pytest.approx(5100 + 400)
    assert described.timings.analyse_ms == 5000
    assert described.audio is not None


def test_an_opening_without_a_sound_makes_the_next_sentence_the_first_that_is_heard() -> None:
    tale = Tale("...", "Two.")

    class Picky(Voice):
        def _speech(self, utterances: Narration) -> Generator[SpeechChunk, None, None]:
            yield from (chunk for chunk in super()._speech(utterances) if chunk.utterance)

    described, _ = tale.told(Picky(tale), Listener(tale))
    assert tale.happened.index("known") < tale.happened.index("heard 1")
    assert described.timings.first_audio_ms == pytest.approx(100 + 200 + 5000 + 100)
    assert described.timings.total_ms == pytest.approx(described.timings.first_audio_ms)


@pytest.mark.parametrize("voice", [Voice, Ahead])
def test_a_single_sentence_is_known_before_its_sound_is_over(voice: type[Voice]) -> None:
    tale = Tale("One.")

    class Slow(Listener):
        def play(self, speech: Speech) -> Played:
            played = super().play(speech)
            self._tale.happened.append("over")
            return played

    tale.told(voice(tale), Slow(tale))
    assert tale.happened[-2:] == ["known", "over"]
    assert tale.happened.count("known") == tale.happened.count("looked at") == 1


@pytest.mark.parametrize("after", [0, 1, 2, 3])
@pytest.mark.parametrize("voice", [Voice, Ahead])
def test_a_speech_that_is_stopped_is_known_once_too(voice: type[Voice], after: int) -> None:
    tale = Tale("One.", "Two.")

    class Stopped(NullPlayer):
        def play(self, speech: Speech) -> Played:
            for number, _ in enumerate(speech):
                if number == after:
                    break
            return Played(seconds=after / 2, complete=False)

    described, played = tale.told(voice(tale), Stopped())
    assert not played.complete
    assert tale.happened.count("known") == tale.happened.count("looked at") == 1
    assert [utterance.text for utterance in described.narration] == ["One.", "Two."]


def test_a_stop_while_the_voice_looks_at_the_faces_waits_for_what_it_sees() -> None:
    looking, left = threading.Event(), threading.Event()
    waited: list[bool] = []

    def look() -> None:
        looking.set()
        waited.append(left.wait(LONG))

    tale = Tale("One.", "Two.", looking=look)

    class Stopped(NullPlayer):
        def play(self, speech: Speech) -> Played:
            next(iter(speech))
            waited.append(looking.wait(LONG))
            left.set()
            return Played(seconds=0.5, complete=False)

    described, _ = tale.told(Ahead(tale), Stopped())
    assert waited == [True, True]
    assert tale.happened.count("known") == tale.happened.count("looked at") == 1
    assert len(described.narration) == 2


def test_a_voice_without_a_sound_keeps_nobody_from_knowing() -> None:
    tale = Tale("...", "...")
    described, _ = tale.told(Mute(tale))
    assert tale.happened == ["looked at", "known"]
    assert described.timings.first_audio_ms is None


def test_a_loudspeaker_that_is_gone_keeps_nobody_from_knowing() -> None:
    tale = Tale("One.", "Two.")
    with pytest.raises(MissingDeviceError):
        tale.told(player=Gone())
    assert tale.happened == ["looked at", "known"]


@pytest.mark.parametrize("voice", [Voice, Ahead])
def test_a_photo_that_turns_out_to_be_damaged_is_told_as_that_after_its_opening(voice: type[Voice]) -> None:
    def look() -> None:
        raise BadPhotoError("broken", "the photo is damaged")

    tale = Tale("One.", "Two.", looking=look)
    with pytest.raises(BadPhotoError, match="the photo is damaged"):
        tale.told(voice(tale), Listener(tale))
    assert tale.happened.count("heard 0") == 2
    assert tale.happened.count("looked at") == 1
    assert "known" not in tale.happened
