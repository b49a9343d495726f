"""ALSA's own library, as much of it as a player needs.

It is there wherever `aplay` is. pyalsaaudio would be a compiler on the device, for the same ten functions. Names and
numbers are those of alsa-lib 1.2 (pcm.h), whose ABI has not changed since 1.0.
"""

from __future__ import annotations

import ctypes
import errno
from functools import cache
from typing import TYPE_CHECKING, Any

from device.playback.sink import SinkLostError

if TYPE_CHECKING:
    from device.core.types import Pcm

LIBRARY = "libasound.so.2"

PREPARED, RUNNING, UNDERRUN, DISCONNECTED = 2, 3, 4, 8
"""snd_pcm_state_t."""

_PLAYBACK, _NONBLOCK = 0, 1
_S16_LE, _INTERLEAVED = 2, 3

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)


@cache
def library() -> Any:  # noqa: ANN401 - a library has the functions it has
    """The library, with its types told and its own complaints on standard error silenced.

    Raises:
        SinkLostError: It is not there.
    """
    try:
        alsa = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise SinkLostError(f"{LIBRARY} is not there; as root: apt-get install libasound2") from error
    handle, frames, number = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_long
    alsa.snd_strerror.restype = ctypes.c_char_p
    alsa.snd_pcm_open.argtypes = [ctypes.POINTER(handle), ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    alsa.snd_pcm_set_params.argtypes = [handle, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 2, ctypes.c_int, ctypes.c_uint]
    alsa.snd_pcm_get_params.argtypes = [handle, ctypes.POINTER(frames), ctypes.POINTER(frames)]
    alsa.snd_pcm_writei.argtypes, alsa.snd_pcm_writei.restype = [handle, handle, frames], number
    alsa.snd_pcm_delay.argtypes = [handle, ctypes.POINTER(number)]
    for each in ("start", "prepare", "drop", "close", "state"):
        getattr(alsa, f"snd_pcm_{each}").argtypes = [handle]
    alsa.snd_lib_error_set_handler(_SILENT)
    return alsa


def _silent(*_: object) -> None:
    """What goes wrong is told by what the functions return."""


_SILENT = _Handler(_silent)
"""Kept for ever: the library calls it."""


class AlsaPcm:
    """An open device, 16 bits and one channel. For one thread at a time.

    Raises (also each method):
        SinkLostError: There is no such device, somebody has it, or it cannot play so.
    """

    def __init__(self, device: str, *, sample_rate: int, buffer_seconds: float) -> None:
        self._alsa = library()
        self._pcm = ctypes.c_void_p()
        self._done(self._alsa.snd_pcm_open(ctypes.byref(self._pcm), device.encode(), _PLAYBACK, _NONBLOCK))
        try:
            micros = round(buffer_seconds * 1e6)
            self._done(self._alsa.snd_pcm_set_params(self._pcm, _S16_LE, _INTERLEAVED, 1, sample_rate, 1, micros))
            buffer, period = ctypes.c_ulong(), ctypes.c_ulong()
            self._done(self._alsa.snd_pcm_get_params(self._pcm, ctypes.byref(buffer), ctypes.byref(period)))
        except SinkLostError:
            self.close()
            raise
        self.period: int = period.value
        """Samples between two interrupts of the card."""

    def write(self, samples: Pcm) -> int:
        """How many samples it took: none where it has no room. After an underrun it goes on."""
        taken = self._alsa.snd_pcm_writei(self._pcm, samples.ctypes.data, len(samples))
        if taken == -errno.EAGAIN:
            return 0
        if taken in (-errno.EPIPE, -errno.ESTRPIPE):
            self._done(self._alsa.snd_pcm_prepare(self._pcm))
            return 0
        return self._done(taken)

    def start(self) -> None:
        """Begin to play what was written."""
        self._done(self._alsa.snd_pcm_start(self._pcm))

    @property
    def state(self) -> int:
        """One of the states above, or another."""
        return int(self._alsa.snd_pcm_state(self._pcm))

    def delay(self) -> int:
        """In how many samples one that is written now is heard; none after an underrun."""
        frames = ctypes.c_long()
        result = self._alsa.snd_pcm_delay(self._pcm, ctypes.byref(frames))
        if result == -errno.EPIPE:
            return 0
        self._done(result)
        return max(0, frames.value)

    def drop(self) -> None:
        """Be silent at once."""
        self._alsa.snd_pcm_drop(self._pcm)

    def close(self) -> None:
        """Let go of the device."""
        self._alsa.snd_pcm_close(self._pcm)

    def _done(self, result: int) -> int:
        if result < 0:
            raise SinkLostError(self._alsa.snd_strerror(int(result)).decode(errors="replace"))
        return int(result)
