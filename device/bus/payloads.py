"""Values to JSON for the house: counts and text, never a picture, a path, a hash or a name."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Event, Record, Status

ONLINE, OFFLINE = "online", "offline"
_KEPT_OF_PHOTO = ("width", "height", "taken_at")


def state_payload(status: Status) -> str:
    """What the device is doing."""
    return _json(asdict(status))


def last_payload(record: Record) -> str:
    """What was made of the last photo; of the photo itself only what says nothing about where it came from."""
    photo = {key: record["photo"][key] for key in _KEPT_OF_PHOTO}
    faces = [{key: value for key, value in face.items() if key != "name"} for face in record["faces"]]
    return _json({**record, "photo": photo, "faces": faces})


def event_payload(event: Event) -> str:
    """What happened."""
    return _json({"event_type": event.event_type, **event.fields})


def _json(values: Record) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
