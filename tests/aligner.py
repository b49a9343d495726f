"""When each word of a speech begins, as a recogniser hears it that has never heard the voice, but knows the words.

pocketsphinx, in forced alignment; its acoustic model (en-US) is of 2010 and of other people. It counts in hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import soxr
from pocketsphinx import Decoder

from tests.hearing import HEARING_RATE, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from device.core.types import Mark, Pcm

_FRAMES_A_SECOND = 100
_LEAD, _TAIL = 4000, 6000
_FILLERS = ("<", "[", "(")
_EDGE_SECONDS = 10.0
_WINDOW_SECONDS = 0.005
_QUIET = 10 ** (-40 / 20)

Floats = npt.NDArray[np.float64]


class Aligner:
    """For one thread."""

    def __init__(self) -> None:
        self._decoder = Decoder(lm=None, loglevel="FATAL")

    def unknown(self, text: str) -> list[str]:
        """Words whose sound it does not know."""
        return [word for word in words(text).split() if self._decoder.lookup_word(word) is None]

    def starts(self, text: str, pcm: Pcm, rate: int) -> Floats:
        """Seconds at which each word of the text begins, all known words.

        Raises:
            ValueError: It does not find its way through.
        """
        sound = soxr.resample(pcm.astype(np.float32), rate, HEARING_RATE)
        sound = np.concatenate([np.zeros(_LEAD), sound, np.zeros(_TAIL)]).astype(np.int16)
        self._decoder.set_align_text(words(text))
        self._decoder.start_utt()
        self._decoder.process_raw(sound.tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = [each for each in self._decoder.seg() or () if not each.word.startswith(_FILLERS)]
        if len(found) != len(words(text).split()):
            raise ValueError(f"{len(found)} words were found of: {text}")
        return np.array([each.start_frame / _FRAMES_A_SECOND for each in found]) - _LEAD / HEARING_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How much later one clock has each word than another.

    Attributes:
        at: Seconds at which the words begin.
        late: Milliseconds, more than 0 where the one that is tested is later.
    """

    at: Floats
    late: Floats

    @property
    def median_size(self) -> float:
        """Milliseconds, whichever is later."""
        return float(np.median(np.abs(self.late)))

    @property
    def median(self) -> float:
        """Milliseconds."""
        return float(np.median(self.late))

    @property
    def most(self) -> float:
        """Milliseconds that nine words of ten stay within."""
        return float(np.quantile(np.abs(self.late), 0.9))

    @property
    def drift(self) -> tuple[float, float]:
        """Milliseconds a minute, the slope of a straight line; and its standard error."""
        centred = self.at - self.at.mean()
        slope = float((centred * self.late).sum() / (centred**2).sum())
        rest = self.late - self.late.mean() - slope * centred
        error = float(np.sqrt((rest**2).sum() / (len(rest) - 2) / (centred**2).sum()))
        return 60 * slope, 60 * error

    @property
    def ends(self) -> tuple[float, float]:
        """The medians of the first and of the last ten seconds."""
        first, last = self.at < self.at[0] + _EDGE_SECONDS, self.at > self.at[-1] - _EDGE_SECONDS
        return float(np.median(self.late[first])), float(np.median(self.late[last]))


def differences(tested: Sequence[float] | Floats, heard: Floats) -> Differences:
    """Of two rows of seconds."""
    return Differences(at=np.asarray(tested), late=(np.asarray(tested) - heard) * 1000)


def word_starts(marks: Iterable[Mark], rate: int) -> Floats:
    """Seconds at which the marked words begin."""
    return np.array([mark.first / rate for mark in marks if mark.kind == "word"])


def trimmed(pcm: Pcm, rate: int) -> Pcm:
    """From the first to the last window of 5 ms that is within 40 dB of the loudest."""
    window = round(_WINDOW_SECONDS * rate)
    power = (pcm[: len(pcm) // window * window].reshape(-1, window).astype(np.float64) ** 2).mean(axis=1)
    loud = np.flatnonzero(power >= power.max() * _QUIET**2)
    return pcm[loud[0] * window : (loud[-1] + 1) * window]


def strung(said: Sequence[Pcm], rate: int, *, gap_seconds: float) -> tuple[Pcm, Floats]:
    """Words one after another with silence between, and the seconds at which each begins."""
    gap = np.zeros(round(gap_seconds * rate), np.int16)
    firsts = np.cumsum([0, *(len(each) + len(gap) for each in said[:-1])])
    return np.concatenate([part for each in said for part in (each, gap)]), firsts / rate
