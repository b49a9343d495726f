"""A sound server, PulseAudio or PipeWire, through the simple interface of PulseAudio's library.

PipeWire answers to it too (pipewire-pulse). Structures and numbers are those of libpulse 16: sample.h, def.h, simple.h.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    from device.core.types import Pcm

LIBRARY = "libpulse-simple.so.0"

BUFFER_SECONDS = 0.5
"""How much the server is handed ahead."""

_PLAYBACK, _S16_LE = 1, 3
_BYTES = 2
_DEFAULT = 0xFFFFFFFF


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
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    trouble = ctypes.POINTER(ctypes.c_int)
    pulse.pa_strerror.argtypes, pulse.pa_strerror.restype = [ctypes.c_int], text
    pulse.pa_simple_new.argtypes = [
        *[text] * 2,
        ctypes.c_int,
        *[text] * 2,
        ctypes.POINTER(_SampleSpec),
        handle,
        ctypes.POINTER(_BufferAttr),
        trouble,
    ]
    pulse.pa_simple_new.restype = handle
    pulse.pa_simple_write.argtypes = [handle, handle, size, trouble]
    pulse.pa_simple_get_latency.argtypes, pulse.pa_simple_get_latency.restype = [handle, trouble], ctypes.c_uint64
    for each in ("drain", "flush"):
        getattr(pulse, f"pa_simple_{each}").argtypes = [handle, trouble]
    pulse.pa_simple_free.argtypes, pulse.pa_simple_free.restype = [handle], None
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
    """A stream to the server. Writing waits where its buffer is full; `drop` ends that."""

    tail = 0

    def __init__(self, sink: str, *, sample_rate: int) -> None:
        self._pulse = library()
        self._trouble = ctypes.c_int()
        self._rate = sample_rate
        self._lock = threading.Lock()
        self._dropped = False
        ahead = round(BUFFER_SECONDS * sample_rate) * _BYTES
        # It begins with the first sample, and not when its buffer is full.
        buffer = _BufferAttr(_DEFAULT, ahead, _BYTES, _DEFAULT, _DEFAULT)
        spec = _SampleSpec(_S16_LE, sample_rate, 1)
        self._stream = self._pulse.pa_simple_new(
            None,
            b"voxframe",
            _PLAYBACK,
            sink.encode() or None,
            b"speech",
            ctypes.byref(spec),
            None,
            ctypes.byref(buffer),
            ctypes.byref(self._trouble),
        )
        if not self._stream:
            raise self._lost()

    def write(self, samples: Pcm) -> int:
        """All of them, or none where it was dropped."""
        if self._dropped:
            return 0
        self._done(
            self._pulse.pa_simple_write(
                self._stream, samples.ctypes.data, len(samples) * _BYTES, ctypes.byref(self._trouble)
            )
        )
        return len(samples)

    def left_seconds(self) -> float:
        """How long until the last sample is heard, as the server reckons."""
        if self._dropped:
            return 0.0
        micros: int = self._pulse.pa_simple_get_latency(self._stream, ctypes.byref(self._trouble))
        if self._trouble.value:
            raise self._lost()
        return micros / 1e6

    def finish(self, stopped: threading.Event) -> None:  # noqa: ARG002 - whoever sets it has called `drop`
        """Return when the server has played it all."""
        if not self._dropped:
            self._done(self._pulse.pa_simple_drain(self._stream, ctypes.byref(self._trouble)))

    def drop(self) -> None:
        """Be silent at once."""
        with self._lock:
            if not self._dropped:
                self._dropped = True
                self._pulse.pa_simple_flush(self._stream, None)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._dropped = True
            self._pulse.pa_simple_free(self._stream)

    def _done(self, result: int) -> None:
        if result < 0 and not self._dropped:
            raise self._lost()

    def _lost(self) -> SinkLostError:
        return SinkLostError(self._pulse.pa_strerror(self._trouble).decode(errors="replace"))
