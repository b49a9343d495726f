"""Filters with a fixed impulse response that may change the number of samples, chunk by chunk.

Beside soxr 1.1.0 (x86, chunks of 11520 samples, ratio 1.38): 0.2 ms of CPU for a second of sound each, and both give
the same samples however the sound is cut; soxr waits for 41 ms before its first samples, this for 0.8 ms.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.voice.engine import Samples

_Floats: TypeAlias = "npt.NDArray[np.floating[Any]]"

FINEST = 100
"""A ratio is taken as a fraction with no larger denominator: hundredths are exact."""

_REACH = 12
"""Samples to each side from which one is made, of the coarser of the two rates."""

OVERSAMPLER_REACH = 12

_PASSED = 0.94
"""Of the band both rates can hold."""

_KAISER = 6.0

_BLOCK = 32
"""Samples made in one product, about: fewer are slow in Python, more multiply more zeros."""

LARGEST_PRODUCT = 2**18
"""Multiplications in one matrix product. OpenBLAS gives larger ones to several threads, which spin while
they wait: up to a hundred times the CPU time where another process wants a core.
"""


class Polyphase:
    """`taps` at `up` times the rate of the input, of which every `down`th sample is wanted. For one thread.

    The sample k is the sum over j of taps[k * down - j * up + centre] * x[j]. It comes as soon as the last x it needs
    went in. As many blocks as are ready are one matrix product, each row of which is a window of the input.

    Args:
        taps: The impulse response, on the finer grid.
        up: Samples of the finer grid for one that goes in.
        down: Samples of the finer grid for one that comes out.
        centre: The tap that lies at time 0; what lies before it is look-ahead.
    """

    def __init__(self, taps: npt.NDArray[np.float64], *, up: int = 1, down: int = 1, centre: int = 0) -> None:
        self._up, self._down, self._centre = up, down, centre
        self._before = (len(taps) - 1 - centre) // up  # samples before its own place that one is made of
        after = centre // up
        periods = max(1, round(_BLOCK / up))
        self._made, self._used = periods * up, periods * down
        place = np.arange(self._made) * down
        window = np.arange(-self._before, (place[-1] // up) + after + 2)
        tap = place[None, :] - window[:, None] * up + centre
        inside = (tap >= 0) & (tap < len(taps))
        self._matrix = np.where(inside, taps[np.clip(tap, 0, len(taps) - 1)], 0).astype(np.float32)
        self._kept = np.zeros(self._before, np.float32)
        self._base = 0  # place in the input of the block that comes next
        self._came = 0
        self._gone = 0

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too."""
        self._came += len(samples)
        self._kept = np.concatenate([self._kept, samples])
        # The last x that sample k needs is floor((k * down + centre) / up).
        return self._until((self._came * self._up - self._centre - 1) // self._down + 1)

    def finish(self) -> Samples:
        """The rest: as many samples have come out as went in times up / down, rounded."""
        return self._until((2 * self._came * self._up + self._down) // (2 * self._down))

    def _until(self, end: int) -> Samples:
        begin = self._base // self._down * self._up  # the first sample of the block at `_base`
        if end <= self._gone:
            return self._kept[:0]
        blocks = -(-(end - begin) // self._made)
        length = len(self._matrix)
        needed = (blocks - 1) * self._used + length
        sound = self._kept
        if len(sound) < needed:  # what did not come yet reaches only samples that are not wanted yet
            sound = np.concatenate([sound, np.zeros(needed - len(sound), np.float32)])
        windows = np.lib.stride_tricks.sliding_window_view(sound, length)[:: self._used][:blocks]
        result = product(windows, self._matrix).reshape(-1)[self._gone - begin : end - begin]
        self._gone = end
        done = (end - begin) // self._made
        self._base += done * self._used
        self._kept = self._kept[done * self._used :]
        return result


def product(rows: _Floats, matrix: _Floats) -> _Floats:
    """The matrix product, in as many as it takes for each to be small enough for one thread."""
    together = max(1, LARGEST_PRODUCT // matrix.size)
    if len(rows) <= together:
        return rows @ matrix
    result = np.empty((len(rows), matrix.shape[1]), np.result_type(rows, matrix))
    for at in range(0, len(rows), together):
        np.matmul(rows[at : at + together], matrix, out=result[at : at + together])
    return result


def fraction(ratio: float) -> Fraction:
    """The ratio as it is taken."""
    return Fraction(ratio).limit_denominator(FINEST)


def resampler(ratio: float) -> Polyphase:
    """Makes the sound shorter by `ratio`, pitch and formants higher by it; a windowed sinc (Kaiser, beta 6)."""
    exact = fraction(ratio)
    up, down = exact.denominator, exact.numerator
    taps, centre = _low_pass(up, down)
    return Polyphase(taps, up=up, down=down, centre=centre)


def oversampler(times: int) -> Polyphase:
    """So many times as many samples of the same sound, each `OVERSAMPLER_REACH` samples of the input late.

    To look at, and not to be heard: the whole band passes, and a little of what mirrors it.
    """
    reach = OVERSAMPLER_REACH * times
    time = np.arange(-reach, reach + 1)
    return Polyphase(np.sinc(time / times) * np.kaiser(2 * reach + 1, _KAISER), up=times, centre=reach)


@lru_cache(maxsize=8)  # a few people speak in turns
def _low_pass(up: int, down: int) -> tuple[npt.NDArray[np.float64], int]:
    """The taps, and which of them lies at time 0."""
    coarser = max(up, down)
    reach = _REACH * coarser
    time = np.arange(-reach, reach + 1)
    taps = np.sinc(time * _PASSED / coarser) * np.kaiser(2 * reach + 1, _KAISER)
    return taps * up / taps.sum(), reach
