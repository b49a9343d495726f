"""A daemon that works for long takes no more memory, leaves no file behind, and keeps none open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.benches.observed import QUICK
from scripts.benches.throughput import GROWTH_MEGABYTES, put_through
from tests.faults.photos import chance, small_photo

if TYPE_CHECKING:
    from scripts.benches.throughput import Report
    from tests.faults.photos import SmallPhoto

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PHOTOS = 300
MOST_BYTES = 200_000
"""Large enough that who kept each photo would be found out after three hundred."""

AT_ONCE = 10
"""So many files and sockets may be open for a moment: uploads, the inbox, photos that are written and read."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What became of three hundred photos that came by all ways."""
    report = put_through(tmp_path_factory.mktemp("endurance"), QUICK, count=PHOTOS, make=_photo)
    print(*report.lines(), sep="\n")
    return report


def _photo(number: int) -> SmallPhoto:
    return small_photo(f"endurance {number:06d}", chance(number, "endurance"), most_bytes=MOST_BYTES)


def test_every_photo_is_described(report: Report) -> None:
    assert report.failed == 0


def test_memory_does_not_grow_with_the_photos(report: Report) -> None:
    assert report.end.pss - report.warm.pss < GROWTH_MEGABYTES * 1_000_000


def test_no_file_is_left_behind(report: Report) -> None:
    assert report.left == ()


def test_no_descriptor_is_left_open(report: Report) -> None:
    # The connection of the last upload may be about to close.
    assert report.end.descriptors <= report.warm.descriptors + 1
    assert report.most_descriptors <= report.warm.descriptors + AT_ONCE
