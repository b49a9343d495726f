"""Sound to an ALSA device through `aplay`, one stream for a whole speech."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from device.core.errors import MissingDeviceError
from device.core.types import Played

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Pcm, Speech, SpeechChunk

LEAD_IN_SECONDS = 0.12
"""Silence before the first sample, in which a sleeping amplifier wakes."""

AWAKE_SECONDS = 5.0
"""How long an amplifier is taken to stay awake after the last sample."""

_FULL_VOLUME = 100


class AlsaPlayer:
    """An ALSA device by its name; `stop` may be called from any thread, the rest from one.

    Args:
        device: As in `aplay -L`.
        volume: Percent.
        monotonic: Seconds of a clock that never goes back.
    """

    def __init__(self, *, device: str, volume: int, monotonic: Callable[[], float]) -> None:
        self._device = device
        self._volume = volume
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._aplay: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._last_sound: float | None = None

    def lead_in_seconds(self) -> float:
        """A little where nothing was played for a while, else none."""
        if self._last_sound is not None and self._monotonic() - self._last_sound < AWAKE_SECONDS:
            return 0.0
        return LEAD_IN_SECONDS

    def play(self, speech: Speech) -> Played:
        """Play it all and return when the last sample has left.

        Raises:
            MissingDeviceError: There is no `aplay`, or no such device.
        """
        with self._lock:
            self._stopped = False
        chunks = iter(speech)
        first = next(chunks, None)
        if first is None:
            return Played(seconds=0.0, complete=True)
        if self._stopped:
            return Played(seconds=0.0, complete=False)
        aplay = self._start(first.sample_rate)
        try:
            seconds = self._feed(aplay, first, chunks)
        except BrokenPipeError:
            # It ended by itself, and says why; or it was ended by `stop`.
            seconds = 0.0
        finally:
            trouble = self._end(aplay)
        if self._stopped:
            return Played(seconds=seconds, complete=False)
        if aplay.returncode:
            raise MissingDeviceError(
                f"the sound device {self._device} does not play ({trouble}); aplay -L lists the devices"
            )
        self._last_sound = self._monotonic()
        return Played(seconds=seconds, complete=True)

    def stop(self) -> None:
        """End what plays now; what aplay and the card still hold is dropped."""
        with self._lock:
            self._stopped = True
            if self._aplay:
                self._aplay.kill()

    def set_volume(self, percent: int) -> None:
        """How loud it is from the next chunk on."""
        self._volume = percent

    def _start(self, sample_rate: int) -> subprocess.Popen[bytes]:
        command = ["aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(sample_rate), "-D", self._device]
        with self._lock:
            try:
                self._aplay = subprocess.Popen(  # noqa: S603 - the device is one argument, no shell reads it
                    command, stdin=subprocess.PIPE, stderr=subprocess.PIPE
                )
            except OSError as error:
                raise MissingDeviceError(
                    f"aplay cannot be started ({error.strerror}); as root: apt-get install alsa-utils"
                ) from error
            if self._stopped:
                # It was stopped in the moment before.
                self._aplay.kill()
            return self._aplay

    def _feed(self, aplay: subprocess.Popen[bytes], first: SpeechChunk, rest: Speech) -> float:
        pipe = _pipe(aplay.stdin)
        lead_in = np.zeros(round(self.lead_in_seconds() * first.sample_rate), np.int16)
        pipe.write(lead_in.tobytes() + self._bytes(first.pcm))
        pipe.flush()
        seconds = first.seconds
        for chunk in rest:
            if self._stopped:
                break
            pipe.write(self._bytes(chunk.pcm))
            pipe.flush()
            seconds += chunk.seconds
        return seconds

    def _end(self, aplay: subprocess.Popen[bytes]) -> str:
        """Close its input, wait until it has played everything, and return what it complained of, in one line."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(aplay.stdin).close()
        with _pipe(aplay.stderr) as complaints:
            complaint = complaints.read().decode(errors="replace")
        aplay.wait()
        with self._lock:
            self._aplay = None
        return " ".join(complaint.split()) or f"aplay ended with {aplay.returncode}"

    def _bytes(self, pcm: Pcm) -> bytes:
        if self._volume == _FULL_VOLUME:
            return pcm.astype("<i2").tobytes()
        return np.round(pcm * (self._volume / _FULL_VOLUME)).astype("<i2").tobytes()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    # Popen's types do not know that every pipe was asked for.
    return cast("IO[bytes]", end)
