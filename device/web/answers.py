"""What is answered, and to which error what; plain values, so that no server is needed to make them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.core.errors import (
    AlreadyHereError,
    BadPhotoError,
    QueueFullError,
    StoreError,
    StoreFullError,
    VoxframeError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.core.errors import BadPhotoCode
    from device.core.types import Record

_log = logging.getLogger(__name__)

JOBS = "/api/v1/jobs"

QUEUE_FULL_SECONDS = 60
"""A photo is told in some ten seconds: after a minute there is room for a few."""

BUSY_SECONDS = 5
"""An upload takes a second or two."""

DISK_FULL_SECONDS = 300
"""Somebody has to make room."""

DISK_FAILS_SECONDS = 60
"""It may have been an instant; a card that is broken is not helped by being asked more often."""

_BAD_PHOTOS: dict[BadPhotoCode, tuple[int, str]] = {
    "missing": (400, "send the bytes of a photo"),
    "empty": (400, "send the bytes of a photo"),
    "broken": (400, "send it again"),
    "too_large": (413, "send a smaller one"),
    "unsupported": (415, "send it as JPEG, PNG, WebP or HEIC"),
    "refused": (415, "send another one"),
}


class CutOffError(VoxframeError):
    """What is being sent ends before it is whole, or is not built as it should be."""


class StalledError(VoxframeError):
    """Whoever sends has stopped sending, or sends so little that others wait for too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer over HTTP; `body` goes out as JSON."""

    status: int
    body: Record
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(
    status: int, code: str, message: str, *, retry_seconds: int | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """What is wrong, for a program and in one line for a person.

    Args:
        status: Of HTTP.
        code: One word for a program.
        message: What happened, and what to do.
        retry_seconds: When it is worth trying again.
        headers: More of them.
    """
    more = dict(headers or {})
    if retry_seconds is not None:
        more["Retry-After"] = str(retry_seconds)
    return Answer(status=status, body={"error": {"code": code, "message": message}}, headers=more)


def busy(message: str = "too many uploads at once; send it again later") -> Answer:
    """So many are served at this moment that one more would cost too much memory."""
    return refusal(503, "busy", message, retry_seconds=BUSY_SECONDS)


def answer_to(error: VoxframeError) -> Answer:
    """The answer to what went wrong; what only the owner of the disk may know goes to the log instead."""
    match error:
        case BadPhotoError():
            status, advice = _BAD_PHOTOS[error.code]
            answer = refusal(status, error.code, f"{error}; {advice}")
        case AlreadyHereError():
            where = {"Location": f"{JOBS}/{error.job}"}
            answer = refusal(409, "already_here", f"{error}; there is nothing to do", headers=where)
        case QueueFullError():
            answer = refusal(429, "queue_full", str(error), retry_seconds=QUEUE_FULL_SECONDS)
        case StoreFullError():
            _log.warning("a request was refused: %s", error)
            message = "the disk is full; make room, then send it again"
            answer = refusal(503, "disk_full", message, retry_seconds=DISK_FULL_SECONDS)
        case StoreError():
            _log.warning("a request was refused: %s", error)
            message = "the disk fails; check it, then send it again"
            answer = refusal(503, "disk_fails", message, retry_seconds=DISK_FAILS_SECONDS)
        case CutOffError():
            answer = refusal(400, "broken", str(error))
        case StalledError():
            answer = refusal(408, "stalled", str(error))
        case _:
            _log.error("a request failed: %s", error)
            answer = failed()
    return answer


def failed() -> Answer:
    """Nobody foresaw it."""
    return refusal(500, "failed", "it did not work; the log of the device says why")
