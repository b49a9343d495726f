"""Drawings of a page: arrows point where heads point, close-ups stay inside the photo, bars are as long as scores."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pytest

from device.report.boxes import Marked, box_link
from device.report.drawing import close_up, pointing, scale
from tests import factories

BOX = (100, 100, 80, 100)
MIDDLE = (140, 150)


def tip(yaw: float, pitch: float) -> tuple[float, float]:
    drawn = pointing("head", BOX, {"yaw": yaw, "pitch": pitch, "roll": 0}, long_side=640)
    found = re.search(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)M', drawn)
    assert found, "no arrow"
    from_x, from_y, to_x, to_y = map(float, found.groups())
    assert (from_x, from_y) == MIDDLE
    return to_x - from_x, to_y - from_y


def test_an_arrow_points_where_the_head_points_for_the_viewer() -> None:
    assert tip(30, 0) == pytest.approx((50, 0), abs=0.1)
    assert tip(-30, 0) == pytest.approx((-50, 0), abs=0.1)
    assert tip(0, 30) == pytest.approx((0, -50), abs=0.1)
    across, down = tip(-40, -20)
    assert across < 0 < down


def test_a_head_that_points_at_the_viewer_is_a_ring_with_a_dot() -> None:
    drawn = pointing("head", BOX, {"yaw": 2, "pitch": -3, "roll": 10}, long_side=640)
    assert "L" not in drawn
    assert f"M{MIDDLE[0]}.0 {MIDDLE[1]}.0h0" in drawn


def test_the_arrow_of_a_tiny_face_in_a_large_photo_can_still_be_seen() -> None:
    drawn = pointing("head", (10, 10, 4, 4), {"yaw": 30, "pitch": 0, "roll": 0}, long_side=4000)
    assert "M12.0 12.0L112.0 12.0" in drawn


@pytest.mark.parametrize("box", [(-30, -30, 60, 60), (600, 440, 90, 90), (0, 0, 640, 480), (5, 5, 2000, 2000)])
def test_a_close_up_stays_inside_the_photo(box: tuple[float, float, float, float]) -> None:
    found = re.search(r'viewBox="([^"]+)"', close_up(box, width=640, height=480, over=None))
    assert found
    left, top, across, down = map(float, found[1].split())
    assert across == down > 0
    assert left >= 0
    assert top >= 0
    assert left + across <= 640
    assert top + down <= 480


@pytest.mark.parametrize("box", [(-30, -30, 60, 60), (600, 440, 90, 90), (-5, -5, 2000, 2000)])
def test_a_box_over_the_photo_ends_where_the_photo_ends(box: tuple[float, float, float, float]) -> None:
    marked = Marked(identity="face-1", box=box, label="1", name="Face 1", face=True)
    drawn = box_link(marked, width=640, height=480)
    left, top, across, down = (float(each) for each in re.findall(r":([\d.]+)%", drawn))
    assert min(left, top) >= 0
    assert max(left + across, top + down) <= 100.01


@pytest.mark.parametrize(
    ("score", "threshold", "bar", "line"),
    [(0.93, 0.9, "93.0", "90.0"), (0, 1, "0.0", "100.0"), (1.2, -0.5, "100.0", "0.0")],
)
def test_a_bar_is_as_long_as_the_score_and_the_line_is_at_the_threshold(
    score: float, threshold: float, bar: str, line: str
) -> None:
    drawn = scale(asdict(factories.claim(score=score, threshold=threshold)))
    assert f'width="{bar}"' in drawn
    assert f'class="needed" d="M{line} 0V14"' in drawn


def test_what_was_held_back_is_drawn_in_another_way() -> None:
    kinds: list[Any] = [re.search(r'class="scale (\w+)"', scale(asdict(factories.claim(said=each)))) for each in (1, 0)]
    assert [found[1] for found in kinds] == ["said", "held"]
