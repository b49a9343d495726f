"""What the docs say to be proven or unproven is what voxframe goes by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device.vision.proof import MEASURED, UNPROVEN

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "attributes.md").read_text(encoding="utf-8")
ROWS = {
    ("facing", "front"): "faces the viewer",
    ("facing", "left"): "turned to the left or right",
    ("facing", "right"): "turned to the left or right",
    ("facing", "up"): "a head that points up",
    ("facing", "down"): "a bowed head",
    ("eyes", "open"): "open eyes",
    ("eyes", "closed"): "closed eyes",
    ("lips", "open"): "lips apart",
    ("lips", "closed"): "closed lips",
    ("mouth_hidden", False): "the mouth is seen",
    ("mouth_hidden", True): "a hidden mouth",
    ("smiling", True): "smiles",
}


@pytest.mark.parametrize("attribute", sorted(MEASURED, key=str))
def test_the_page_gives_the_figures_under_the_right_heading(attribute: tuple[str, str | bool]) -> None:
    heading = "## Unproven" if attribute in UNPROVEN else "## Proven"
    section = PAGE.split(heading, 1)[1].split("\n## ", 1)[0]
    row = re.search(rf"^\| {re.escape(ROWS[attribute])} \| (\d+) \| (\d+) \|", section, re.MULTILINE)
    assert row, f"{ROWS[attribute]} is not under {heading}"
    assert (int(row[1]), int(row[2])) == (MEASURED[attribute].right, MEASURED[attribute].wrong)
