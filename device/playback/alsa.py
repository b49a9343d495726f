"""An ALSA device by its name, through ALSA's own library: it tells how much is still to be heard."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from device.playback import alsa_library
from device.playback.alsa_library import AlsaPcm
from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    from device.core.types import Pcm

BUFFER_SECONDS = 0.5
"""How much the card is handed ahead; a voice that is late for less is not heard to be."""

_LOOK_AGAIN_SECONDS = 0.02

_FOR_PLUG = re.compile(r"[\w.:,=-]+")
"""Names that can be told to the `plug` plugin within quotes."""


class AlsaSink:
    """A device as in `aplay -L`. One that cannot play a single channel at this rate is asked through `plug`."""

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

    def open(self, sample_rate: int) -> OpenAlsa:
        """Take it.

        Raises:
            SinkLostError: It is not there, or somebody else has it.
        """
        try:
            pcm = AlsaPcm(self._device, sample_rate=sample_rate, buffer_seconds=BUFFER_SECONDS)
        except SinkLostError as trouble:
            if not _FOR_PLUG.fullmatch(self._device):
                raise
            try:
                plugged = f"plug:'{self._device}'"
                pcm = AlsaPcm(plugged, sample_rate=sample_rate, buffer_seconds=BUFFER_SECONDS)
            except SinkLostError:
                raise trouble from None
        return OpenAlsa(pcm, sample_rate=sample_rate)


class OpenAlsa:
    """A device that was taken. Every call of the library returns at once; the lock keeps them apart."""

    def __init__(self, pcm: AlsaPcm, *, sample_rate: int) -> None:
        self._pcm = pcm
        self._rate = sample_rate
        self._lock = threading.Lock()
        self._dropped = False
        # A card goes on with what lies in its memory until its next interrupt.
        self.tail = pcm.period

    def write(self, samples: Pcm) -> int:
        """How many it took."""
        with self._lock:
            if self._dropped:
                return 0
            taken = self._pcm.write(samples)
            if taken and self._pcm.state == alsa_library.PREPARED:
                # By itself it would begin when its buffer is full, half a second later.
                self._pcm.start()
            return taken

    def left_seconds(self) -> float:
        """How long until the last sample that it took is heard."""
        with self._lock:
            if self._dropped:
                return 0.0
            state = self._pcm.state
            if state == alsa_library.DISCONNECTED:
                raise SinkLostError("it was unplugged")
            if state != alsa_library.RUNNING:
                return 0.0
            return self._pcm.delay() / self._rate

    def finish(self, stopped: threading.Event) -> None:
        """Return when the last sample was heard, its tail of silence apart."""
        while (left := self.left_seconds() - self.tail / self._rate) > 0:
            if stopped.wait(min(left, _LOOK_AGAIN_SECONDS)):
                return

    def drop(self) -> None:
        """Be silent at once."""
        with self._lock:
            if not self._dropped:
                self._dropped = True
                self._pcm.drop()

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._dropped = True
            self._pcm.drop()
            self._pcm.close()
