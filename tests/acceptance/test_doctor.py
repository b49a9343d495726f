"""`voxframe doctor`: it tells how this device looks, measures what takes memory, and tunes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from device.app.memory_parts import LIMIT_MEGABYTES, parts
from device.app.settings import Settings
from device.app.shipped import PHOTOS
from device.app.tuning import FILE, Board, find
from device.app.wiring import Wiring
from device.vision.plans import PLANS
from tests.command import records, voxframe

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_memory_is_told_for_each_model_and_for_all_that_looks(tmp_path: Path) -> None:
    done = voxframe("doctor", "--memory", environment={"VOXFRAME_STATE": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    told = {name: (float(resident), float(private)) for name, resident, private in re.findall(ROW, done.stdout)}
    wiring = Wiring(Settings())
    names = parts(wiring.registry(), wiring.looking())
    assert {"face-detector-int8 640x640", "face-mesh", "thing-detector-int8", "voice"} <= set(names)
    for name in names:
        resident, private = told[f"+ {name}"]
        assert resident >= private > 1
    # Of a prepared voice most is mapped from its file, and not private.
    assert told["+ voice"][0] > 50
    faces, whole = told["looking at faces"], told["all that looks"]
    assert told["Python and its libraries"][0] < faces[0] < min(whole[0], LIMIT_MEGABYTES)


ROW = re.compile(r"^ {8}(\S.*?) +([\d.]+) +([\d.]+)$", re.MULTILINE)


def test_memory_says_which_model_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    done = voxframe("doctor", "--memory", environment={"VOXFRAME_MODELS": str(tmp_path)})
    assert done.returncode == 4
    assert "voxframe models fetch" in done.stderr
    assert re.search(r"\+ face-mesh +.* is missing", done.stdout)
    assert re.search(r"\+ face-detector-int8 640x640 +\d", done.stdout)


def test_a_tuned_device_looks_as_was_found_best_and_says_so(tmp_path: Path) -> None:
    state = {"VOXFRAME_STATE": str(tmp_path / "state")}
    before = voxframe("doctor", environment=state)
    assert "not tuned; measure with: voxframe doctor --tune" in before.stdout
    tuned = voxframe("doctor", "--tune", environment=state)
    assert (tuned.returncode, tuned.stderr) == (0, "")
    kept = find(tmp_path / "state", Board.here()).tuning
    assert kept is not None
    threads = "1 thread" if kept.threads == 1 else f"{kept.threads} threads"
    assert re.search(rf"^ +\* {kept.precision}, {threads} +[\d.]+ +[\d.]+$", tuned.stdout, re.MULTILINE)
    for name in PLANS:
        assert re.search(rf"^ +\*? {re.escape(name)} +[\d.]+ +[\d.]+$", tuned.stdout, re.MULTILINE)
    after = voxframe("doctor", environment=state)
    assert f"look    {kept.precision}, {threads}, plan" in after.stdout
    assert "made on this board, and in use" in after.stdout


def test_a_device_with_a_budget_looks_less_thoroughly_and_describes_all_the_same(tmp_path: Path) -> None:
    config = tmp_path / "voxframe.toml"
    config.write_text("[vision]\nbudget_ms = 0.001\n", encoding="utf-8")
    state = {"VOXFRAME_STATE": str(tmp_path / "state")}
    told = voxframe("doctor", "--config", config, environment=state).stdout
    assert re.search(r"plan '320': \d+ ms at most, estimated, is the quickest, and beyond the budget", told)
    done = voxframe("describe", "--json", "--config", config, PHOTOS / "apollo11_crew.jpg", environment=state)
    assert len(records(done)[0]["faces"]) == 3


def test_a_damaged_tuning_costs_a_warning_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"format": 1', encoding="utf-8")
    state = {"VOXFRAME_STATE": str(tmp_path)}
    done = voxframe("describe", "--json", PHOTOS / "apollo11_crew.jpg", environment=state)
    assert done.returncode == 0
    assert len(records(done)[0]["faces"]) == 3
    assert FILE in done.stderr
    assert "voxframe doctor --tune" in done.stderr
