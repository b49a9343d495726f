"""A Piper voice from its files: the halves where they were prepared for this processor, else the whole."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.core.errors import MissingModelError
from device.voice import prepared
from device.voice.parts import Encoder, Stream
from device.voice.phonemes import PiperPhonemes
from device.voice.piper import PiperEngine, WholePiperEngine
from device.voice.traits import Traits, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from device.voice.engine import Engine
    from device.voice.parts import Floats
    from device.voice.plan import Found
    from device.voice.pronunciations import Pronunciations
    from device.voice.schedule import Schedule

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PiperFiles:
    """What a voice is made of.

    Attributes:
        model: Its .onnx file.
        settings: What its .onnx.json says.
        direction: A file of what raises its pitch; None where nobody learnt that, and its pitch stays.
    """

    model: Path
    settings: Mapping[str, Any]
    direction: Path | None = None

    @classmethod
    def of(cls, model: Path, config: Path, *, direction: Path | None = None) -> PiperFiles:
        """Read the settings.

        Raises:
            MissingModelError: They are missing, or none.
        """
        return cls(model=model, settings=read_settings(config), direction=direction)

    @property
    def traits(self) -> Traits:
        """What the settings say of its sound."""
        return Traits.of(self.settings)

    @property
    def language(self) -> str:
        """What it speaks, as espeak-ng calls it: "en-us"."""
        return str(self.settings.get("espeak", {}).get("voice") or self.settings.get("language", {}).get("code", ""))

    def load(self, *, schedule: Schedule, pronunciations: Pronunciations | None = None, noise: bool = True) -> Engine:
        """The voice, loaded.

        Args:
            schedule: Decides how much is made at once, and learns from it; it is told here how fast this device is.
            pronunciations: The words that the voice was taught.
            noise: Without it the same text gives the same samples bit by bit, and sounds flatter.

        Raises:
            MissingModelError: It is damaged, or its language is one that cannot be read here.
        """
        phonemes = PiperPhonemes(self.settings, pronunciations=pronunciations)
        traits = Traits.of(self.settings, noise=noise)
        halves = self._halves()
        if halves is not None:
            folder, found = halves
            try:
                engine = PiperEngine(
                    name=self.model.stem,
                    traits=traits,
                    phonemes=phonemes,
                    encoder=Encoder(folder),
                    stream=Stream(folder),
                    schedule=schedule,
                    direction=self._direction(),
                )
            except MissingModelError as error:
                _log.warning("%s makes whole sentences: %s", self.model.stem, error)
            else:
                schedule.suppose(found.seconds_a_frame, frame_seconds=found.hop / traits.sample_rate)
                return engine
        schedule.suppose(0.0, frame_seconds=1.0)
        return WholePiperEngine(name=self.model.stem, traits=traits, phonemes=phonemes, model=self.model)

    def _halves(self) -> tuple[Path, Found] | None:
        made = prepared.find(self.model)
        if made is None:
            why = "it is not prepared for this processor; do that with: voxframe models fetch"
        elif made.folder is None:
            why = made.found.report
        else:
            return made.folder, made.found
        _log.warning("%s makes whole sentences: %s", self.model.stem, why)
        return None

    def _direction(self) -> Floats | None:
        if self.direction is None:
            return None
        try:
            direction: Floats = np.load(self.direction, allow_pickle=False).astype(np.float32)
        except (OSError, ValueError) as error:
            raise MissingModelError(f"{self.direction} is damaged; install voxframe again") from error
        return direction
