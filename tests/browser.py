"""A page in a real browser."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page


@dataclass(frozen=True)
class Shown:
    """The page in the browser, what the browser complained of, and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def asked_elsewhere(self) -> list[str]:
        """Addresses beside the page itself."""
        return [address for address in self.asked[1:] if not address.startswith("data:")]


@contextmanager
def opened(file: Path) -> Iterator[Shown]:
    """The page in Chromium; the test is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        shown = Shown(browser.new_page(viewport={"width": 1200, "height": 900}))
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("request", lambda request: shown.asked.append(request.url))
        shown.page.goto(file.as_uri())
        yield shown
        browser.close()
