"""What was tuned is used on the board where it was measured, whole, and only where the configuration says nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from device.app import looking, tuning
from device.app.looking import choose, looking_at
from device.app.settings import VisionSettings
from device.app.tuner import Way, winner
from device.app.tuning import FILE, Board, Tuning, find, keep
from device.core.errors import UsageError
from tests.locations import registry

if TYPE_CHECKING:
    from pathlib import Path

BOARD = Board(processor="Raspberry Pi 5 Model B Rev 1.0 0x41 0xd0b", cores=4, runtime="litert 2.3.0")
COSTS = {"320": 10.0, "480": 20.0, "640": 40.0, "640, finer": 200.0, "640, finer, turned": 300.0}
TUNED = Tuning(board=BOARD, precision="float", threads=3, costs=COSTS)


def never(precision: str, threads: int) -> float:
    raise AssertionError(f"nothing is to be measured, was {precision} on {threads}")


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    keep(TUNED, tmp_path)
    assert find(tmp_path, BOARD).tuning == TUNED
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_a_newer_tuning_takes_the_place_of_the_old(tmp_path: Path) -> None:
    keep(TUNED, tmp_path)
    keep(replace(TUNED, threads=1), tmp_path)
    assert find(tmp_path, BOARD).tuning == replace(TUNED, threads=1)


def test_a_device_that_was_never_tuned_is_told_how(tmp_path: Path) -> None:
    kept = find(tmp_path, BOARD)
    assert (kept.tuning, kept.is_wrong) == (None, False)
    assert "voxframe doctor --tune" in kept.trouble


WHOLE = TUNED.as_json()
VALUES = json.loads(WHOLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        WHOLE[:50],
        "[]",
        "null",
        '"int8"',
        "{}",
        "\x00" * 200,
        json.dumps(VALUES | {"format": 0}),
        json.dumps(VALUES | {"precision": "double"}),
        json.dumps(VALUES | {"threads": 0}),
        json.dumps(VALUES | {"threads": 17}),
        json.dumps(VALUES | {"threads": "many"}),
        json.dumps(VALUES | {"board": {"processor": "x"}}),
        json.dumps(VALUES | {"costs": [1, 2]}),
        json.dumps(VALUES | {"costs": {"320": "fast"}}),
        json.dumps(VALUES | {"costs": {"320": 10.0}}),
        WHOLE.replace("300.0", "NaN"),
        WHOLE.replace("300.0", "-300.0"),
        WHOLE.replace("300.0", "0"),
        WHOLE.replace("300.0", "1" + "0" * 400),
        json.dumps(VALUES | {"threads": float("inf")}),
        json.dumps(VALUES | {"board": VALUES["board"] | {"cores": "4"}}),
        json.dumps(VALUES | {"board": VALUES["board"] | {"cores": None}}),
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_not_used_and_that_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    kept = find(tmp_path, BOARD)
    assert (kept.tuning, kept.is_wrong) == (None, True)
    assert "damaged" in kept.trouble
    assert "voxframe doctor --tune" in kept.trouble


def test_a_file_that_is_no_text_is_not_used(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    assert find(tmp_path, BOARD).is_wrong


@pytest.mark.parametrize(
    "other", [replace(BOARD, processor="Pi Zero"), replace(BOARD, cores=2), replace(BOARD, runtime="litert 3.0.0")]
)
def test_what_was_measured_on_another_board_or_runtime_is_not_used(tmp_path: Path, other: Board) -> None:
    keep(TUNED, tmp_path)
    kept = find(tmp_path, other)
    assert (kept.tuning, kept.is_wrong) == (None, True)
    assert str(BOARD) in kept.trouble


def test_a_folder_that_cannot_be_written_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        keep(TUNED, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_what_cannot_be_written_nor_removed_is_one_clear_line_too(tmp_path: Path) -> None:
    (tmp_path / f".{FILE}.part").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        keep(TUNED, tmp_path)


def test_a_useless_file_is_told_to_the_log_and_the_usual_way_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        way = looking_at(tmp_path, VisionSettings(), registry())
    assert (way.threads, way.plan_name) == (1, "640, finer, turned")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert FILE in caplog.text


def test_what_was_tuned_is_used() -> None:
    way = choose(VisionSettings(), TUNED, quickest_ms=never)
    assert (way.precision, way.threads, way.plan_name) == ("float", 3, "640, finer, turned")


def test_the_configuration_goes_before_what_was_tuned() -> None:
    assert choose(VisionSettings(threads=2), TUNED, quickest_ms=never).threads == 2


def test_a_budget_is_compared_with_what_was_measured() -> None:
    way = choose(VisionSettings(budget_ms=50), TUNED, quickest_ms=never)
    assert way.plan_name == "640"
    assert way.why == "40 ms at most, measured, fits into the budget of 50 ms"


@pytest.mark.parametrize("tuned", [None, TUNED])
def test_a_budget_is_compared_with_an_estimate_where_this_was_not_measured(tuned: Tuning | None) -> None:
    asked = []

    def quickest(precision: str, threads: int) -> float:
        asked.append((precision, threads))
        return 10.0

    way = choose(VisionSettings(threads=2, budget_ms=50), tuned, quickest_ms=quickest)
    assert way.plan_name == "640"
    assert "estimated" in way.why
    assert asked == [("float" if tuned else looking.usual_precision(), 2)]


def test_a_budget_that_nothing_keeps_is_said_to_be_broken() -> None:
    way = choose(VisionSettings(budget_ms=5), TUNED, quickest_ms=never)
    assert way.plan_name == "320"
    assert "beyond the budget" in way.why


def test_the_fastest_file_wins() -> None:
    assert winner({Way("int8", 1): 20.0, Way("float", 1): 15.0}) == Way("float", 1)


def test_a_thread_more_must_save_a_quarter() -> None:
    one = {Way("int8", 1): 100.0, Way("float", 1): 150.0}
    assert winner(one | {Way("int8", 2): 76.0}) == Way("int8", 1)
    assert winner(one | {Way("int8", 2): 74.0}) == Way("int8", 2)
    assert winner(one | {Way("int8", 2): 74.0, Way("int8", 3): 60.0}) == Way("int8", 2)
    assert winner(one | {Way("int8", 2): 80.0, Way("int8", 3): 50.0}) == Way("int8", 3)


def test_a_board_is_known_by_its_processor_and_not_by_what_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "cpuinfo"
    monkeypatch.setattr(tuning, "CPU_INFO", told)
    told.write_text("processor\t: 0\nBogoMIPS\t: 108.00\nCPU part\t: 0xd0b\n\nModel\t\t: Raspberry Pi 5\n")
    first = Board.here()
    told.write_text("processor\t: 0\nBogoMIPS\t: 54.00\nCPU part\t: 0xd0b\n\nModel\t\t: Raspberry Pi 5\n")
    assert Board.here() == first
    assert first.processor == "Raspberry Pi 5 0xd0b"
    told.write_text("CPU part\t: 0xd03\n\nModel\t\t: Raspberry Pi Zero 2 W\n")
    assert Board.here() != first
