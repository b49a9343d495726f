"""Values to JSON for the house: counts and text, never a picture, a path, a hash or a name."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from device.core.types import Last

if TYPE_CHECKING:
    from device.core.types import Posted, Record, Status

ONLINE, OFFLINE = b"online", b"offline"


def state_payload(status: Status) -> bytes:
    """What the device is doing."""
    return _json(asdict(status))


def notice_payload(posted: Posted) -> bytes:
    """A notice; an event carries the id by which whoever hears it twice can tell."""
    if isinstance(posted.notice, Last):
        return _json(posted.notice.record)
    return _json({"event_type": posted.notice.event_type, **posted.notice.fields, "id": posted.id})


def _json(values: Record) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
