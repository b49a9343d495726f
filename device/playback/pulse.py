"""A sound server, PulseAudio or PipeWire: its sinks, and a stream to one of them.

PipeWire answers to PulseAudio's library too (pipewire-pulse). Not through its simple interface: that cannot ask the
server to leave a stream where it is. PipeWire, and PulseAudio on a desktop, move one whose sink is missing or unplugged
to another; what was for headphones would be heard in the room.
"""

from __future__ import annotations

import ctypes
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from device.playback import pulse_library as pulse
from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from device.core.types import Pcm

BUFFER_SECONDS = 0.5
"""How much the server is handed ahead."""

PATIENCE_SECONDS = 5.0
"""How long a server may take to answer; one that is frozen would be waited for for ever."""

NO_ANSWER = "no answer"

_LOOK_AGAIN_SECONDS = 0.005
_BYTES = 2


class PulseSink:
    """A sink of the server, by its name as in `pactl list short sinks`; the server's own choice where it is empty."""

    def __init__(self, sink: str) -> None:
        self._sink = sink

    @property
    def name(self) -> str:
        """What an error calls it."""
        return f"the sound server's sink {self._sink}" if self._sink else "the sound server"

    @property
    def others(self) -> str:
        """How a person finds out what there is."""
        return "pactl list short sinks lists what it has"

    def open(self, sample_rate: int) -> OpenPulse:
        """Take it.

        Raises:
            SinkLostError: There is no server, or it has no such sink.
        """
        return OpenPulse(self._sink, sample_rate=sample_rate)


class OpenPulse:
    """A stream to the server, which a thread of the library talks to."""

    tail = 0

    def __init__(self, sink: str, *, sample_rate: int) -> None:
        self._pulse = pulse.library()
        self._dropped = False
        self._full_since: float | None = None
        self._is_played = False
        # As long as the stream is there its library may call it.
        self._drained = pulse.Success(self._hear_of_end)
        self._loop = self._context = self._stream = None
        try:
            self._connect()
            self._begin(sink, sample_rate)
        except BaseException:
            self.close()
            raise

    def write(self, samples: Pcm) -> int:
        """As many as there is room for, or none where it was dropped."""
        with self._asking():
            if self._dropped:
                return 0
            self._check()
            room = self._pulse.pa_stream_writable_size(self._stream)
            if room == pulse.NO_ROOM:
                raise self._lost()
            taken: int = min(room // _BYTES, len(samples))
            self._bear(full=not taken)
            if taken and self._pulse.pa_stream_write(self._stream, samples.ctypes.data, taken * _BYTES, None, 0, 0) < 0:
                raise self._lost()
            return taken

    def left_seconds(self) -> float:
        """How long until the last sample is heard, as the server reckons."""
        micros, negative = ctypes.c_uint64(), ctypes.c_int()

        def is_known() -> bool:
            if self._dropped:
                return True
            self._check()
            if self._pulse.pa_stream_get_latency(self._stream, ctypes.byref(micros), ctypes.byref(negative)) >= 0:
                return True
            if self._pulse.pa_context_errno(self._context) != pulse.NO_DATA:
                raise self._lost()
            return False

        self._until(is_known)
        return 0.0 if self._dropped or negative.value else micros.value / 1e6

    def finish(self, stopped: threading.Event) -> None:
        """Return when the server has played it all."""
        with self._asking():
            if self._dropped:
                return
            self._check()
            operation = self._pulse.pa_stream_drain(self._stream, self._drained, None)
            if not operation:
                raise self._lost()
        patience = time.monotonic() + BUFFER_SECONDS + PATIENCE_SECONDS
        try:
            while not stopped.wait(_LOOK_AGAIN_SECONDS):
                with self._asking():
                    if self._dropped:
                        return
                    self._check()
                    if self._pulse.pa_operation_get_state(operation) != pulse.RUNNING:
                        if not self._is_played:
                            raise self._lost()
                        return
                if time.monotonic() > patience:
                    raise SinkLostError(NO_ANSWER)
        finally:
            with self._asking():
                self._pulse.pa_operation_unref(operation)

    def drop(self) -> None:
        """Be silent at once: the server is told, and not waited for."""
        with self._asking():
            if self._dropped:
                return
            self._dropped = True
            # There is none where the stream has ended by itself.
            operation = self._pulse.pa_stream_flush(self._stream, None, None)
            if operation:
                self._pulse.pa_operation_unref(operation)

    def close(self) -> None:
        """Let go of it."""
        self._dropped = True
        if not self._loop:
            return
        with self._asking():
            if self._stream:
                self._pulse.pa_stream_disconnect(self._stream)
                self._pulse.pa_stream_unref(self._stream)
            if self._context:
                self._pulse.pa_context_disconnect(self._context)
                self._pulse.pa_context_unref(self._context)
        self._pulse.pa_threaded_mainloop_stop(self._loop)
        self._pulse.pa_threaded_mainloop_free(self._loop)

    def _connect(self) -> None:
        self._loop = self._pulse.pa_threaded_mainloop_new()
        if not self._loop:
            raise SinkLostError("no more files can be opened")
        self._context = self._pulse.pa_context_new(self._pulse.pa_threaded_mainloop_get_api(self._loop), b"voxframe")
        if not self._context or self._pulse.pa_context_connect(self._context, None, 0, None) < 0:
            raise self._lost()
        if self._pulse.pa_threaded_mainloop_start(self._loop) < 0:
            raise SinkLostError("no thread can be started")
        self._until(lambda: self._check() == pulse.CONTEXT_READY)

    def _begin(self, sink: str, sample_rate: int) -> None:
        spec = pulse.SampleSpec(pulse.S16_LE, sample_rate, 1)
        ahead = round(BUFFER_SECONDS * sample_rate) * _BYTES
        # It begins with the first sample, and not when its buffer is full.
        buffer = pulse.BufferAttr(pulse.DEFAULT, ahead, _BYTES, pulse.DEFAULT, pulse.DEFAULT)
        flags = pulse.INTERPOLATE | pulse.AUTO_UPDATE | pulse.ADJUST_LATENCY | (pulse.DONT_MOVE if sink else 0)
        name = sink.encode() or None
        with self._asking():
            self._stream = self._pulse.pa_stream_new(self._context, b"speech", ctypes.byref(spec), None)
            if not self._stream:
                raise self._lost()
            if self._pulse.pa_stream_connect_playback(self._stream, name, ctypes.byref(buffer), flags, None, None) < 0:
                raise self._lost()

        def is_ready() -> bool:
            self._check()
            return bool(self._pulse.pa_stream_get_state(self._stream) == pulse.STREAM_READY)

        self._until(is_ready)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """The library's thread stands still meanwhile."""
        self._pulse.pa_threaded_mainloop_lock(self._loop)
        try:
            yield
        finally:
            self._pulse.pa_threaded_mainloop_unlock(self._loop)

    def _until(self, holds: Callable[[], bool]) -> None:
        """Ask again and again until it holds.

        Raises:
            SinkLostError: The server does not answer, or has gone.
        """
        patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._asking():
                if holds():
                    return
            if time.monotonic() > patience:
                raise SinkLostError(NO_ANSWER)
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _bear(self, *, full: bool) -> None:
        """A buffer that stays full is one of a server that is frozen.

        Raises:
            SinkLostError: It was full for too long.
        """
        if not full:
            self._full_since = None
        elif self._full_since is None:
            self._full_since = time.monotonic()
        elif time.monotonic() - self._full_since > PATIENCE_SECONDS:
            raise SinkLostError(NO_ANSWER)

    def _hear_of_end(self, _stream: int, success: int, _nothing: object) -> None:
        """In the library's thread."""
        self._is_played = bool(success)

    def _check(self) -> int:
        """The state of the connection.

        Raises:
            SinkLostError: The server has gone, or the sink has.
        """
        state: int = self._pulse.pa_context_get_state(self._context)
        if state >= pulse.CONTEXT_FAILED:
            raise self._lost()
        if self._stream and self._pulse.pa_stream_get_state(self._stream) >= pulse.STREAM_FAILED:
            raise self._lost()
        return state

    def _lost(self) -> SinkLostError:
        if not self._context:
            return SinkLostError("there is no memory for it")
        reason = self._pulse.pa_strerror(self._pulse.pa_context_errno(self._context))
        return SinkLostError(reason.decode(errors="replace"))
