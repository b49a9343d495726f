"""No broker: what would be told to the house goes to the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Event, Record, Status

_log = logging.getLogger(__name__)


class LogBus:
    """Tells the log."""

    def start(self) -> None:
        """Say that there is no broker."""
        _log.info("no broker is set ([mqtt] host); status goes to this log")

    def status(self, status: Status) -> None:
        """Log what the device is doing."""
        _log.info("%s%s", status.activity, f" ({status.reason})" if status.reason else "")

    def last(self, record: Record) -> None:
        """The narration is logged where it is made; nothing more is needed."""

    def event(self, event: Event) -> None:
        """Log what happened."""
        _log.info("event: %s", event.event_type)

    def stop(self) -> None:
        """Nothing is held."""
