"""A picture of the page that `voxframe explain` writes: `python -m scripts.pages.explain FILE.jpg`.

The page is made by the command that anybody uses; one sentence is pointed at, so that what it rests on is lit.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from device.app.shipped import PHOTOS

PHOTO = PHOTOS / "apollo11_crew.jpg"
SENTENCE = "#sentence-3 .sentence"
WIDTH, HEIGHT = 1180, 1360


def main(file: Path) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        subprocess.run(["voxframe", "explain", PHOTO, "--output", page_file], check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(page_file.as_uri())
        page.locator(SENTENCE).hover()
        page.screenshot(path=file, type="jpeg", quality=82)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
