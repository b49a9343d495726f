"""How far from the sound of its sentence a caption comes: the event of the daemon beside the recorded monitor."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from device.app.machine import SystemClock
from device.app.threads import ThreadExecutor
from device.core.types import Job
from device.pipeline.captions import LiveCaptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from device.core.ports import Player, Synthesiser
    from device.core.types import Caption, Pcm, SpeechChunk, Utterance
    from tests.sound_server import Listener, SoundServer

SILENT_SECONDS = 1.0

_JOB = Job(id=1, path=Path("x"), name="x.jpg", sha256="0", state="working", attempts=1, reason=None)


def captions_after_sound(
    server: SoundServer, sink: str, player: Player, voice: Synthesiser, narration: Sequence[Utterance]
) -> list[float]:
    """Milliseconds for each caption, from its first sample at the monitor of the sink to its event."""
    return asyncio.run(_offsets(server.listen(sink), player, voice, narration))


async def _offsets(
    listener: Listener, player: Player, voice: Synthesiser, narration: Sequence[Utterance]
) -> list[float]:
    labour = ThreadExecutor(name="labour")
    captions = LiveCaptions(clock=SystemClock(), executor=labour)
    events: list[tuple[float, Caption]] = []
    tasks = [asyncio.create_task(each) for each in (captions.run(), _read(captions, events))]
    made: list[Pcm] = []

    def speech() -> Iterator[SpeechChunk]:
        for chunk in voice.synthesise(narration):
            made.append(chunk.pcm)
            yield chunk

    def play() -> None:
        with captions.following(_JOB, player, narration.__getitem__) as hearing:
            player.play(hearing(speech()))

    def listen() -> None:
        listener.wait_for_sound()
        listener.wait_for_silence(SILENT_SECONDS)

    await asyncio.gather(labour.run(play), asyncio.to_thread(listen))
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    labour.close()
    listener.close()
    # What is silent before the first sound of the voice does not show at the monitor.
    leading = int(np.flatnonzero(np.concatenate(made))[0])
    return [
        (at - listener.came(max(0, round(caption.cue.start * voice.sample_rate) - leading))) * 1000
        for at, caption in events
    ]


async def _read(captions: LiveCaptions, events: list[tuple[float, Caption]]) -> None:
    while True:
        number = captions.number
        if captions.shown:
            events.append((time.monotonic(), captions.shown))
        await captions.changed(since=number)
