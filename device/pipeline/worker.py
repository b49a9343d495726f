"""One photo after another, from its claim to its last sample."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from device.core.errors import BadPhotoError, MissingDeviceError
from device.core.types import Event
from device.pipeline.record import record_of
from device.pipeline.tell import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Bus, Clock, JobStore, PhotoStore, Player, Synthesiser
    from device.core.types import Described, Job, Speaking
    from device.pipeline.describe import Describer
    from device.pipeline.status import StatusBoard

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
"""How often a photo may crash the process before it is set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Describes and speaks the waiting photos.

    Attributes:
        player_for: Gives the player on which a job is heard: the same each time, or a file for each.
        keep_photos: Whether a stored photo outlives its narration.
    """

    clock: Clock
    jobs: JobStore
    photos: PhotoStore
    describer: Describer
    synthesiser: Synthesiser
    player_for: Callable[[Job], Player]
    bus: Bus
    board: StatusBoard
    speaking: Speaking
    keep_photos: bool = False

    def step(self) -> bool:
        """Do the next waiting job; False where none waits."""
        job = self.jobs.claim()
        if job is None:
            return False
        self.board.show("looking")
        try:
            self._do(job)
        except BadPhotoError as error:
            self._set_aside(job, str(error), code=error.code)
        except MissingDeviceError as error:
            self.board.quiet("no_audio")
            self._set_aside(job, str(error), code="no_audio")
        else:
            self.jobs.finish(job)
        self._let_go(job)
        self.board.show("idle")
        return True

    def recover(self) -> None:
        """After a start: what a crash left at work waits again; what crashed too often is set aside."""
        for job in self.jobs.recover(attempts=MOST_ATTEMPTS):
            _log.warning("photo %d is set aside: %s", job.id, job.reason)
            self.bus.event(Event(event_type="failed", fields={"reason": "crashed"}))
            self._let_go(job)

    def _do(self, job: Job) -> None:
        beginning = self.describer.begin(job.path, speaking=self.speaking)
        self.board.speaking(beginning.opening.text)
        described, played = tell(
            beginning,
            synthesiser=self.synthesiser,
            player=self.player_for(job),
            clock=self.clock,
            known=partial(self._known, job),
        )
        self.board.quiet(None)
        self.bus.last(record_of(described))
        if played.complete:
            seconds = round(played.seconds, 3)
            _log.info("photo %d was spoken, %.1f seconds", job.id, seconds)
            self.bus.event(Event(event_type="spoken", fields={"seconds": seconds}))

    def _known(self, job: Job, described: Described) -> None:
        text = " ".join(utterance.text for utterance in described.narration)
        faces, people = len(described.scene.faces), described.scene.people
        self.bus.last(record_of(described))
        self.bus.event(Event(event_type="described", fields={"faces": faces, "people": people, "text": text}))
        _log.info("photo %d: %s", job.id, text)
        self.board.speaking(text)

    def _set_aside(self, job: Job, reason: str, *, code: str) -> None:
        self.jobs.fail(job, reason)
        _log.warning("photo %d is set aside: %s", job.id, reason)
        self.bus.event(Event(event_type="failed", fields={"reason": code}))

    def _let_go(self, job: Job) -> None:
        if not self.keep_photos:
            self.photos.remove(job.path)
