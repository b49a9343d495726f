"""A power cut at any moment: what is then on the disk opens, and has every photo that was said to be safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.powercut import replay
from tests.faults.recording import record

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 13


def test_a_power_cut_at_any_moment_loses_no_photo_that_was_acknowledged(tmp_path: Path) -> None:
    recording = record(tmp_path, each=18, seed=SEED)
    assert recording.acknowledged >= 50
    verdict = replay(recording, seed=SEED, every=5, some=2)
    print(*verdict.lines(), sep="\n")
    assert verdict.trouble == {}
    assert verdict.acts["acknowledgement"] >= 50
    assert verdict.acts["speech"] >= 50


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("photos are not synced", "an acknowledged photo is damaged"),
        ("folders are not synced", "an acknowledged photo has no file"),
        ("jobs are not synced", "an acknowledged photo has no job"),
        ("speeches are not noted", "what was heard is going to be heard again"),
    ],
)
def test_what_is_forgotten_is_found(tmp_path: Path, plant: str, found: str) -> None:
    recording = record(tmp_path, each=3, seed=SEED, plant=plant)
    verdict = replay(recording, seed=SEED, every=1000, some=1)
    assert verdict.trouble[found] > 0
