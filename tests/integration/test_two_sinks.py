"""Headphones beside the room: the daemon's own player on a real sound server with both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.settings import AudioSettings, Settings
from device.app.wiring import Wiring
from device.core.errors import MissingDeviceError
from device.core.types import SpeechChunk
from tests.sound_server import RATE, SINKS, SoundServer

if TYPE_CHECKING:
    from device.core.ports import Player
    from device.core.types import Pcm

AFTER_SECONDS = 0.3
"""Longer than any silence within the speech."""


def player(to: str) -> Player:
    audio = AudioSettings(device="pulse:room", headphones="pulse:phones", to=to)  # type: ignore[arg-type]  # one of them
    return Wiring(Settings(audio=audio)).loudspeaker()


def speech(sentences: int = 3) -> list[SpeechChunk]:
    pcm = (np.sin(np.arange(RATE // 2) / 10) * 9000).astype(np.int16)
    return [SpeechChunk(pcm=pcm, sample_rate=RATE, utterance=number) for number in range(sentences)]


class Ears:
    """One listener at each sink, from before anything is played."""

    def __init__(self, server: SoundServer) -> None:
        self._at = {sink: server.listen(sink) for sink in SINKS}

    def wait_for_sound(self, sink: str) -> None:
        self._at[sink].wait_for_sound()

    def heard(self, sink: str, other: str | None = None) -> list[Pcm]:
        """What is heard at a sink from a sound to silence, and at the other one meanwhile."""
        listener = self._at[sink]
        if not listener.sounded:
            listener.wait_for_sound()
        listener.wait_for_silence(AFTER_SECONDS)
        if other is None:
            return [listener.heard()]
        # A little more: it may have begun to listen a little earlier.
        self._at[other].listen_for(listener.seconds + AFTER_SECONDS)
        return [listener.heard(), self._at[other].heard()]


@pytest.mark.parametrize(
    ("to", "speaks", "is_silent"),
    [("auto", "phones", "room"), ("headphones", "phones", "room"), ("room", "room", "phones")],
)
def test_one_speaks_and_the_other_is_silent(server: SoundServer, to: str, speaks: str, is_silent: str) -> None:
    ears = Ears(server)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(player(to).play, speech())
        sound, silence = ears.heard(speaks, is_silent)
        assert playing.result().complete
    assert len(sound) / RATE == pytest.approx(1.5, abs=0.01)
    assert not len(silence)


def test_both_hear_the_same(server: SoundServer) -> None:
    ears, both = Ears(server), player("both")
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(both.play, speech())
        room, phones = ears.heard("room", "phones")
        assert playing.result().complete
    assert len(room) / RATE == pytest.approx(1.5, abs=0.01)
    assert len(room) == pytest.approx(len(phones), abs=0.01 * RATE)


@pytest.mark.parametrize(("goes", "stays"), [("room", "phones"), ("phones", "room")])
def test_one_that_is_unplugged_within_a_sentence_does_not_silence_the_other(
    server: SoundServer, goes: str, stays: str
) -> None:
    ears, both = Ears(server), player("both")
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(both.play, speech())
        ears.wait_for_sound(goes)
        server.unplug(goes)
        (sound,) = ears.heard(stays)
        played = playing.result()
    assert played.complete
    assert played.seconds == pytest.approx(1.5)
    assert len(sound) / RATE == pytest.approx(1.5, abs=0.01)
    server.plug(goes)
    ears = Ears(server)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(both.play, speech())
        # A monitor does not hear what its sink had prepared when a stream begins; now there is no lead-in before it.
        assert [len(each) / RATE for each in ears.heard(goes, stays)] == pytest.approx([1.5, 1.5], abs=0.03)
        assert playing.result().complete, "both again"


def test_headphones_that_are_not_there_are_never_replaced_by_the_room(server: SoundServer) -> None:
    ears = Ears(server)
    server.unplug("phones")
    with pytest.raises(MissingDeviceError, match="phones does not play"):
        player("headphones").play(speech())
    # What the room hears next is what is said to it, and nothing before.
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(player("room").play, speech(1))
        (sound,) = ears.heard("room")
        assert playing.result().complete
    assert len(sound) / RATE == pytest.approx(0.5, abs=0.01)


def test_a_stop_silences_both(server: SoundServer) -> None:
    ears, both = Ears(server), player("both")
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(both.play, speech(100))
        ears.wait_for_sound("room")
        ears.wait_for_sound("phones")
        both.stop()
        assert not playing.result().complete
        for each in ears.heard("room", "phones"):
            assert len(each) < 10 * RATE
