"""Sound that goes through one thing after another, chunk by chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from device.voice.engine import Samples


class Stage(Protocol):
    """Changes the sound of one sentence; the same samples come out however they were cut when they went in."""

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too; it may be nothing."""

    def finish(self) -> Samples:
        """The rest of the sentence. Nothing can be pushed after it."""


class Stages:
    """Several as one. For one thread."""

    def __init__(self, *stages: Stage) -> None:
        self._stages = stages

    def push(self, samples: Samples) -> Samples:
        """What is ready once `samples` went in too; it may be nothing."""
        return _through(samples, self._stages)

    def finish(self) -> Samples:
        """The rest of the sentence. Nothing can be pushed after it."""
        rest = [_through(stage.finish(), self._stages[place + 1 :]) for place, stage in enumerate(self._stages)]
        return np.concatenate([np.zeros(0, np.float32), *rest])


class Gain:
    """Louder or softer by a factor."""

    def __init__(self, factor: float) -> None:
        self._factor = np.float32(factor)

    def push(self, samples: Samples) -> Samples:
        """All of it, at once."""
        return samples * self._factor

    def finish(self) -> Samples:
        """Nothing."""
        return np.zeros(0, np.float32)


def _through(samples: Samples, stages: tuple[Stage, ...]) -> Samples:
    for stage in stages:
        samples = stage.push(samples)
    return samples
