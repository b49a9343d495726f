"""The photo that is at work, its turn to be heard, and what people ask of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.pipeline.turn import Turn, weightier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Job
    from device.pipeline.turn import Cut


@dataclass(slots=True)
class AtWork:
    """What is at work, and whether it may be heard. For the loop alone.

    Attributes:
        job: The photo, once it is claimed; None between two, and where something is said once more.
        turn: What is spoken, or about to be; None between two tries.
        halted: Whether nothing more is to be begun.
        paused: Whether a person asked for silence.
    """

    job: Job | None = None
    turn: Turn | None = None
    halted: bool = False
    paused: bool = False
    _asked: dict[int, Cut] = field(default_factory=dict)

    def new_turn(self) -> Turn:
        """What is spoken from now on; over at once where somebody asked for silence while the store was waited for."""
        # What the slideshow was saying is not said again.
        self.turn = turn = Turn(anew=self.job is not None and self.job.source != "camera")
        if self.halted or self.paused:
            turn.end("halt" if self.halted else "pause")
        asked = self._asked.pop(self.job.id, None) if self.job else None
        if asked:
            turn.end(asked)
        return turn

    def ask(self, job: Job, why: Cut) -> None:
        """Its next turn is over before it begins."""
        self._asked[job.id] = weightier(self._asked.get(job.id), why)

    def cut(self, why: Cut) -> None:
        """End what is being spoken, or is about to be."""
        if self.turn:
            self.turn.end(why)
        elif self.job:
            # It was only just claimed, or the store failed: its turn is yet to come.
            self.ask(self.job, why)

    def forget(self, jobs: Sequence[Job]) -> None:
        """These are forgotten: end what is spoken or looked at, if it is one of them, and leave nothing of it."""
        working = [job for job in jobs if job.state == "working"]
        if self.job is None or self.job.id in {job.id for job in working}:
            self.cut("forget")
        for job in working:
            # The answer to a claim may still be on its way.
            self.ask(job, "forget")

    def expect_press(self) -> None:
        """A person has pressed a button: what is only looked at is left for later, and what is heard goes on."""
        if self.turn and not self.turn.begun:
            self.make_way()

    def make_way(self) -> None:
        """The photo of a person who waits is there: end what is being said, unless another one had waited for it."""
        if self.job and self.job.source != "button":
            self.cut("press")
