"""What the device is doing now, and why it is quiet; told to whoever asked to hear of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from device.core.types import QuietReason, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Activity

_GRAVEST_FIRST: tuple[QuietReason, ...] = get_args(QuietReason)


class StatusBoard:
    """The newest status, `starting` at first. For the loop alone."""

    def __init__(self) -> None:
        self._activity: Activity = "idle"
        self._paused = False
        self._regretting = False
        self._reasons: set[tuple[QuietReason, str]] = {("starting", "")}
        self._listeners: list[Callable[[Status], None]] = []
        self.status = Status(activity="idle", reason="starting", queue=0, last_narration=None)

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Tell it each status from now on, the present one first."""
        self._listeners.append(listener)
        listener(self.status)

    def show(self, activity: Activity) -> None:
        """Show what is being done."""
        self._activity = activity
        self._change(self.status)

    def speaking(self, text: str) -> None:
        """Show that this is being spoken."""
        self._activity = "speaking"
        self._change(replace(self.status, last_narration=text))

    def waiting(self, queue: int) -> None:
        """Show how many photos wait."""
        self._change(replace(self.status, queue=queue))

    def narration(self, text: str | None) -> None:
        """Show what was said last, or is being said."""
        self._change(replace(self.status, last_narration=text))

    def pause(self, *, paused: bool) -> None:
        """Show whether a person asked for silence."""
        self._paused = paused
        self._change(self.status)

    def regrets(self, *, holds: bool) -> None:
        """Show that a regret is being spoken, whatever else is done meanwhile."""
        self._regretting = holds
        self._change(self.status)

    def because(self, reason: QuietReason, *, holds: bool, says: str = "") -> None:
        """Show whether this keeps the device quiet; of several reasons the gravest is shown.

        Args:
            reason: What keeps it quiet.
            holds: Whether it does.
            says: Who says so, where several do: it holds as long as one of them says it.
        """
        if holds:
            self._reasons.add((reason, says))
        else:
            self._reasons.discard((reason, says))
        self._change(self.status)

    def _change(self, status: Status) -> None:
        activity = "paused" if self._paused and self._activity == "idle" else self._activity
        activity = "speaking" if self._regretting else activity
        reason = min((each for each, _ in self._reasons), key=_GRAVEST_FIRST.index, default=None)
        status = replace(status, activity=activity, reason=reason)
        if status != self.status:
            self.status = status
            for listener in self._listeners:
                listener(status)
