"""A daemon that is killed at any moment while photos come in: none is lost, none is described or spoken twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.storm import storm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.report import Report

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 13

POINTS = (
    "a photo is synced and has no name",
    "a photo is kept and has no job",
    "a job is there and nobody knows",
    "a photo from the broker is safe and not acknowledged",
    "a photo is taken in and its file is there",
    "a speech is begun on paper and not heard",
    "a job is done and its photo is there",
    "a notice is with the house and in the outbox",
)


def audit(report: Report) -> None:
    print(*report.lines(), sep="\n")
    assert report.lost == []
    assert report.twice == 0
    assert report.trouble == []
    assert min(report.brought.values()) > 0


def test_twenty_kills_at_some_moment_lose_no_photo_and_repeat_none(tmp_path: Path) -> None:
    report = storm(tmp_path, [None] * 20, seed=SEED)
    audit(report)
    assert report.kills == 20


def test_a_kill_at_each_named_point_loses_no_photo_and_repeats_none(tmp_path: Path) -> None:
    report = storm(tmp_path, POINTS, seed=SEED)
    audit(report)
    # What was begun on paper is not begun again, also where it is set aside: nobody can know how much was heard.
    assert report.unheard >= 1


def test_an_answer_before_the_job_is_stored_would_be_found(tmp_path: Path) -> None:
    assert storm(tmp_path, [None] * 20, seed=SEED, plant="jobs are stored later").lost
