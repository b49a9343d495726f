"""The page that scripts/demo ends with, in a real browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from device.app import demo
from tests.browser import opened
from tests.locations import voice
from tests.stages import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_the_painting_and_the_dead_speak_and_move_and_nobody_alive_does(tmp_path: Path) -> None:
    voice()
    assert demo.main(tmp_path, []) == 0
    with opened(tmp_path / "index.html") as shown:
        page = shown.page
        captions = page.locator("figcaption").all_inner_texts()
        moving = [
            set(json.loads(told)["performance"]["faces"]) for told in page.locator("script.told").all_text_contents()
        ]
        assert {credit.split()[1]: faces for credit, faces in zip(captions, moving, strict=True)} == {
            "Leonardo": {"0"},
            "Marie": {"0"},  # Pierre is seen from the side, and only heard
            "Grace": set(),
            "The": set(),
        }
        for number in range(2):
            page.locator("button.play").nth(number).click()
            until(page, f"document.querySelectorAll('audio')[{number}].currentTime > 0.5")
            until(page, f"document.querySelectorAll('.captions')[{number}].innerText.includes('Imagine')")
        page.locator("button.play").nth(1).click()
        assert [each for each in shown.complaints if "GPU stall" not in each] == []
        assert shown.asked_elsewhere == []
