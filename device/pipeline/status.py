"""What the device is doing now, told to the bus whenever it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device.core.types import Status

if TYPE_CHECKING:
    from device.core.ports import Bus, JobStore
    from device.core.types import Activity, QuietReason


class StatusBoard:
    """The newest status, `starting` at first; each change of it goes to the bus. For one thread."""

    def __init__(self, *, bus: Bus, jobs: JobStore) -> None:
        self._bus = bus
        self._jobs = jobs
        self._status = Status(activity="idle", reason="starting", queue=0, last_narration=None)
        self._bus.status(self._status)

    def show(self, activity: Activity) -> None:
        """Show what is being done, with the length of the queue at this moment."""
        self._change(replace(self._status, activity=activity, queue=self._jobs.waiting()))

    def speaking(self, narration: str) -> None:
        """Show that this text is being spoken."""
        queue = self._jobs.waiting()
        self._change(replace(self._status, activity="speaking", queue=queue, last_narration=narration))

    def quiet(self, reason: QuietReason | None) -> None:
        """Show why the device is quiet, or with None that nothing keeps it from speaking."""
        self._change(replace(self._status, reason=reason))

    def _change(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._bus.status(status)
