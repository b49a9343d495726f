"""PulseAudio's own library, as much of it as a player needs; PipeWire answers to it too.

Structures and numbers are those of libpulse 16: sample.h, def.h, stream.h.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, ClassVar

from device.playback.sink import SinkLostError

LIBRARY = "libpulse.so.0"

S16_LE = 3
"""pa_sample_format."""

DEFAULT = 0xFFFFFFFF
"""For the server to choose."""

NO_ROOM = ctypes.c_size_t(-1).value
NO_DATA = 16
"""pa_error_code."""

INTERPOLATE, AUTO_UPDATE, DONT_MOVE, ADJUST_LATENCY = 0x2, 0x8, 0x200, 0x2000
"""pa_stream_flags."""

CONTEXT_READY, CONTEXT_FAILED, STREAM_READY, STREAM_FAILED = 4, 5, 2, 3
"""pa_context_state and pa_stream_state; from failed on they have ended."""

RUNNING = 0
"""pa_operation_state."""


Success = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
"""pa_stream_success_cb_t: the stream, whether the server has done what it was asked for, and nothing."""


class SampleSpec(ctypes.Structure):
    """pa_sample_spec."""

    _fields_: ClassVar = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class BufferAttr(ctypes.Structure):
    """pa_buffer_attr."""

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
    spec, buffer = ctypes.POINTER(SampleSpec), ctypes.POINTER(BufferAttr)
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
        ("stream_drain", [handle, Success, handle], handle),
        ("stream_flush", [handle, handle, handle], handle),
        ("stream_disconnect", [handle], number),
        ("stream_unref", [handle], None),
        ("operation_get_state", [handle], number),
        ("operation_unref", [handle], None),
    ):
        function = getattr(pulse, f"pa_{name}")
        function.argtypes, function.restype = given, returned
    return pulse
