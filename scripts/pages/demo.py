"""A picture of the page that `scripts/demo` writes: `python -m scripts.pages.demo FILE.jpg`.

Its first photo speaks, and is caught in the middle of a word.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from device.app import demo
from tests.stages import until

WIDTH, HEIGHT = 1180, 1180
MOMENT = 1.95
"""Seconds into the speech, where the mouth is open."""


def main(file: Path) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo.main(Path(folder), [])
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((Path(folder) / "index.html").as_uri())
        page.locator("button.play").first.click()
        until(page, f"document.querySelector('audio').currentTime >= {MOMENT}")
        page.screenshot(path=file, type="jpeg", quality=82)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
