"""The one door for a new photo."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.ports import JobStore, PhotoStore
    from device.core.types import Captured, Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Takes photos in; whoever brings one may forget it once `photo` has returned."""

    photos: PhotoStore
    jobs: JobStore

    def photo(self, captured: Captured) -> Job:
        """Put the photo and its job on disk, in this order, so that a power cut leaves no job without its photo."""
        sha256 = hashlib.sha256(captured.data).hexdigest()
        path = self.photos.keep(captured.data, sha256)
        return self.jobs.add(path=path, name=captured.name, sha256=sha256)
