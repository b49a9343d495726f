"""A loudspeaker that is not there: what is to be heard waits for it, and what was cut off is said again from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.ports import Executor
    from device.core.types import Job
    from device.pipeline.labour import Labour
    from device.pipeline.turn import Turn

SOUND_AGAIN_SECONDS = 3.0
"""How soon it is looked for again."""

MOST_KNOWN = 1000
"""Of so many photos it is remembered how far they were heard; of others all is said again."""


@dataclass(slots=True, kw_only=True)
class Absence:
    """Whether the loudspeaker is missed. On the loop.

    Attributes:
        waits: Whether what is to be heard waits for it; else it is set aside.
    """

    labour: Labour
    executor: Executor
    waits: bool = True
    _missed: Job | None = None
    _heard: dict[int, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether somebody waits for it."""
        return self._missed is not None

    def begins(self, job: Job, turn: Turn) -> None:
        """The sink of this job was not there, or was taken away in the middle of its speech."""
        if turn.begun:
            self._heard[job.id] = self.heard(job) + turn.surely_heard()
            if len(self._heard) > MOST_KNOWN:
                del self._heard[next(iter(self._heard))]
        if self.waits:
            self._missed = job

    def keeps(self, job: Job) -> bool:
        """Whether this job waits for it: what the slideshow shows is not said days later."""
        return self.holds and job.source != "camera"

    def heard(self, job: Job) -> int:
        """How many sentences of a job were heard before its loudspeaker went."""
        return self._heard.get(job.id, 0)

    def done(self, job: Job) -> None:
        """It needs to be remembered no longer."""
        self._heard.pop(job.id, None)

    async def look(self) -> bool:
        """Whether it was missed and is there again."""
        if self._missed is None:
            return False
        there = await self.executor.run(partial(self.labour.is_heard, self._missed))
        if there:
            self._missed = None
        return there
