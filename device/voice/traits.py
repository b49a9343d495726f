"""What a Piper voice's settings say of it, known without the runtime that makes its sound."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.core.errors import MissingModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_settings(config: Path) -> Mapping[str, Any]:
    """The parsed .onnx.json of a voice.

    Raises:
        MissingModelError: It is missing, or none.
    """
    try:
        settings: Mapping[str, Any] = json.loads(config.read_text(encoding="utf-8"))
        Traits.of(settings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MissingModelError(
            f"{config} is missing, damaged or no Piper voice; fetch it with: voxframe models fetch"
        ) from error
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a voice's settings say of it.

    Attributes:
        sample_rate: Samples a second.
        speakers: How many it has.
        noise: How much chance there is in its sound, 0 for none.
        duration_noise: The same in its durations.
    """

    sample_rate: int
    speakers: int
    noise: float
    duration_noise: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], *, noise: bool = True) -> Traits:
        """Those of a parsed .onnx.json; without `noise` the same text gives the same samples, and sounds flatter."""
        chance = settings.get("inference", {}) if noise else {}
        return cls(
            sample_rate=int(settings["audio"]["sample_rate"]),
            speakers=max(1, int(settings.get("num_speakers", 1))),
            noise=float(chance.get("noise_scale", 0.667 if noise else 0.0)),
            duration_noise=float(chance.get("noise_w", 0.8 if noise else 0.0)),
        )
