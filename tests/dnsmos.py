"""DNSMOS by its ONNX files: the package `speechmos` wants librosa and pandas, for a mel spectrum and a table.

Checked against the package with librosa 0.11: from nine seconds on both opinions are the same to five digits.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soxr

from device.core.errors import MissingModelError
from device.voice import runtime

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from device.core.types import Pcm
    from device.voice.engine import Samples

_RATE = 16000
_SECONDS = 9.01
_FFT, _HOP, _MELS = 321, 160, 120
_LINEAR_MELS = 15
"""Up to 1 kHz."""

_OVERALL = np.poly1d([-0.06766283, 1.11546468, 0.04602535])
"""From what the second network says to the scale of opinions; from the package."""


class Opinion(NamedTuple):
    """What listeners would say, 1 to 5: of speech quality (P.808), and over all (P.835)."""

    p808: float
    overall: float


class Dnsmos:
    """The two networks.

    Raises:
        MissingModelError: speechmos is not installed.
    """

    def __init__(self) -> None:
        found = importlib.util.find_spec("speechmos")
        if found is None or found.origin is None:
            raise MissingModelError("speechmos is not installed; pip install --no-deps -r requirements/bare.txt")
        models = Path(found.origin).parent / "dnsmos_models"
        self._p808 = runtime.session(models / "model_v8.onnx")
        self._p835 = runtime.session(models / "sig_bak_ovr.onnx")
        self._filters = _mel_filters()
        self._window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)

    def __call__(self, pcm: Pcm, rate: int) -> Opinion:
        """Both opinions."""
        windows = _windows(pcm, rate)
        return Opinion(self._quality(windows), float(np.mean([self._overall(part) for part in windows])))

    def p808(self, pcm: Pcm, rate: int) -> float:
        """The one on speech quality, in a tenth of the time of both."""
        return self._quality(_windows(pcm, rate))

    def _quality(self, windows: Sequence[Samples]) -> float:
        given = ({"input_1": self._features(part[:-_HOP])} for part in windows)
        return float(np.mean([self._p808.run(None, each)[0] for each in given]))

    def _overall(self, part: Samples) -> float:
        _, _, overall = self._p835.run(None, {"input_1": part[None]})[0][0]
        return float(_OVERALL(overall))

    def _features(self, sound: Samples) -> Samples:
        """What librosa gives there: power in mel bands, in dB below the loudest, at most 80."""
        padded = np.pad(sound, _FFT // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
        power = np.abs(np.fft.rfft(frames * self._window, axis=1)) ** 2
        mel = np.maximum(power @ self._filters.T, 1e-10)
        decibels = 10 * np.log10(mel / mel.max())
        features: Samples = ((np.maximum(decibels, -80) + 40) / 40).astype(np.float32)[None]
        return features


def _windows(pcm: Pcm, rate: int) -> list[Samples]:
    """Nine seconds each, a second apart; a shorter sound is repeated until it fills one."""
    sound = soxr.resample(pcm.astype(np.float32) / 32768, rate, _RATE)
    length = int(_SECONDS * _RATE)
    if len(sound) < length:
        sound = np.tile(sound, -(-length // len(sound)))[:length]
    windows = int(len(sound) // _RATE - _SECONDS) + 1
    return [sound[at * _RATE : at * _RATE + length] for at in range(windows)]


def _mel_filters() -> npt.NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale: straight to 1 kHz, logarithmic above."""
    step = np.log(6.4) / 27

    def hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.where(mel < _LINEAR_MELS, mel * 200 / 3, 1000 * np.exp(step * (mel - _LINEAR_MELS)))

    edges = hertz(np.linspace(0, _LINEAR_MELS + np.log(_RATE / 2 / 1000) / step, _MELS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / _RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
