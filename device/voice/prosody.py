"""How a sentence is said: how long each phoneme lasts, and how the pitch moves over it.

Both are computed from what the voice itself would do; a neutral manner leaves exactly that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from device.voice.ipa import LONG, STRESS, VOWELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.voice.engine import Manner
    from device.voice.parts import Floats
    from device.voice.phonemes import Sentence

COMMAS = frozenset(",;:")

LONGEST_LEAD = 8
"""Frames of silence in front of a sentence, 93 ms. With noise in its durations a voice now and then takes 0.4 s."""

_SMOOTH_FRAMES = 3.0
"""Standard deviation of the bell that rounds the steps of the pitch: it moves about as fast as a voice can."""

_LEAD_IDS = 2  # the beginning of a sentence, and the pad behind it

Frames = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roles:
    """What each id of a sentence is, [N]: of a vowel, of a stressed syllable up to the end of its vowel, of a comma."""

    vowel: Flags
    stressed: Flags
    comma: Flags


def roles_of(sentence: Sentence) -> Roles:
    """The roles of a sentence's ids; a pad has those of the phoneme before it."""
    phonemes = [symbol.phoneme for symbol in sentence.symbols]
    vowel = [_is_vowel(each) for each in phonemes]
    for at, each in enumerate(phonemes[1:], start=1):
        vowel[at] |= each == LONG and vowel[at - 1]
    # One more, for what belongs to no phoneme: the beginning (-1) and the end.
    owners = np.array(sentence.owners)
    flags = (np.array([*each, False])[owners] for each in (vowel, _stressed(phonemes, vowel), _commas(phonemes)))
    return Roles(**dict(zip(("vowel", "stressed", "comma"), flags, strict=True)))


def durations(own: Floats, roles: Roles, manner: Manner) -> Frames:
    """Frames of each id, [N], from the voice's own.

    What is asked for is rounded on the running sum, so that no tempo is lost to rounding: the graph itself rounds each
    duration up, and is 6 to 8 % off at a tempo of 0.84 or 1.19.
    """
    factor = np.where(roles.vowel, manner.vowel, 1.0)
    factor *= own.sum() / (own * factor).sum()  # rhythm is no tempo
    factor = np.where(roles.comma, manner.comma, factor) * manner.ratio / manner.tempo
    frames = np.diff(np.round(np.cumsum(np.concatenate([[0.0], own * factor])))).astype(np.int64)
    lead = frames[:_LEAD_IDS]
    lead[0] -= min(lead[0], max(0, int(lead.sum()) - LONGEST_LEAD))
    return frames


def contour(frames: Frames, roles: Roles, manner: Manner) -> Floats:
    """How far the pitch is moved in each frame, [T], in the unit of `Manner.pitch`."""
    stressed = np.repeat(roles.stressed.astype(np.float64), frames)
    line = manner.pitch + manner.accent * (stressed - stressed.mean())
    line += manner.fall * np.linspace(0.5, -0.5, len(line))
    reach = round(3 * _SMOOTH_FRAMES)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTH_FRAMES) ** 2)
    return np.convolve(np.pad(line, reach, mode="edge"), bell / bell.sum(), "valid").astype(np.float32)


def _stressed(phonemes: Sequence[str], vowel: Sequence[bool]) -> list[bool]:
    """From a stress to the end of the first vowel behind it, which may be a diphthong."""
    flags: list[bool] = []
    begun = seen = False
    for each, is_vowel in zip(phonemes, vowel, strict=True):
        if each == STRESS:
            begun, seen = True, False
        elif begun and seen and not is_vowel:
            begun = False
        seen = seen or is_vowel
        flags.append(begun)
    return flags


def _commas(phonemes: Sequence[str]) -> list[bool]:
    return [each in COMMAS for each in phonemes]


def _is_vowel(phoneme: str) -> bool:
    return phoneme[:1] in VOWELS
