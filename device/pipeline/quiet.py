"""When nothing may be heard: in quiet hours, and where the volume is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, time

    from device.core.ports import Clock
    from device.core.types import QuietReason


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A part of each day, from `start` up to `end`, over midnight where `end` is earlier; the whole day where equal."""

    start: time
    end: time

    def hold(self, now: datetime) -> bool:
        """Whether it is quiet at this moment of the clock on the wall."""
        of_day = now.time()
        if self.start < self.end:
            return self.start <= of_day < self.end
        return of_day >= self.start or of_day < self.end


@dataclass(slots=True, kw_only=True)
class Hush:
    """Says whether a speech may be heard, and why not."""

    clock: Clock
    hours: QuietHours | None
    volume: int = field(default=100)

    def reason(self) -> QuietReason | None:
        """Why nothing may be heard now, or None."""
        if self.hours and self.hours.hold(self.clock.now()):
            return "quiet_hours"
        return "muted" if self.volume == 0 else None
