"""A sink that takes sound as a sound card does, and remembers when it had none left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.types import Played

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Speech

AHEAD_SECONDS = 2.0
"""How much sound it holds before it takes no more, as a pipe to a card does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A chunk that was handed over.

    Attributes:
        at: Seconds from the request.
        seconds: Of sound.
        making_seconds: How long the voice worked on it.
        silence: Seconds without sound before it; 0 where it came in time, and before the first.
    """

    at: float
    seconds: float
    making_seconds: float
    silence: float


class PacedPlayer:
    """Plays to nowhere in real time, from the first chunk on. For one speech.

    Attributes:
        taken: The chunks, as they came.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []

    def play(self, speech: Speech) -> Played:
        """Take the chunks as they come, hold some of them, and return when the last has sounded."""
        asked = time.perf_counter()
        ends = 0.0
        for chunk in speech:
            at = time.perf_counter() - asked
            silence = max(0.0, at - ends) if self.taken else 0.0
            ends = max(at, ends) + chunk.seconds
            self.taken.append(Taken(at=at, seconds=chunk.seconds, making_seconds=chunk.making_seconds, silence=silence))
            time.sleep(max(0.0, ends - AHEAD_SECONDS - (time.perf_counter() - asked)))
        time.sleep(max(0.0, ends - (time.perf_counter() - asked)))
        return Played(seconds=sum(each.seconds for each in self.taken), complete=True)

    def reach(self, sample_rate: int) -> None:
        """It is always there."""

    def is_there(self) -> bool:
        """It always is."""
        return True

    def position_seconds(self) -> float | None:
        """Nobody asks."""

    def lead_in_seconds(self) -> float:
        """None is needed."""
        return 0.0

    def stop(self) -> None:
        """Nothing stops it: what is measured is whole."""


def gaps(taken: Sequence[Taken]) -> list[float]:
    """The silences in seconds."""
    return [each.silence for each in taken if each.silence > 0]


def start_without_gap(taken: Sequence[Taken]) -> float:
    """When these very chunks could have begun to sound at the earliest so that none came late: seconds from asking."""
    return taken[0].at + sum(gaps(taken))
