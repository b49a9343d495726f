"""What was rebuilt computes what was published, what was made smaller nearly the same: `scripts/bench conversions`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MINUTES = 20

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(MINUTES * 60)]


@pytest.fixture(scope="module")
def measured(shared: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.benches.conversions", "--json"],
        cwd=ROOT,
        env=os.environ | {"VOXFRAME_SHARED": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def figures(measured: dict[str, Any], what: str) -> dict[str, float]:
    """The figures of one comparison; the test is skipped where its source cannot be had."""
    found = [each["values"] for each in measured["figures"] if each["what"] == what]
    if not found:
        pytest.skip(f"absent: {'; '.join(measured['absent'])}")
    values: dict[str, float] = found[0]
    return values


@pytest.mark.parametrize(
    ("what", "scores", "boxes"),
    [
        ("Face detector, float against ONNX", "scores", "box offsets, tenths of a prior"),
        ("Things, float against JavaScript", "scores", "box offsets, tenths of an anchor"),
        ("Expression, seven classes, float against JavaScript", "probabilities", None),
        ("Pose, float against JavaScript", "scores", "joints, sides"),
    ],
)
def test_a_rebuilt_network_computes_what_was_published(
    measured: dict[str, Any], what: str, scores: str, boxes: str | None
) -> None:
    values = figures(measured, what)
    assert values[f"{scores}: largest"] < 2e-5
    if boxes:
        assert values[f"{boxes}: largest"] < 5e-4


def test_folding_the_mean_into_the_face_detector_moves_no_score_that_counts(measured: dict[str, Any]) -> None:
    values = figures(measured, "Face detector, float against ONNX")
    assert values["mean folded, scores: largest"] < 0.05
    assert values["mean folded, scores: mean"] < 1e-4


@pytest.mark.parametrize(
    ("what", "most_lonely", "largest", "mean"),
    [("Face detector, int8 against float", 0, 0.2, 0.01), ("Things, int8 against float", 3, 0.2, 0.04)],
)
def test_int8_sees_what_float_sees(
    measured: dict[str, Any], what: str, most_lonely: int, largest: float, mean: float
) -> None:
    values = figures(measured, what)
    assert values["seen by both"] >= 60
    assert values["seen by int8 only"] + values["seen by float only"] <= most_lonely
    assert values["scores: largest"] < largest
    assert values["scores: mean"] < mean
    assert values["overlap: smallest"] > 0.8
    assert values["overlap: mean"] > 0.95


def test_two_classes_say_of_a_smile_what_seven_said(measured: dict[str, Any]) -> None:
    values = figures(measured, "Smile, two classes against seven, both float")
    assert values["probability: largest"] < 0.2
    assert values["probability: mean"] < 0.02


def test_fp16_says_of_a_smile_what_float_says(measured: dict[str, Any]) -> None:
    values = figures(measured, "Smile, two classes, fp16 against float")
    assert values["probability: largest"] < 0.005


def test_fp16_finds_joints_where_float_does(measured: dict[str, Any]) -> None:
    values = figures(measured, "Pose, fp16 against float")
    assert values["joints, sides: largest"] < 1e-5
    assert values["scores: largest"] < 1e-5
