"""What becomes of a photo when its turn is over: done, to wait, set aside, or forgotten."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.core.errors import BadPhotoError, MissingDeviceError, MissingModelError, StoreError
from device.pipeline.turn import GaveWayError

if TYPE_CHECKING:
    from device.core.types import Job, Played
    from device.pipeline.absence import Absence
    from device.pipeline.books import Books
    from device.pipeline.quiet import Hush
    from device.pipeline.regrets import Regrets
    from device.pipeline.status import StatusBoard
    from device.pipeline.turn import Turn

_log = logging.getLogger(__name__)

NO_VOICE = "there is no voice"
"""Without the path of its file, for this is shown to whoever sent the photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Writes down what became of each photo, and says what kept it from being heard. On the loop."""

    books: Books
    board: StatusBoard
    absence: Absence
    regrets: Regrets
    hush: Hush

    async def close(self, job: Job, turn: Turn, played: Played | None, trouble: Exception | None) -> bool:
        """Write down what became of it; returns whether it waits for another turn.

        Args:
            job: The photo.
            turn: The turn that is over.
            played: What was played, where that came to an end.
            trouble: What came instead.

        Raises:
            StoreError: It could not be begun, and this is no end of it.
        """
        if turn.cut == "forget":
            await self.books.forget(job)
            return False
        match trouble:
            case None | GaveWayError():
                self.is_heard(turn)
                return await self._end(job, turn, played)
            case BadPhotoError():
                self.regrets.hear_of(trouble, job)
                await self.books.set_aside(job, str(trouble), code=trouble.code, needed=False)
            case MissingDeviceError():
                return await self._without_sound(job, turn, trouble)
            case MissingModelError():
                self.board.because("no_voice", holds=True)
                self.regrets.hear_of(trouble, job)
                _log.warning("%s", trouble)
                await self.books.set_aside(job, NO_VOICE, code="no_voice")
            case StoreError():
                raise trouble
            case _:
                _log.error("photo %d: a mistake in voxframe", job.id, exc_info=trouble)
                await self.books.set_aside(job, f"{type(trouble).__name__}: {trouble}", code="crashed")
        return False

    def is_heard(self, turn: Turn) -> None:
        """Nothing that is needed for it was missing, where something of it was heard."""
        if turn.begun:
            self.board.because("no_audio", holds=False)
            self.board.because("no_voice", holds=False)

    async def _without_sound(self, job: Job, turn: Turn, trouble: MissingDeviceError) -> bool:
        self.board.because("no_audio", holds=True)
        self.absence.begins(job, turn)
        if turn.cut and not turn.is_for_later():
            # Whoever stopped it does not want to hear it when the loudspeaker is there again.
            return await self._end(job, turn, None)
        if not self.absence.keeps(job):
            # Whoever retries it hears all of it.
            self.absence.done(job)
            await self.books.set_aside(job, str(trouble), code="no_audio")
            return False
        _log.warning("photo %d waits: %s", job.id, trouble)
        await self.books.release(replace(job, begun=False))
        return True

    async def _end(self, job: Job, turn: Turn, played: Played | None) -> bool:
        # Whoever cuts it after its last sample has cut nothing: it is not said anew.
        whole = played is not None and played.complete and played.seconds > 0
        if not whole and (self._is_for_later(job, turn) or self._waits_for_sound(job, turn)):
            await self.books.release(job)
            return True
        self.absence.done(job)
        await self.books.finish(
            job,
            heard=turn.described if turn.begun else None,
            spoken_seconds=played.seconds if played and whole else None,
        )
        return False

    def _is_for_later(self, job: Job, turn: Turn) -> bool:
        """Whether something of it is still to be done."""
        if job.record is None and turn.described is None:
            return True
        return not job.begun and turn.is_for_later()

    def _waits_for_sound(self, job: Job, turn: Turn) -> bool:
        """Whether it was only looked at, and is to be heard when the loudspeaker is there again."""
        silent = job.begun or turn.begun or turn.cut or self.hush.reason()
        return self.absence.keeps(job) and not silent
