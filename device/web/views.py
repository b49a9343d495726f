"""Values as they are shown over HTTP: never a path, never a hash."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Job, Record, Status


def job_view(job: Job) -> Record:
    """A job, for whoever sent its photo; `described` is null until it was described."""
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "attempts": job.attempts,
        "reason": job.told_reason,
        "source": job.source,
        "described": job.record,
    }


def status_view(status: Status) -> Record:
    """What the device is doing, as it is said over MQTT."""
    return asdict(status)
