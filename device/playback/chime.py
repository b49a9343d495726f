"""Short sounds that come before a voice, made of decaying partials, as struck bars and bells have them.

What a mallet does to a bar is told in N. Fletcher and T. Rossing, The Physics of Musical Instruments, chapter 19: the
second partial of a marimba's bar is tuned to four times the first, and is gone much sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Pcm

ATTACK_SECONDS = 0.006
"""A beginning that is no click."""

RELEASE_SECONDS = 0.03

_FULL_SCALE = 32767


@dataclass(frozen=True, slots=True)
class _Partial:
    """Of a tone: its frequency as a multiple of the tone's, how loud it is, and after how long it is e times softer."""

    multiple: float
    share: float
    decay_seconds: float


@dataclass(frozen=True, slots=True)
class _Sound:
    """Tones, each with its beginning in seconds and its frequency in Hz.

    Attributes:
        gain: With which it is as loud as the voice, -18 LUFS.
    """

    tones: tuple[tuple[float, float], ...]
    partials: tuple[_Partial, ...]
    seconds: float
    gain: float


_BAR = (_Partial(1.0, 1.0, 0.28), _Partial(4.0, 0.12, 0.06), _Partial(2.0, 0.06, 0.12))
_BELL = (
    _Partial(0.5, 0.25, 0.5),
    _Partial(1.0, 1.0, 0.4),
    _Partial(1.2, 0.3, 0.3),
    _Partial(1.5, 0.2, 0.25),
    _Partial(2.0, 0.35, 0.25),
    _Partial(2.67, 0.15, 0.12),
)

_SOUNDS = {
    # C5 and E5: it goes up, and something follows.
    "soft": _Sound(tones=((0.0, 523.25), (0.16, 659.26)), partials=_BAR, seconds=0.9, gain=0.361),
    "bell": _Sound(tones=((0.0, 880.0),), partials=_BELL, seconds=1.1, gain=0.419),
    # G5, E5, C5: no chime goes down.
    "notice": _Sound(tones=((0.0, 783.99), (0.15, 659.26), (0.3, 523.25)), partials=_BAR, seconds=1.1, gain=0.291),
}


def chime(name: str, sample_rate: int) -> Pcm:
    """A sound by its name, as loud as the voice, with silence at neither end.

    Args:
        name: soft, bell or notice.
        sample_rate: Samples a second.

    Raises:
        KeyError: There is no such sound.
    """
    sound = _SOUNDS[name]
    samples = np.zeros(round(sound.seconds * sample_rate))
    for begins, hertz in sound.tones:
        place = round(begins * sample_rate)
        samples[place:] += _tone(hertz, sound.partials, len(samples) - place, sample_rate)
    release = round(RELEASE_SECONDS * sample_rate)
    samples[len(samples) - release :] *= np.linspace(1, 0, release)
    return np.round(sound.gain * samples * _FULL_SCALE).astype(np.int16)


def _tone(hertz: float, partials: tuple[_Partial, ...], length: int, sample_rate: int) -> npt.NDArray[np.float64]:
    seconds = np.arange(length) / sample_rate
    tone = sum(
        each.share * np.exp(-seconds / each.decay_seconds) * np.sin(2 * np.pi * hertz * each.multiple * seconds)
        for each in partials
    )
    return np.asarray(tone * np.minimum(1.0, seconds / ATTACK_SECONDS))
