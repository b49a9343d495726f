"""A budget of time gets the most thorough plan that keeps it."""

from __future__ import annotations

import pytest

from device.vision.plan import Plan
from device.vision.plans import PLANS, QUICKEST, THOROUGH, estimated, plan_for

COSTS = {"320": 10.0, "480": 20.0, "640": 40.0, "640, finer": 200.0, "640, finer, turned": 300.0}


@pytest.mark.parametrize(
    ("budget", "name"),
    [(10, "320"), (19.9, "320"), (20, "480"), (199, "640"), (200, "640, finer"), (1000, "640, finer, turned")],
)
def test_the_most_thorough_plan_that_fits_is_chosen(budget: float, name: str) -> None:
    assert plan_for(budget, COSTS) == name


def test_without_a_budget_the_thorough_plan_is_taken_whatever_it_costs() -> None:
    assert plan_for(0, COSTS) == plan_for(0, {}) == THOROUGH
    assert PLANS[THOROUGH] == Plan()


def test_a_budget_that_nothing_keeps_gets_the_quickest_plan() -> None:
    assert plan_for(9.9, COSTS) == QUICKEST == "320"


def test_a_plan_of_which_nothing_was_measured_is_not_chosen() -> None:
    assert plan_for(1000, {"320": 10.0, "640": 40.0}) == "640"


def test_an_odd_measurement_does_not_hide_a_better_plan_that_fits() -> None:
    assert plan_for(100, COSTS | {"640": 120.0, "640, finer": 90.0}) == "640, finer"


def test_plans_are_estimated_by_the_pixels_that_they_look_at_in_the_worst_case() -> None:
    costs = estimated(2.0)
    assert list(costs) == list(PLANS)
    assert costs["320"] == 2.0
    assert costs["480"] == pytest.approx(2.0 * 2.25)
    assert costs["640"] == pytest.approx(2.0 * 4)
    assert costs["640, finer"] == pytest.approx(2.0 * 4 * 5)
    assert costs["640, finer, turned"] == pytest.approx(2.0 * (4 * 5 * 2 * 2 + 4))
