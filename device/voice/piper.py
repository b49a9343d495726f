"""Piper, warm in the process: one sentence after another, each as soon as it is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

# After `runtime`, which sets what onnxruntime must see before its first import.
from piper import PiperConfig, PiperVoice, SynthesisConfig

from device.core.errors import MissingModelError
from device.core.types import SpeechChunk
from device.voice import runtime
from device.voice.clean import pieces
from device.voice.level import begun, faded, levelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Narration, Pcm, Speech

PAUSE_SECONDS = 0.25
"""Silence between two sentences."""


class PiperSynthesiser:
    """A Piper voice. For one thread.

    With `noise` off the same text gives the same samples, bit by bit; the voice then sounds flatter.
    """

    def __init__(self, *, model: Path, config: Path, name: str, noise: bool = True) -> None:
        try:
            settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MissingModelError(
                f"{config} is missing, damaged or no Piper voice; fetch it with: voxframe models fetch"
            ) from error
        self._voice = PiperVoice(session=runtime.session(model), config=settings)
        self._name = name
        self._synthesis = SynthesisConfig(
            normalize_audio=False,
            noise_scale=None if noise else 0.0,
            noise_w_scale=None if noise else 0.0,
        )

    @property
    def voice(self) -> str:
        """The name of the voice."""
        return self._name

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self._voice.config.sample_rate

    def synthesise(self, utterances: Narration) -> Speech:
        """Levelled sound, as it is made, with a pause before each sentence but the first."""
        pause = np.zeros(round(PAUSE_SECONDS * self.sample_rate), np.int16)
        begun = False
        for index, utterance in enumerate(utterances):
            for pcm in self._sentences(utterance.text):
                if begun:
                    yield SpeechChunk(pcm=pause, sample_rate=self.sample_rate, utterance=index)
                begun = True
                yield SpeechChunk(pcm=pcm, sample_rate=self.sample_rate, utterance=index)

    def _sentences(self, text: str) -> Iterator[Pcm]:
        for piece in pieces(text):
            for chunk in self._voice.synthesize(piece, self._synthesis):
                pcm = begun(levelled(chunk.audio_float_array), sample_rate=self.sample_rate)
                yield faded(pcm, sample_rate=self.sample_rate)
