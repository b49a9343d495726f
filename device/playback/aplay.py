"""An ALSA device through `aplay` as a child: where the library cannot be used. What it still holds is an estimate."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, cast

from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    from device.core.types import Pcm

HANDED_SECONDS = 0.75
"""How much it is handed ahead: half a second for the card, an eighth for itself, and no more.

Its pipe would take seconds of sound more, which are lost with the device, and are as loud as they were handed over.
"""


class AplaySink:
    """A device as in `aplay -L`."""

    def __init__(self, device: str) -> None:
        self._device = device

    @property
    def name(self) -> str:
        """What an error calls it."""
        return f"the sound device {self._device}"

    @property
    def others(self) -> str:
        """How a person finds out what there is."""
        return "aplay -L lists the devices"

    def open(self, sample_rate: int) -> OpenAplay:
        """Start `aplay`; whether the device is there shows when it takes the first sample.

        Raises:
            SinkLostError: There is no `aplay`.
        """
        command = ["aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(sample_rate), "-D", self._device]
        try:
            aplay = subprocess.Popen(  # noqa: S603 - the device is one argument, no shell reads it
                command, stdin=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise SinkLostError(
                f"aplay cannot be started ({error.strerror}); as root: apt-get install alsa-utils"
            ) from error
        return OpenAplay(aplay, sample_rate=sample_rate)


class OpenAplay:
    """A child that plays what comes through its standard input. It fills the card's last period by itself."""

    tail = 0

    def __init__(self, aplay: subprocess.Popen[bytes], *, sample_rate: int) -> None:
        self._aplay = aplay
        self._rate = sample_rate
        self._lock = threading.Lock()
        self._dropped = False
        self._ends: float | None = None

    def write(self, samples: Pcm) -> int:
        """How many it took; it waits where its pipe is full, until `drop`."""
        if self.left_seconds() > HANDED_SECONDS:
            return 0
        pipe = _pipe(self._aplay.stdin)
        try:
            pipe.write(samples.astype("<i2").tobytes())
            pipe.flush()
        except BrokenPipeError:
            self._complain()
            return 0
        now = time.monotonic()
        self._ends = max(now, self._ends or now) + len(samples) / self._rate
        return len(samples)

    def left_seconds(self) -> float:
        """How long until the last sample is heard, if it plays as fast as it should and began at once."""
        return 0.0 if self._ends is None else max(0.0, self._ends - time.monotonic())

    def finish(self, stopped: threading.Event) -> None:  # noqa: ARG002 - whoever sets it has called `drop`
        """Return when it has played everything and ended by itself."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._aplay.stdin).close()
        self._complain()

    def drop(self) -> None:
        """Be silent at once: what aplay and the card still hold is dropped."""
        with self._lock:
            self._dropped = True
            self._aplay.kill()

    def close(self) -> None:
        """End it."""
        self.drop()
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._aplay.stdin).close()
        _pipe(self._aplay.stderr).close()
        self._aplay.wait()

    def _complain(self) -> None:
        """Wait for its end; unless it was killed or all is well, raise what it says, in one line."""
        complaint = _pipe(self._aplay.stderr).read().decode(errors="replace")
        self._aplay.wait()
        if self._aplay.returncode and not self._dropped:
            raise SinkLostError(" ".join(complaint.split()) or f"aplay ended with {self._aplay.returncode}")


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    # Popen's types do not know that every pipe was asked for.
    return cast("IO[bytes]", end)
