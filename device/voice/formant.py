"""The formants are moved, the pitch and the timing stay: a voice of another throat.

The envelope of each short spectrum is taken from the low end of its cepstrum (Bogert, Healy and Tukey, 1963; Oppenheim
and Schafer, 1968) and stretched along the frequencies; the fine structure, which holds the pitch, is left as it is.
Frames lie on a grid that is fixed from the first sample on, so that chunks of any length give the same samples.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from device.voice.resample import product

if TYPE_CHECKING:
    from device.voice.engine import Samples

HOP_SECONDS = 0.0145
"""Between two frames, each of which is twice as long and a half of which is in the next.

To DNSMOS (P.808, three sentences, the personas umber, teal and coral) this is as good as 23 ms: 4.22, 3.99 and 3.95
against 4.23, 3.93 and 3.92; 7 ms is worse: 4.16, 3.79 and 3.79.
"""

LIFTER_SECONDS = 0.0035
"""What is slower in the cepstrum is envelope: below the period of any voice up to 285 Hz."""

TOP_HERTZ = 8000.0
"""From here on the envelope is moved less, and from `FADE_HERTZ` above no longer: there is hiss, and no formant."""

FADE_HERTZ = 1500.0

MOST_DB = 12.0
"""No frequency is raised or lowered by more."""

_FLOOR = 1e-6
"""Of amplitude: what is fainter has no envelope to speak of."""

_SILENCE = 1e-9
"""Of energy in a frame: keeps a silent one from being divided by nothing."""

_DB = 20 / np.log(10)


class FormantWarp:
    """Moves the envelope by `factor`: above 1 the formants are higher. For one thread, and for one sentence.

    The first samples come when two hops (29 ms) went in, later ones 14.5 to 29 ms after theirs.
    """

    def __init__(self, factor: float, *, sample_rate: int) -> None:
        self._hop = 16 * max(1, round(HOP_SECONDS * sample_rate / 16))  # so that the transform is a fast one
        self._size = 2 * self._hop
        self._window = np.sin(np.pi * np.arange(self._size) / self._size).astype(np.float32)
        self._to_cepstrum, self._to_change = _matrices(factor, self._size, sample_rate)
        self._floor = np.float32((_FLOOR * self._size) ** 2)
        self._most = np.float32(MOST_DB / _DB)
        self._waiting = np.zeros(self._hop, np.float32)  # the half of a frame that lies before the first sample
        self._tail = np.zeros(self._hop, np.float32)
        self._early = self._hop  # samples to come that lie before the first one
        self._owed = 0

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too."""
        self._owed += len(samples)
        return self._run(samples)

    def finish(self) -> Samples:
        """The rest: as many samples have come out then as went in."""
        return self._run(np.zeros(self._size, np.float32))

    def _run(self, samples: Samples) -> Samples:
        sound = np.concatenate([self._waiting, samples])
        count = max(0, len(sound) // self._hop - 1)
        self._waiting = sound[count * self._hop :]
        if count == 0:
            return sound[:0]
        hops = sound[: (count + 1) * self._hop].reshape(-1, self._hop)
        frames = np.empty((count, 2, self._hop), np.float32)
        np.multiply(hops[:-1], self._window[: self._hop], out=frames[:, 0])
        np.multiply(hops[1:], self._window[self._hop :], out=frames[:, 1])
        halves = self._warped(frames.reshape(count, self._size))
        ready = np.empty_like(hops[1:])
        np.add(halves[0, 0], self._tail, out=ready[0])
        np.add(halves[1:, 0], halves[:-1, 1], out=ready[1:])
        self._tail = halves[-1, 1].copy()
        result = ready.reshape(-1)[self._early :]
        self._early = 0
        result = result[: self._owed]
        self._owed -= len(result)
        return result

    def _warped(self, frames: Samples) -> Samples:
        """Windowed frames x size to frames x 2 halves x hop, to be added where they overlap."""
        spectra = np.fft.rfft(frames)
        power = spectra.real**2
        power += spectra.imag**2
        cepstra = product(np.log(power + self._floor), self._to_cepstrum)
        gains = product(cepstra, self._to_change)
        np.minimum(gains, self._most, out=gains)
        np.maximum(gains, -self._most, out=gains)
        np.exp(gains, out=gains)
        # Each frame stays as loud as it was.
        louder = np.einsum("ij,ij->i", power, gains * gains)
        gains *= np.sqrt((np.einsum("ij->i", power) + _SILENCE) / (louder + _SILENCE))[:, None]
        spectra *= gains
        moved = np.fft.irfft(spectra, self._size).astype(np.float32, copy=False)
        moved *= self._window
        return moved.reshape(-1, 2, self._hop)


@lru_cache(maxsize=8)  # a few people speak in turns
def _matrices(factor: float, size: int, sample_rate: int) -> tuple[Samples, Samples]:
    """From log power to the envelope's cepstrum, and from there to the log gain that moves the envelope.

    Frequencies x quefrencies, and quefrencies x frequencies; the mean (quefrency 0) is left out, it does not move.
    """
    bins = np.arange(size // 2 + 1)
    last = int(LIFTER_SECONDS * sample_rate)
    quefrency = np.arange(1, last)
    once = np.where((bins == 0) | (bins == size // 2), 1, 2)  # a real signal has all other bins twice
    waves = np.cos(2 * np.pi * np.outer(bins, quefrency) / size)
    to_cepstrum = 0.5 * once[:, None] * waves / size
    kept = np.clip((bins * sample_rate / size - TOP_HERTZ) / FADE_HERTZ, 0, 1)
    source = np.minimum(bins / factor * (1 - kept) + bins * kept, size // 2)
    moved = np.cos(2 * np.pi * np.outer(source, quefrency) / size)
    taper = np.minimum(1, 2 - 2 * quefrency / last)
    to_change = 2 * (moved - waves) * taper
    return to_cepstrum.astype(np.float32), np.ascontiguousarray(to_change.T, np.float32)
