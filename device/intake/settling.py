"""Which files of a watched folder have stopped changing, and when it is worth looking again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from device.core.types import FoundFile

LONGEST_BUSY_SECONDS = 60.0
BUSY_SHARE = 0.25
"""A file that has been written for so long is asked about again after this share of it."""

Verdict: TypeAlias = Literal["open", "refused", "taken"]


@dataclass(slots=True, kw_only=True)
class Entry:
    """What is known of one file.

    Attributes:
        found: How it looked last.
        scan: The number of the scan that saw it first.
        since: When it was first seen as it looks now; seconds, as all times here.
        restless_since: When its changing began.
        verdict: open: it is to be taken; refused: never as it is; taken: it is safe and only its removal failed.
        not_before: When it may be tried again.
        busy_until: When to ask again whether it is still being written; None where it was not when last asked.
        whole: Whether it had stopped changing when it was last tried.
        told: Whether it was said that it does not stop.
        unreadable: Whether it was said that it cannot be read.
        troubles: How often it was this file at which the store failed.
    """

    found: FoundFile
    scan: int
    since: float
    restless_since: float
    verdict: Verdict = "open"
    not_before: float = 0.0
    busy_until: float | None = None
    whole: bool = False
    told: bool = False
    unreadable: bool = False
    troubles: int = 0

    def changed(self, found: FoundFile, now: float) -> None:
        """It looks different from before."""
        self._restless(now)
        self.found, self.since, self.not_before = found, now, 0.0

    def being_written(self, now: float, settle_seconds: float) -> None:
        """Somebody has it open for writing."""
        self._restless(now)
        age = now - self.restless_since
        self.busy_until = now + min(max(age * BUSY_SHARE, settle_seconds), LONGEST_BUSY_SECONDS)

    def stopped(self) -> None:
        """Nobody writes it any more."""
        self.busy_until, self.whole, self.told = None, True, False

    def _restless(self, now: float) -> None:
        if self.whole:
            self.restless_since, self.whole = now, False


class Settling:
    """The files of a folder from scan to scan; it holds no more of them than there are.

    Args:
        settle_seconds: How long a file must look the same.
        never_seconds: How long it may go on changing until that is said.
    """

    def __init__(self, *, settle_seconds: float, never_seconds: float) -> None:
        self.settle_seconds = settle_seconds
        self._never_seconds = never_seconds
        self._entries: dict[Path, Entry] = {}
        self._scans = 0

    def scan(self, found: Iterable[FoundFile], now: float) -> None:
        """This is what there is; what is not among it is forgotten."""
        self._scans += 1
        self._entries = {file.path: self._entry(file, now) for file in found}

    def ready(self, now: float) -> list[Entry]:
        """What may be taken: first seen first, and of one scan in the order of names; troublesome ones last."""
        ready = [
            entry
            for entry in self._entries.values()
            if entry.verdict == "open" and entry.found.size_bytes and now >= self._settled_at(entry)
        ]
        return sorted(ready, key=lambda entry: (entry.troubles, entry.scan, entry.found.path))

    def to_remove(self) -> list[Entry]:
        """What is safe and still lies there."""
        return [entry for entry in self._entries.values() if entry.verdict == "taken"]

    def endless(self, now: float) -> list[Entry]:
        """What has been empty or changing for too long; each is named once, until it stops."""
        endless = [entry for entry in self._entries.values() if self._is_endless(entry, now)]
        for entry in endless:
            entry.told = True
        return endless

    def due(self) -> float:
        """When the next file could be ready, infinity where none can without a change."""
        return min((self._due(entry) for entry in self._entries.values()), default=math.inf)

    def forget(self, entry: Entry) -> None:
        """Its file is gone."""
        self._entries.pop(entry.found.path, None)

    def _entry(self, file: FoundFile, now: float) -> Entry:
        entry = self._entries.get(file.path)
        if entry and entry.found == file:
            return entry
        if entry and entry.verdict == "open":
            entry.changed(file, now)
            return entry
        return Entry(found=file, scan=self._scans, since=now, restless_since=now)

    def _settled_at(self, entry: Entry) -> float:
        return max(entry.since + self.settle_seconds, entry.not_before)

    def _is_endless(self, entry: Entry, now: float) -> bool:
        if entry.told or entry.whole or entry.verdict != "open":
            return False
        stopped = entry.found.size_bytes and entry.busy_until is None and now >= self._settled_at(entry)
        return not stopped and now - entry.restless_since >= self._never_seconds

    def _due(self, entry: Entry) -> float:
        if entry.verdict != "open" or entry.told or not entry.found.size_bytes:
            return math.inf
        return self._settled_at(entry) if entry.busy_until is None else entry.busy_until
