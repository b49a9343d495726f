"""What came of a storm of kills, in figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Report:
    """The figures.

    Attributes:
        seed: With it the same moments are chosen again.
        kills: How often it was killed; `early` before it took photos in.
        brought: Photos that somebody held for safe, by the door.
        finished: Photos that were described.
        set_aside: Photos that were set aside, by their reason.
        begun: Speeches that began.
        unheard: Speeches that began on paper alone: the kill came before the first sample.
        twice: Speeches that began again.
        lost: Photos that are nowhere.
        trouble: All else that must never be.
        events: What the house heard, repeats counted.
        seconds: How long it took.
    """

    seed: int
    kills: int = 0
    early: int = 0
    brought: dict[str, int] = field(default_factory=dict)
    finished: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    begun: int = 0
    unheard: int = 0
    twice: int = 0
    lost: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    events: int = 0
    seconds: float = 0.0

    def lines(self) -> Iterator[str]:
        """For a person."""
        doors = ", ".join(f"{count} by {name}" for name, count in self.brought.items())
        yield f"seed {self.seed}: {self.kills} kills, {self.early} of them before it took photos in"
        yield f"seconds: {self.seconds:.0f}"
        yield f"photos: {sum(self.brought.values())} ({doors})"
        yield f"described: {self.finished}; set aside: {sum(self.set_aside.values())} {self.set_aside or ''}"
        yield f"speeches begun: {self.begun}; begun twice: {self.twice}; on paper alone: {self.unheard}"
        yield f"events heard: {self.events}"
        yield f"lost: {len(self.lost)} {self.lost or ''}"
        yield from (f"wrong: {each}" for each in self.trouble)
