"""Sound to a WAV file that is there whole or not at all."""

from __future__ import annotations

import os
import threading
import wave
from typing import TYPE_CHECKING, BinaryIO

from device.core.errors import MissingDeviceError
from device.core.types import Played
from device.playback.mark import mark

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Speech, SpeechChunk

_SAMPLE_BYTES = 2


class WavPlayer:
    """Writes each speech to the file, 16 bits, one channel, marked as synthetic; a speech without a chunk writes none.

    A speech that is stopped leaves what was there before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        """Write it all, sync it, and put it in its place.

        Raises:
            MissingDeviceError: The file cannot be written.
        """
        self._stopped.clear()
        chunks = iter(speech)
        first = next(chunks, None)
        if first is None:
            return Played(seconds=0.0, complete=True)
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            with part.open("wb") as file:
                played = self._write(file, first, chunks)
                mark(file)
                file.flush()
                os.fsync(file.fileno())
            if played.complete:
                part.replace(self._path)
        except OSError as error:
            raise MissingDeviceError(
                f"{self._path} cannot be written ({error.strerror}); name another place"
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return played

    def reach(self, sample_rate: int) -> None:
        """Whether it can be written shows when it is."""

    def is_there(self) -> bool:
        """Whether it can be written shows when it is."""
        return True

    def position_seconds(self) -> float | None:
        """Nobody hears a file while it is written."""
        return None

    def lead_in_seconds(self) -> float:
        """A file needs none."""
        return 0.0

    def stop(self) -> None:
        """End what is being written, from any thread."""
        self._stopped.set()

    def set_volume(self, percent: int) -> None:
        """A file is as loud as the voice made it."""

    def _write(self, file: BinaryIO, first: SpeechChunk, rest: Speech) -> Played:
        frames = 0
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(_SAMPLE_BYTES)
            sound.setframerate(first.sample_rate)
            for chunk in _with(first, rest):
                if self._stopped.is_set():
                    break
                sound.writeframesraw(chunk.pcm.astype("<i2").tobytes())
                frames += len(chunk.pcm)
        return Played(seconds=frames / first.sample_rate, complete=not self._stopped.is_set())


def _with(first: SpeechChunk, rest: Speech) -> Speech:
    yield first
    yield from rest
