"""What the engines of this room have in common: how a sentence is to be said, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Mark

Samples = npt.NDArray[np.float32]
"""Samples of one channel, full scale at 1; louder ones are for the limiter to bend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a sentence is said: a persona and a mood as one. The defaults are the voice as it is.

    The engine follows `pitch` to `speaker` as far as it can, and makes the sentence longer by `ratio`. The rest is done
    afterwards, the same for all engines (`device.voice.shape`, `device.voice.level`).

    Attributes:
        pitch: Higher or lower with the formants as they are; 1 is about 1.1 semitones.
        accent: Pitch of stressed syllables against the rest, in the same unit: liveliness.
        fall: Pitch lost from the beginning to the end of a sentence, in the same unit.
        tempo: Above 1 is faster.
        vowel: Length of vowels against consonants.
        comma: Length of the pauses inside a sentence.
        speaker: Which speaker of a voice that has several, from 0.
        ratio: Pitch and formants together: the engine speaks slower by this, and the sound is resampled to be faster.
        formant: The spectral envelope is moved by this, the pitch stays.
        shelf_db: Brightness: a shelf above 2.5 kHz.
        gain_db: Loudness against -18 LUFS, before the limiter.
        pause_seconds: Silence after the sentence.
    """

    pitch: float = 0.0
    accent: float = 0.0
    fall: float = 0.0
    tempo: float = 1.0
    vowel: float = 1.0
    comma: float = 1.0
    speaker: int = 0
    ratio: float = 1.0
    formant: float = 1.0
    shelf_db: float = 0.0
    gain_db: float = 0.0
    pause_seconds: float = 0.25


NEUTRAL = Manner()
"""The voice as it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """Some of a sentence as its engine made it.

    Attributes:
        samples: The sound, before anything shapes it.
        marks: Words and phonemes with their samples, counted from the start of the sentence; all of them come with the
            first stretch. Empty where the engine does not know.
    """

    samples: Samples
    marks: tuple[Mark, ...] = ()


class Engine(Protocol):
    """Makes the sound of one sentence after another. For one thread."""

    @property
    def name(self) -> str:
        """The engine and its voice: what is written down with a speech."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""

    @property
    def gain(self) -> float:
        """What brings this voice to about -18 LUFS while it speaks."""

    @property
    def speakers(self) -> int:
        """How many speakers the voice has; at least 1."""

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """The sound of one cleaned piece of text, as it is made; the same seed gives the same samples."""
