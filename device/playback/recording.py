"""Sentences that come with voxframe as recordings, for a device without a voice; scripts/make-clips makes them."""

from __future__ import annotations

import wave
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import SpeechChunk

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from device.core.types import Speech

RATE = 16000
"""Samples a second of a recording: a voice is understood, and all of them are small."""

FALLBACK = "en"
"""Heard where nothing is recorded in the language that was asked for: better than silence."""


def recording(name: str, *, language: str) -> Speech:
    """A sentence, as it left the voice.

    Args:
        name: Of the sentence.
        language: A BCP 47 tag.

    Raises:
        KeyError: There is no such sentence.
    """
    tags = (language, language.partition("-")[0], FALLBACK)
    files = (folder().joinpath(tag, f"{name}.wav") for tag in tags)
    file = next((each for each in files if each.is_file()), None)
    if file is None:
        raise KeyError(name)
    with file.open("rb") as data, wave.open(data, "rb") as sound:
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)
        return [SpeechChunk(pcm=pcm, sample_rate=sound.getframerate(), utterance=0)]


def folder() -> Traversable:
    """Where they lie: a folder for each language."""
    return resources.files("device.playback") / "recorded"
