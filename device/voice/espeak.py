"""espeak-ng: a hundred languages from rules alone, as a program of the system. It sounds like a machine."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import numpy as np

from device.core.errors import UsageError, VoxframeError
from device.voice.child import Child
from device.voice.engine import Stretch
from device.voice.long_words import is_spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Manner, Samples

_RATE = 22050
_REMEDY = "as root: apt-get install espeak-ng"
_NORMAL_WORDS = 175
"""Words a minute at a tempo of 1; the length is proportional to them within 3 % from 100 to 450."""

_SLOWEST, _FASTEST = 80, 450
_SEMITONES = 1.1
"""Of one unit of a manner's pitch."""

_PITCH_STEP = 0.175
"""Semitones of one step of -p from 30 to 99, measured in English, German and Mandarin; below 30 they are smaller."""

_RANGE_STEPS = 11.0
"""Steps of the pitch range for one unit of accent: its spread goes from 1.7 semitones to 3.2 at the most."""

_RANGE_LIFT = 0.045
"""Semitones by which one step of the range lifts the whole; taken off again."""

_VARIANTS = ("", "+f2", "+m3", "+f4", "+m7")
"""Speakers: other formants and pitch; every build since 1.49 has them."""

_COMMANDS = re.compile(r"[\x00-\x1f\x7f\[\]<>]")
"""What begins a command or phonemes inside a text."""

_PREFERRED = {"en": "en-us", "fr": "fr-fr", "no": "nb", "zh": "cmn", "zh-hk": "yue", "zh-mo": "yue"}
_PATIENCE_SECONDS = 10.0
_HEADER = 12
_CHUNK_HEADER = 8
_STRETCH_BYTES = 2 * 4096


class EspeakEngine:
    """One language of espeak-ng. For one thread.

    Args:
        language: A BCP 47 tag: "de", "en-GB", "zh".
        program: Its name or path.

    Raises:
        MissingModelError: The program is not installed.
        UsageError: It has no such language.
    """

    def __init__(self, *, language: str, program: str = "espeak-ng") -> None:
        self._program = program
        self._voice = _voice(language, _languages(program))

    @property
    def name(self) -> str:
        """The program and its voice."""
        return f"espeak-ng {self._voice}"

    @property
    def sample_rate(self) -> int:
        """Of all its voices."""
        return _RATE

    @property
    def gain(self) -> float:
        """Measured over eight languages: 0.080 to 0.102 RMS."""
        return 1.25

    @property
    def speakers(self) -> int:
        """Its variants."""
        return len(_VARIANTS)

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """The sound as it is made; it knows nothing of chance, so the seed does nothing.

        Raises:
            MissingModelError: The program is not installed any more.
            VoxframeError: It takes far too long, or fails.
        """
        del seed
        words = " ".join(_COMMANDS.sub(" ", text).split())
        if not is_spoken(words):
            return
        child = Child([self._program, *self._options(manner)], remedy=_REMEDY)
        try:
            child.write(f"{_range(manner)}{words}\n".encode(errors="replace"), last=True)
            yield from self._stretches(child, patience=_PATIENCE_SECONDS + 0.1 * len(words))
            if status := child.finish():
                raise VoxframeError(f"{self._program} failed with {status} on a text of {len(words)} characters")
        finally:
            child.end()

    def _options(self, manner: Manner) -> list[str]:
        semitones = _SEMITONES * manner.pitch - _RANGE_LIFT * (_range_steps(manner) - 50)
        pitch = min(max(round(50 + semitones / _PITCH_STEP), 0), 99)
        words = min(max(round(_NORMAL_WORDS * manner.tempo / manner.ratio), _SLOWEST), _FASTEST)
        voice = self._voice + _VARIANTS[manner.speaker % len(_VARIANTS)]
        return ["--stdin", "--stdout", "-z", "-b", "1", "-v", voice, "-s", str(words), "-p", str(pitch)]

    def _stretches(self, child: Child, *, patience: float) -> Iterator[Stretch]:
        """Samples from a WAV whose length is not known when its header is written: they go on to the end.

        `patience` is for the program alone: the time that a listener takes between two stretches does not count.
        """
        data = b""
        begun = False
        while True:
            asked = time.monotonic()
            try:
                got = child.read(seconds=max(0.0, patience))
            except TimeoutError:
                raise VoxframeError(f"{self._program} took too long over a sentence and was ended") from None
            patience -= time.monotonic() - asked
            data += got
            if not begun and (at := _first_sample(data)) is not None:
                data, begun = data[at:], True
            if begun and (len(data) >= _STRETCH_BYTES or not got):
                whole = len(data) // 2 * 2
                if whole:
                    yield Stretch(samples=_floats(data[:whole]))
                data = data[whole:]
            if not got:
                return


def _floats(data: bytes) -> Samples:
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


def _first_sample(data: bytes) -> int | None:
    """Where the samples of a WAV begin, or None while its header is not complete.

    Raises:
        VoxframeError: It is no WAV, or not at the rate that is expected.
    """
    if len(data) < _HEADER:
        return None
    if data[:4] != b"RIFF" or data[8:_HEADER] != b"WAVE":
        raise VoxframeError("espeak-ng gave something else than sound; is it espeak-ng?")
    at = _HEADER
    while at + _CHUNK_HEADER <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + _CHUNK_HEADER], "little")
        if kind == b"data":
            return at + _CHUNK_HEADER
        rate = int.from_bytes(data[at + 12 : at + 16], "little")
        if kind == b"fmt " and at + 16 <= len(data) and rate != _RATE:
            raise VoxframeError(f"espeak-ng speaks at {rate} samples a second, not at {_RATE}; take another voice")
        at += _CHUNK_HEADER + size + size % 2
    return None


def _range_steps(manner: Manner) -> int:
    return min(max(round(50 + _RANGE_STEPS * manner.accent), 0), 99)


def _range(manner: Manner) -> str:
    # There is no option for it before version 1.52, but a command inside the text.
    return f"\x01{_range_steps(manner)}R " if manner.accent else ""


def _languages(program: str) -> tuple[str, ...]:
    """The tags that the program knows, in small letters."""
    child = Child([program, "--voices"], remedy=_REMEDY)
    listed = b""
    try:
        child.write(b"", last=True)
        while got := child.read(seconds=_PATIENCE_SECONDS):
            listed += got
    except TimeoutError:
        raise VoxframeError(f"{program} --voices does not end; is it espeak-ng?") from None
    finally:
        child.end()
    rows = [line.split() for line in listed.decode(errors="replace").splitlines()[1:]]
    return tuple(sorted({row[1].lower() for row in rows if len(row) > 1}))


def _voice(language: str, known: tuple[str, ...]) -> str:
    tag = language.lower().replace("_", "-")
    if tag in known and tag not in _PREFERRED:
        return tag
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        shorter = "-".join(parts[:length])
        for candidate in (_PREFERRED.get(shorter), shorter):
            if candidate in known:
                return candidate
    raise UsageError(f"espeak-ng does not speak {language}; it speaks {', '.join(known)}")
