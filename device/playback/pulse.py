"""A sound server, PulseAudio or PipeWire, through PulseAudio's library.

PipeWire answers to it too (pipewire-pulse). Structures and numbers are those of libpulse 16: sample.h, def.h, stream.h.
Not the simple interface: that cannot ask the server to leave a stream where it is. PipeWire, and PulseAudio on a
desktop, move one whose sink is missing or unplugged to another; what was for headphones would be heard in the room.
"""

from __future__ import annotations

import ctypes
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from device.core.types import Pcm

LIBRARY = "libpulse.so.0"

BUFFER_SECONDS = 0.5
"""How much the server is handed ahead."""

_S16_LE = 3
_BYTES = 2
_DEFAULT = 0xFFFFFFFF
_NO_ROOM = ctypes.c_size_t(-1).value
_NO_DATA = 16  # pa_error_code
_INTERPOLATE, _AUTO_UPDATE, _DONT_MOVE, _ADJUST_LATENCY = 0x2, 0x8, 0x200, 0x2000
_CONTEXT_READY, _CONTEXT_FAILED, _STREAM_READY, _STREAM_FAILED = 4, 5, 2, 3
_RUNNING = 0
_LOOK_AGAIN_SECONDS = 0.005
PATIENCE_SECONDS = 5.0
"""How long a server may take to answer; one that is frozen would be waited for for ever."""


class _SampleSpec(ctypes.Structure):
    _fields_: ClassVar = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class _BufferAttr(ctypes.Structure):
    _fields_: ClassVar = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


@cache
def library() -> Any:  # noqa: ANN401 - a library has the functions it has
    """The library, with its types told.

    Raises:
        SinkLostError: It is not there.
    """
    try:
        pulse = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise SinkLostError(f"{LIBRARY} is not there; as root: apt-get install libpulse0") from error
    handle, text, number, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
    spec, buffer = ctypes.POINTER(_SampleSpec), ctypes.POINTER(_BufferAttr)
    micros = ctypes.POINTER(ctypes.c_uint64)
    for name, given, returned in (
        ("strerror", [number], text),
        ("threaded_mainloop_new", [], handle),
        ("threaded_mainloop_get_api", [handle], handle),
        ("threaded_mainloop_start", [handle], number),
        ("threaded_mainloop_lock", [handle], None),
        ("threaded_mainloop_unlock", [handle], None),
        ("threaded_mainloop_stop", [handle], None),
        ("threaded_mainloop_free", [handle], None),
        ("context_new", [handle, text], handle),
        ("context_connect", [handle, text, number, handle], number),
        ("context_get_state", [handle], number),
        ("context_errno", [handle], number),
        ("context_disconnect", [handle], None),
        ("context_unref", [handle], None),
        ("stream_new", [handle, text, spec, handle], handle),
        ("stream_connect_playback", [handle, text, buffer, number, handle, handle], number),
        ("stream_get_state", [handle], number),
        ("stream_writable_size", [handle], size),
        ("stream_write", [handle, handle, size, handle, ctypes.c_int64, number], number),
        ("stream_get_latency", [handle, micros, ctypes.POINTER(number)], number),
        ("stream_drain", [handle, handle, handle], handle),
        ("stream_flush", [handle, handle, handle], handle),
        ("stream_disconnect", [handle], number),
        ("stream_unref", [handle], None),
        ("operation_get_state", [handle], number),
        ("operation_unref", [handle], None),
    ):
        function = getattr(pulse, f"pa_{name}")
        function.argtypes, function.restype = given, returned
    return pulse


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
        self._pulse = library()
        self._rate = sample_rate
        self._dropped = False
        self._loop = self._context = self._stream = None
        try:
            self._connect()
            self._begin(sink)
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
            if room == _NO_ROOM:
                raise self._lost()
            taken: int = min(room // _BYTES, len(samples))
            if taken and self._pulse.pa_stream_write(self._stream, samples.ctypes.data, taken * _BYTES, None, 0, 0) < 0:
                raise self._lost()
            return taken

    def left_seconds(self) -> float:
        """How long until the last sample is heard, as the server reckons."""
        micros, negative = ctypes.c_uint64(), ctypes.c_int()

        def is_known() -> bool:
            self._check()
            if self._dropped:
                return True
            if self._pulse.pa_stream_get_latency(self._stream, ctypes.byref(micros), ctypes.byref(negative)) >= 0:
                return True
            if self._pulse.pa_context_errno(self._context) != _NO_DATA:
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
            operation = self._pulse.pa_stream_drain(self._stream, None, None)
            if not operation:
                raise self._lost()
        try:
            while not stopped.wait(_LOOK_AGAIN_SECONDS):
                with self._asking():
                    if self._dropped:
                        return
                    self._check()
                    if self._pulse.pa_operation_get_state(operation) != _RUNNING:
                        return
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
        pulse = self._pulse
        with self._asking():
            if self._stream:
                pulse.pa_stream_disconnect(self._stream)
                pulse.pa_stream_unref(self._stream)
            if self._context:
                pulse.pa_context_disconnect(self._context)
                pulse.pa_context_unref(self._context)
        pulse.pa_threaded_mainloop_stop(self._loop)
        pulse.pa_threaded_mainloop_free(self._loop)

    def _connect(self) -> None:
        pulse = self._pulse
        self._loop = pulse.pa_threaded_mainloop_new()
        if not self._loop:
            raise SinkLostError("no more files can be opened")
        self._context = pulse.pa_context_new(pulse.pa_threaded_mainloop_get_api(self._loop), b"voxframe")
        if not self._context or pulse.pa_context_connect(self._context, None, 0, None) < 0:
            raise self._lost()
        if pulse.pa_threaded_mainloop_start(self._loop) < 0:
            raise SinkLostError("no thread can be started")
        self._until(lambda: self._check() == _CONTEXT_READY)

    def _begin(self, sink: str) -> None:
        pulse = self._pulse
        spec = _SampleSpec(_S16_LE, self._rate, 1)
        ahead = round(BUFFER_SECONDS * self._rate) * _BYTES
        # It begins with the first sample, and not when its buffer is full.
        buffer = _BufferAttr(_DEFAULT, ahead, _BYTES, _DEFAULT, _DEFAULT)
        flags = _INTERPOLATE | _AUTO_UPDATE | _ADJUST_LATENCY | (_DONT_MOVE if sink else 0)
        name = sink.encode() or None
        with self._asking():
            self._stream = pulse.pa_stream_new(self._context, b"speech", ctypes.byref(spec), None)
            if not self._stream:
                raise self._lost()
            if pulse.pa_stream_connect_playback(self._stream, name, ctypes.byref(buffer), flags, None, None) < 0:
                raise self._lost()

        def is_ready() -> bool:
            self._check()
            return bool(pulse.pa_stream_get_state(self._stream) == _STREAM_READY)

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
                raise SinkLostError("no answer")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _check(self) -> int:
        """The state of the connection.

        Raises:
            SinkLostError: The server has gone, or the sink has.
        """
        state: int = self._pulse.pa_context_get_state(self._context)
        if state >= _CONTEXT_FAILED:
            raise self._lost()
        if self._stream and self._pulse.pa_stream_get_state(self._stream) >= _STREAM_FAILED:
            raise self._lost()
        return state

    def _lost(self) -> SinkLostError:
        if not self._context:
            return SinkLostError("there is no memory for it")
        reason = self._pulse.pa_strerror(self._pulse.pa_context_errno(self._context))
        return SinkLostError(reason.decode(errors="replace"))
