"""SVOX Pico through py-nanotts: small, fast, six languages. Whole sentences, from a child that stays warm."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from device.core.errors import MissingModelError, UsageError, VoxframeError
from device.voice.child import Child
from device.voice.engine import Stretch
from device.voice.long_words import is_spoken, parted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Manner, Samples

_RATE = 16000
_REMEDY = "pip install py-nanotts==0.1.1"
_CHILD = Path(__file__).with_name("pico_child.py")
_PATIENCE_SECONDS = 40.0
"""Longer than the child gives itself."""

_VOICES = {"de": "de-DE", "en": "en-US", "en-gb": "en-GB", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
_SEMITONES = 1.1
"""Of one unit of a manner's pitch."""

_VOLUME = 0.4
"""At 1 it clips."""

_MARKUP = re.compile(r"[\x00-\x1f\x7f<>]")
_SYLLABLES = 10
"""Letters of what is tried where a longer word fails."""

_FAILED = 0xFFFFFFFF
_QUIET = 0.008
_TAIL_SECONDS = 0.04


class PicoEngine:
    """One language of SVOX Pico. For one thread.

    It follows pitch, tempo and ratio, the length within 3 % from 0.8 to 1.3.

    Raises:
        MissingModelError: py-nanotts is not installed.
        UsageError: It has no such language.
    """

    def __init__(self, *, language: str) -> None:
        tag = language.lower().replace("_", "-")
        voice = _VOICES.get(tag) or _VOICES.get(tag.split("-", maxsplit=1)[0])
        if voice is None:
            raise UsageError(f"Pico does not speak {language}; it speaks {', '.join(sorted(_VOICES))}")
        if importlib.util.find_spec("py_nanotts") is None:
            raise MissingModelError(f"py-nanotts is not installed; {_REMEDY}")
        self._voice = voice
        self._child: Child | None = None

    @property
    def name(self) -> str:
        """The engine and its voice."""
        return f"pico {self._voice}"

    @property
    def sample_rate(self) -> int:
        """Of all its voices."""
        return _RATE

    @property
    def gain(self) -> float:
        """Measured over its six voices: 0.088 to 0.133 RMS."""
        return 1.25

    @property
    def speakers(self) -> int:
        """One a language."""
        return 1

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """The sound of the whole text at once; it knows nothing of chance, so the seed does nothing.

        Raises:
            VoxframeError: It hangs or ends; that was seen with words of 300 letters, before they were parted.
        """
        del seed
        words = parted(" ".join(_MARKUP.sub(" ", text).split()))
        if not is_spoken(words):
            return
        settings: dict[str, str | float] = {
            "voice": self._voice,
            "speed": manner.tempo / manner.ratio,
            "pitch": 2 ** (_SEMITONES * manner.pitch / 12),
            "volume": _VOLUME,
        }
        words = words.encode(errors="replace").decode()
        pcm = self._asked(words, settings)
        if pcm is None:
            # Something in it cannot be pronounced: then word for word, and syllable for syllable about.
            short = parted(words, letters=_SYLLABLES).split()
            pcm = b"".join(self._asked(word, settings) or b"" for word in short if is_spoken(word))
        samples = _without_tail(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768))
        if len(samples):
            yield Stretch(samples=samples)

    def _asked(self, text: str, settings: dict[str, str | float]) -> bytes | None:
        """The samples of a text, or None where Pico gives up.

        Raises:
            VoxframeError: It hangs or ends.
        """
        child = self._child or self._started()
        child.write(json.dumps({"text": text, **settings}).encode() + b"\n")
        try:
            return _answer(child)
        except (EOFError, TimeoutError):
            child.end()
            self._child = None
            raise VoxframeError(f"Pico did not get through a text of {len(text)} characters") from None

    def _started(self) -> Child:
        child = Child([sys.executable, "-P", str(_CHILD)], remedy=_REMEDY)
        weakref.finalize(self, child.end)
        self._child = child
        return child


def _answer(child: Child) -> bytes | None:
    """The samples, or None where it fails.

    Raises:
        EOFError: The child has ended.
        TimeoutError: It says nothing.
    """
    data = bytearray()
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4], "little"):  # noqa: PLR2004 - the length's own bytes
        got = child.read(seconds=_PATIENCE_SECONDS)
        if not got:
            raise EOFError
        data += got
        if int.from_bytes(data[:4], "little") == _FAILED:
            return None
    return bytes(data[4:])


def _without_tail(samples: Samples) -> Samples:
    """Without the half second of near silence that it puts after each sentence."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    return samples[: loud[-1] + round(_TAIL_SECONDS * _RATE)] if len(loud) else samples[:0]
