"""Speech into a sink: the player of every loudspeaker, whatever the way to it is."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np

from device.core.errors import MissingDeviceError
from device.core.types import Played
from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Pcm, Speech
    from device.playback.sink import OpenSink, Sink

LEAD_IN_SECONDS = 0.12
"""Silence before the first sample, in which a sleeping amplifier wakes."""

AWAKE_SECONDS = 5.0
"""How long an amplifier is taken to stay awake after the last sample."""

PIECE_SECONDS = 0.05
"""So much is handed over at a time: what is asked of the volume is heard from the next piece on."""

_LOOK_AGAIN_SECONDS = 0.02
"""How soon a sink whose buffer was full is asked again."""

_ANY_RATE = 22050
"""Of samples a second, to ask whether a sink is there before anything was played."""

_FULL_VOLUME = 100


class StreamPlayer:
    """One open stream for a whole speech.

    `stop`, `set_volume` and `position_seconds` may be called from any thread, the rest from one.

    Args:
        sink: Where it goes.
        volume: Percent.
        monotonic: Seconds of a clock that never goes back.
    """

    def __init__(self, sink: Sink, *, volume: int, monotonic: Callable[[], float]) -> None:
        self._sink = sink
        self._volume = volume
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: OpenSink | None = None
        self._rate = 0
        self._stopped = threading.Event()
        self._last_sound: float | None = None
        self._handed = 0
        self._heard: tuple[float, float] | None = None
        self._told = -math.inf

    def lead_in_seconds(self) -> float:
        """A little where nothing was played for a while, else none."""
        if self._last_sound is not None and self._monotonic() - self._last_sound < AWAKE_SECONDS:
            return 0.0
        return LEAD_IN_SECONDS

    def reach(self, sample_rate: int) -> None:
        """Take the sink already, so that nothing of a speech counts as begun where it is not there.

        Raises:
            MissingDeviceError: It is not.
        """
        if self._open is None or self._rate != sample_rate:
            self._let_go()
            try:
                self._open, self._rate = self._sink.open(sample_rate), sample_rate
            except SinkLostError as trouble:
                raise self._missing(trouble) from trouble

    def is_there(self) -> bool:
        """Whether `reach` would find it; it is not kept."""
        self._stopped.clear()
        try:
            self.reach(self._rate or _ANY_RATE)
            if self._open:
                # To aplay it shows when it ends.
                self._open.finish(self._stopped)
        except (MissingDeviceError, SinkLostError):
            return False
        finally:
            self._let_go()
        return True

    def play(self, speech: Speech) -> Played:
        """Play it all and return when the last sample was heard.

        Raises:
            MissingDeviceError: The sink is not there, or was taken away.
        """
        self._stopped.clear()
        try:
            return self._play(speech)
        except SinkLostError as trouble:
            raise self._missing(trouble) from trouble
        finally:
            self._let_go()

    def position_seconds(self) -> float | None:
        """How much of the speech was heard by now, negative in its lead-in; None where nothing plays."""
        heard = self._heard
        if heard is None:
            return None
        seconds, at = heard
        self._told = max(self._told, min(seconds + self._monotonic() - at, self._handed / self._rate))
        return self._told

    def stop(self) -> None:
        """End what plays now; what the sink still holds is dropped."""
        self._stopped.set()
        with self._lock:
            if self._open:
                self._open.drop()

    def set_volume(self, percent: int) -> None:
        """How loud it is from the next piece on."""
        self._volume = percent

    def _play(self, speech: Speech) -> Played:
        seconds = 0.0
        sink: OpenSink | None = None
        try:
            for chunk in speech:
                if self._stopped.is_set():
                    return Played(seconds=seconds, complete=False)
                if sink is None:
                    self.reach(chunk.sample_rate)
                    sink = self._begin()
                self._hand(sink, chunk.pcm)
                if self._stopped.is_set():
                    # What comes next is not waited for.
                    return Played(seconds=self._heard_seconds(), complete=False)
                seconds += chunk.seconds
        except SinkLostError:
            raise
        except Exception:
            # A photo that is damaged further down, say: what was made until then ends with its last word.
            if sink:
                self._see_out(sink)
            raise
        if sink is None:
            return Played(seconds=0.0, complete=True)
        self._see_out(sink)
        if self._stopped.is_set():
            return Played(seconds=self._heard_seconds(), complete=False)
        self._last_sound = self._monotonic()
        return Played(seconds=seconds, complete=True)

    def _begin(self) -> OpenSink:
        """The open sink, awake."""
        with self._lock:
            sink = self._open
            assert sink is not None  # noqa: S101 - `reach` has just taken it
            if self._stopped.is_set():
                # It was stopped in the moment before.
                sink.drop()
        self._handed, self._told = 0, -math.inf
        self._hand(sink, np.zeros(round(self.lead_in_seconds() * self._rate), np.int16), counts=False)
        return sink

    def _hand(self, sink: OpenSink, pcm: Pcm, *, counts: bool = True) -> None:
        """All of it, piece by piece, as the sink takes it; less where it is stopped."""
        piece = round(PIECE_SECONDS * self._rate)
        place = 0
        while place < len(pcm) and not self._stopped.is_set():
            taken = sink.write(self._loud(pcm[place : place + piece]))
            place += taken
            if counts:
                self._handed += taken
                self._note(sink)
            if not taken:
                self._stopped.wait(_LOOK_AGAIN_SECONDS)

    def _see_out(self, sink: OpenSink) -> None:
        """Return when all that it was handed was heard."""
        self._hand(sink, np.zeros(sink.tail, np.int16), counts=False)
        sink.finish(self._stopped)

    def _note(self, sink: OpenSink) -> None:
        self._heard = self._handed / self._rate - sink.left_seconds(), self._monotonic()

    def _heard_seconds(self) -> float:
        return max(0.0, self.position_seconds() or 0.0)

    def _loud(self, pcm: Pcm) -> Pcm:
        if self._volume == _FULL_VOLUME:
            return np.ascontiguousarray(pcm, "<i2")
        return np.round(pcm * (self._volume / _FULL_VOLUME)).astype("<i2")

    def _let_go(self) -> None:
        with self._lock:
            sink, self._open = self._open, None
            self._heard = None
        if sink:
            sink.close()

    def _missing(self, trouble: SinkLostError) -> MissingDeviceError:
        # When it is there again it was without power, however short that was.
        self._last_sound = None
        return MissingDeviceError(f"{self._sink.name} does not play ({trouble}); {self._sink.others}")
