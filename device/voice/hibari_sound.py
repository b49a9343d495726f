"""Spectra to samples, block after block: what hibari's `dsp.synth` does for a whole sentence at once.

A frame is 12.5 ms. Its spectrum is the sum of three: a pulse train at the pitch, filtered; noise, filtered; and one of
free phase. Overlapping frames are added. Blocks of any length give the same samples, up to rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Samples

RATE, HOP, WINDOW = 24000, 300, 1200
BLOCK_FRAMES = 40
_OVERLAP = WINDOW // HOP
_LOUDEST = 7.0
_VOICED_HZ, _HIGHEST_HZ = 40.0, 11000.0
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)

Floats = npt.NDArray[np.float32]


class Spectra(NamedTuple):
    """What the network makes of a sentence: five times [601, F], and Hz [F], 0 where there is no voice."""

    harmonic: Floats
    harmonic_phase: Floats
    noise: Floats
    free: Floats
    free_phase: Floats
    pitch: Floats


def sound(spectra: Spectra, *, seed: int, block: int = BLOCK_FRAMES) -> Iterator[Samples]:
    """The samples of the sentence, HOP a frame."""
    chance = np.random.default_rng(seed)
    frames = len(spectra.pitch)
    source = np.pad(pulses(spectra.pitch), WINDOW // 2, mode="reflect")
    kept = np.zeros((2, _OVERLAP - 1, HOP), np.float32)
    skipped = _OVERLAP // 2
    for first in range(0, frames, block):
        end = min(first + block, frames)
        windows = np.lib.stride_tricks.sliding_window_view(source[first * HOP : (end - 1) * HOP + WINDOW], WINDOW)[
            ::HOP
        ]
        made = np.fft.irfft(_spectrum(spectra, windows, slice(first, end), chance), WINDOW, axis=1) * _HANN
        summed = np.zeros((2, end - first + _OVERLAP - 1, HOP), np.float32)
        summed[:, : _OVERLAP - 1] = kept
        for part in range(_OVERLAP):
            at = slice(part, part + end - first)
            summed[0, at] += made[:, part * HOP : (part + 1) * HOP]
            summed[1, at] += _HANN[part * HOP : (part + 1) * HOP] ** 2
        kept = summed[:, end - first :]
        # Half a window in front and half a window behind belong to no frame.
        done = summed[:, skipped : end - first + (_OVERLAP // 2 if end == frames else 0)]
        skipped = max(0, skipped - (end - first))
        if done.shape[1]:
            yield (done[0] / np.maximum(done[1], np.float32(1e-11))).reshape(-1)


def bent(spectra: Spectra, factor: Floats) -> Spectra:
    """The same with its pitch multiplied by `factor` [F], and the sound of its vowels as it was.

    The filter of the pulses was learned where their harmonics are, 20 Hz a bin, and is anything between them: shifted
    harmonics came out 5 dB too loud. So it is drawn anew, straight from harmonic to harmonic; the phase of a bin is
    that of the nearest one.
    """
    harmonic, phase = spectra.harmonic.copy(), spectra.harmonic_phase.copy()
    bins = np.arange(len(harmonic))
    for frame in np.flatnonzero(spectra.pitch > _VOICED_HZ):
        spacing = spectra.pitch[frame] * WINDOW / RATE
        harmonics = np.arange(1, int(_HIGHEST_HZ / spectra.pitch[frame]) + 1) * spacing
        at = np.rint(harmonics).astype(np.int64)
        nearest = np.clip(np.rint(bins / spacing).astype(np.int64), 1, len(at)) - 1
        harmonic[:, frame] = np.interp(bins, harmonics, spectra.harmonic[at, frame])
        phase[:, frame] = spectra.harmonic_phase[at[nearest], frame]
    return spectra._replace(harmonic=harmonic, harmonic_phase=phase, pitch=spectra.pitch * factor)


def _spectrum(spectra: Spectra, windows: Floats, at: slice, chance: np.random.Generator) -> npt.NDArray[np.complex64]:
    harmonic, phase, noise, free, free_phase = (part[:, at].T for part in spectra[:5])
    result = np.fft.rfft(windows * (_HANN / (WINDOW / 4)), axis=1).astype(np.complex64)
    result *= _turned(harmonic, np.float32(np.pi) * np.tanh(phase))
    result += _turned(free, free_phase)
    drawn = chance.standard_normal((len(noise), 2 * noise.shape[1]), dtype=np.float32).view(np.complex64)
    result += drawn * _size(noise)
    return result


def _turned(logarithm: Floats, phase: Floats) -> npt.NDArray[np.complex64]:
    result = np.empty(phase.shape, np.complex64)
    size = _size(logarithm)
    result.real = np.cos(phase) * size
    result.imag = np.sin(phase) * size
    return result


def _size(logarithm: Floats) -> Floats:
    return np.exp(np.minimum(logarithm, _LOUDEST), dtype=np.float32)


def pulses(pitch: Floats) -> Floats:
    """All harmonics below 11 kHz at the same size, as one closed sum: sin((n + 1/2) t) / (2 sin(t / 2)) - 1/2.

    The pitch is straight between the middles of two frames; below 40 Hz there are none.
    """
    at = (np.arange(len(pitch) * HOP) + 0.5) / HOP - 0.5
    curve = np.interp(at, np.arange(len(pitch)), pitch).astype(np.float32)
    voiced = curve > _VOICED_HZ
    curve = np.maximum(curve, np.float32(_VOICED_HZ))
    turns = np.cumsum(curve, dtype=np.float64) / RATE
    angle = (2 * np.pi * (turns % 1.0)).astype(np.float32)
    harmonics = np.floor(np.float32(_HIGHEST_HZ) / curve) + np.float32(0.5)
    below = 2 * np.sin(angle / 2)
    flat = np.abs(below) <= 2e-3  # noqa: PLR2004 - there the quotient is near its limit, and loses digits
    below[flat] = 1
    made = np.where(flat, harmonics, np.sin(harmonics * angle) / below) - np.float32(0.5)
    return np.where(voiced, made, np.float32(0)).astype(np.float32)
