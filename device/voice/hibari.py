"""hibari: English in a small network (6 M parameters), and a voice by nature unlike the default one's.

Its graph is cut in two, so that durations and pitch are shaped where they are made, and the rest is computed once. Only
the voice inside the package is used; its others are downloaded by code that is not called from here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from device.core.errors import MissingModelError
from device.core.types import Mark
from device.voice import runtime
from device.voice.cut import FLOAT, INT64, Graph
from device.voice.engine import Stretch
from device.voice.hibari_sound import HOP, RATE, Spectra, bent, sound
from device.voice.hibari_text import PAUSES, PRIMARY_STRESS, STRESS, VOWELS, Phonemes, Symbol
from device.voice.long_words import is_spoken

# After `runtime`, which sets what it must see before its first import.
import onnxruntime  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Manner

_REMEDY = "pip install hibari-tts==0.2.1"
_DURATIONS, _TEXT, _PROSODY = "/Sub_output_0", "/Transpose_22_output_0", "/Transpose_55_output_0"
_WHOLE_DURATIONS = "/Cast_32_output_0"
_SPECTRA = ("lh", "theta", "ln", "lr", "phi", "f0")
_UNIT_FRAMES = 2
"""Frames of one unit of duration."""

_LONGEST = 400
"""Symbols at once; the network was trained on sentences."""

_SEMITONES = 1.1
"""Of one unit of a manner's pitch."""

_SMOOTH_FRAMES = 3.0
_LEAD_UNITS = 4.0
"""Of silence in front of a sentence: 0.1 s, where the network would make 0.35."""

_EARLY_UNITS = 2
"""A symbol is heard so much before its frames, 50 ms: docs/adr/0025. Kokoro's own times of words go back by 3 units."""

_PAD = 0


class HibariEngine:
    """The voice inside hibari-tts 0.2.1. For one thread.

    It follows pitch, accent, fall, tempo, vowel, comma and ratio.

    Raises:
        MissingModelError: hibari-tts is not installed, or is another version.
    """

    def __init__(self) -> None:
        try:
            assets = Path(str(import_module("hibari").__file__)).parent / "assets"
            self._phonemes = Phonemes(assets)
            self._numbers: dict[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
            graph = Graph((assets / "hibari.onnx").read_bytes())
            front = graph.cut(inputs={}, outputs=(_DURATIONS, _TEXT, _PROSODY))
            shaped = {_WHOLE_DURATIONS: INT64, _TEXT: FLOAT, _PROSODY: FLOAT}
            self._front, self._back = _session(front), _session(graph.cut(inputs=shaped, outputs=_SPECTRA))
        except ImportError as error:
            raise MissingModelError(f"hibari-tts is not installed; {_REMEDY}") from error
        except (AttributeError, EOFError, KeyError, OSError, ValueError) as error:
            raise MissingModelError(f"hibari-tts is damaged or not 0.2.1 ({error}); {_REMEDY}") from error

    @property
    def name(self) -> str:
        """The engine and its only voice."""
        return "hibari heart"

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return RATE

    @property
    def gain(self) -> float:
        """Measured."""
        return 2.3

    @property
    def speakers(self) -> int:
        """One."""
        return 1

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """The sound, in blocks of half a second once the network is through; the seed is that of its breath."""
        if not is_spoken(text):
            return
        words, symbols = self._phonemes(text)
        known = [symbol for symbol in symbols if symbol.letter in self._numbers]
        parts = [self._begun(part, manner) for part in _parts(known) if any(symbol.ipa for symbol in part)]
        marks = _marks(words, parts)
        # A lower voice has more harmonics, and would be louder.
        size = np.float32(2 ** (_SEMITONES * manner.pitch / 24))
        for part in parts:
            spectra = self._finished(part)
            if manner.pitch or manner.accent or manner.fall:
                spectra = bent(spectra, _pitch(part, manner))
            for samples in sound(spectra, seed=seed):
                yield Stretch(samples=samples * size, marks=marks)
                marks = ()

    def _begun(self, symbols: list[Symbol], manner: Manner) -> _Part:
        numbers = [_PAD, *(self._numbers[symbol.letter] for symbol in symbols), _PAD]
        durations, text, prosody = self._front.run(None, {"ids": np.asarray([numbers], np.int64)})
        return _Part(symbols, _units(durations.reshape(-1), symbols, manner), text, prosody)

    def _finished(self, part: _Part) -> Spectra:
        given = {_WHOLE_DURATIONS: part.units, _TEXT: part.text, _PROSODY: part.prosody}
        return Spectra(*(each[0] for each in self._back.run(None, given)))


class _Part(NamedTuple):
    """As much of a text as the network takes at once.

    `units` are the durations of the symbols, with one in front and one behind for the silence there.
    """

    symbols: list[Symbol]
    units: npt.NDArray[np.int64]
    text: npt.NDArray[np.float32]
    prosody: npt.NDArray[np.float32]


def _session(model: bytes) -> onnxruntime.InferenceSession:
    try:
        return onnxruntime.InferenceSession(model, runtime.options(), providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base
        raise ValueError(" ".join(str(error).split())) from error


def _parts(symbols: list[Symbol]) -> list[list[Symbol]]:
    """At most `_LONGEST` symbols each, cut at a blank where there is one."""
    parts: list[list[Symbol]] = []
    while len(symbols) > _LONGEST:
        blanks = [at for at in range(_LONGEST) if symbols[at].letter == " "]
        at = blanks[-1] + 1 if blanks else _LONGEST
        parts.append(symbols[:at])
        symbols = symbols[at:]
    return [*parts, symbols]


def _units(durations: npt.NDArray[np.float32], symbols: list[Symbol], manner: Manner) -> npt.NDArray[np.int64]:
    """Whole durations, at least 1, whose sum stays next to that of the fractions.

    What the network foresees is nearly whole and often 2: rounding each by itself leaves a tempo of 1.2 at 1.1.
    """
    letters = ["", *(symbol.letter for symbol in symbols), ""]
    # A stress stands before its vowel, and is heard as a part of it.
    vowels = np.array([letter in VOWELS or letter in STRESS for letter in letters])
    pauses = np.array([letter in PAUSES for letter in letters])
    wished = np.maximum(durations.astype(np.float64), 1.0)
    wished[0], wished[-1] = min(wished[0], _LEAD_UNITS), 1.0
    rhythm = np.where(vowels, manner.vowel, 1.0)
    rhythm *= wished.sum() / (wished * rhythm).sum()
    wished *= np.where(pauses, manner.comma, rhythm) * manner.ratio / manner.tempo
    whole: list[int] = []
    owed = 0.0
    for each in wished:
        whole.append(max(1, round(each + owed)))
        owed += each - whole[-1]
    return np.array(whole, np.int64)


def _pitch(part: _Part, manner: Manner) -> npt.NDArray[np.float32]:
    """What the pitch of each frame is multiplied by."""
    stressed = [0.0, *(0.0 for _ in part.symbols), 0.0]
    for at, symbol in enumerate(part.symbols, start=1):
        if symbol.letter == PRIMARY_STRESS:
            # The stress stands before its vowel.
            stressed[at] = stressed[at + 1] = 1.0
    frames = np.repeat(np.array(stressed), part.units * _UNIT_FRAMES)
    reach = round(3 * _SMOOTH_FRAMES)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTH_FRAMES) ** 2)
    smooth = np.convolve(np.pad(frames - frames.mean(), reach, mode="edge"), bell / bell.sum(), "valid")
    line = manner.pitch + manner.accent * smooth + manner.fall * np.linspace(0.5, -0.5, len(frames))
    return np.exp2(_SEMITONES / 12 * line).astype(np.float32)


def _marks(words: list[str], parts: list[_Part]) -> tuple[Mark, ...]:
    """Words and phonemes in their order, a word before its phonemes; a stress belongs to the phoneme behind it.

    Where no pause parts two words, each has half of the blank between them, as in Kokoro's own times.
    """
    phonemes: list[tuple[int, Mark]] = []
    ends = np.cumsum([0, *(part.units.sum() for part in parts)]) * _UNIT_FRAMES * HOP
    for part, offset in zip(parts, ends[:-1], strict=True):
        edges = offset + np.maximum(np.cumsum(part.units) - _EARLY_UNITS, 0) * _UNIT_FRAMES * HOP
        waiting: int | None = None
        for symbol, (first, end) in zip(part.symbols, pairwise(edges), strict=False):
            joins = bool(phonemes) and phonemes[-1][1].end == first
            if joins and symbol.letter == " ":
                waiting = int(first + end) // 2
                phonemes[-1] = (phonemes[-1][0], replace(phonemes[-1][1], end=waiting))
            elif symbol.letter in STRESS:
                waiting = int(first) if waiting is None else waiting
            elif symbol.ipa:
                begin = int(first) if waiting is None else waiting
                phonemes.append((symbol.word, Mark(kind="phoneme", text=symbol.ipa, first=begin, end=int(end))))
                waiting = None
            else:
                waiting = None
    spans: dict[int, tuple[int, int]] = {}
    for word, mark in phonemes:
        spans[word] = (spans.get(word, (mark.first, 0))[0], mark.end)
    said = [Mark(kind="word", text=words[word], first=first, end=end) for word, (first, end) in spans.items()]
    return tuple(sorted([*said, *(mark for _, mark in phonemes)], key=lambda mark: (mark.first, mark.kind != "word")))
