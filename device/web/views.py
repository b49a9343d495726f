"""Values as they are shown over HTTP: never a path, never a hash."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Caption, Job, Record, Status


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


def caption_view(caption: Caption) -> Record:
    """What is being heard; times in seconds from the moment at which the caption appears, null where nobody knows."""
    cue = caption.cue
    return {
        "photo": caption.photo,
        "speaker": caption.speaker,
        "language": caption.language,
        "text": cue.text,
        "seconds": round(cue.end - cue.start, 3),
        "words": [
            {"text": word.text, "at": None if word.start is None else round(word.start - cue.start, 3)}
            for word in cue.words
        ],
    }
