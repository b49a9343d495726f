"""A loudspeaker that goes within a sentence and comes back: the pipeline, the player and a real sound server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from device.pipeline.absence import SOUND_AGAIN_SECONDS
from device.playback.sinks import sink_for
from device.playback.stream import StreamPlayer
from tests.house import in_house
from tests.sound_server import RATE, SoundServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house import House


def room() -> StreamPlayer:
    return StreamPlayer(sink_for("pulse:room"), volume=100, monotonic=time.monotonic)


async def cut_off(house: House, server: SoundServer) -> None:
    """A photo comes, and its loudspeaker goes as soon as something of it is heard."""
    listener = server.listen("room")
    await house.bring()
    await asyncio.to_thread(listener.wait_for_sound)
    server.stop()


def test_what_is_cut_off_is_heard_when_the_loudspeaker_is_there_again(tmp_path: Path, server: SoundServer) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await cut_off(house, server)
            await house.clock.until_somebody_sleeps(SOUND_AGAIN_SECONDS)
            assert (house.job().state, house.board.status.reason) == ("waiting", "no_audio")
            await asyncio.to_thread(server.start)
            listener = server.listen("room")
            house.clock.advance(SOUND_AGAIN_SECONDS)
            await house.until(lambda: house.job().state == "finished")
            await asyncio.to_thread(listener.wait_for_silence, 0.2)
        assert len(listener.heard()) / RATE == pytest.approx(1.0, abs=0.05), "both sentences, the first one anew"
        assert house.board.status.reason is None
        assert not any(each.startswith("failed") for each in house.happened)

    in_house(tmp_path, story, waits_for_sound=True, player=room())


def test_what_is_cut_off_and_not_waited_for_is_counted_and_told(tmp_path: Path, server: SoundServer) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await cut_off(house, server)
            await house.until(lambda: house.job().state == "failed")
            await house.until(lambda: house.happened[-2:] == ["failed no_audio", "idle no_audio"])
        assert len(house.jobs.listed("failed")) == 1
        assert len(house.files()) == 1, "it may be tried again"

    in_house(tmp_path, story, waits_for_sound=False, player=room())
