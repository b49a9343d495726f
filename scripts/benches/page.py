"""What a moving face costs a page: JavaScript a frame, bytes, and how far its first frame is behind the first sound.

usage: python -m scripts.benches.page [PHOTO...]

In Chromium, each face of each photo in a turn of its own. JavaScript: all that runs for a frame, by the browser's own
clock, in steps of 0.1 ms; the mean is over all frames and so is finer. The browser here has no graphics card: what its
software draws behind the script is in the time between two frames, and not in that of the script. First frame: where
the clock of the sound is when the first one is drawn, and the time since the click. Bytes: of a face as it stands in
the page, and of the whole timeline.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests import stages
from tests.browser import opened
from tests.conftest import shared_folder
from tests.sight import GROUP, PORTRAIT
from tests.stages import ready, until

SHARED = ("mona_lisa_painting", "curies_lab", "obama_official", "award_two_women", "derived_apollo11_tilt25")
# Each frame's time in the script, and since the frame before; the first one with the clock of the sound.
WATCH = """window.frames_ = []; window.first = null; let clicked = 0, last = null;
addEventListener('click', () => clicked = performance.now(), true);
window.requestAnimationFrame = new Proxy(requestAnimationFrame, {apply: (ask, on, [work]) =>
    Reflect.apply(ask, on, [time => {
        const begun = performance.now();
        work(time);
        const audio = document.querySelector('audio');
        if (!String(work).includes('this.show') || audio.paused) return;
        first ??= [audio.currentTime * 1000, performance.now() - clicked];
        frames_.push([performance.now() - begun, last === null ? 0 : begun - last]);
        last = begun; }])});"""
FLAT = """HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {
    apply: (get, canvas, asked) => asked[0] === 'webgl' ? null : Reflect.apply(get, canvas, asked)});"""


def main(photos: list[Path]) -> int:
    """Print a row for each photo and way of drawing."""
    print(f"{'':26}{'drawn by':>9}{'frames':>7}{'mean':>7}{'median':>8}{'95 %':>7}{'between':>9}", end="")
    print(f"{'sound at 1st':>14}{'click':>7}{'bytes a face':>14}{'timeline':>10}")
    for path in photos:
        stage = stages.stage(path)
        if not stage.rigs:
            continue
        performance = stages.performed(stage, *stage.rigs)
        told, _ = stages.living(performance)
        seen = told.performance or {"faces": {}, "turns": []}
        faces = max(len(json.dumps(face)) for face in seen["faces"].values())
        turns = len(json.dumps(seen["turns"]))
        with tempfile.TemporaryDirectory() as folder:
            act = stages.act(Path(folder), performance)
            for name, scripts in (("webgl", []), ("2d", [FLAT])):
                print(f"{path.stem[:24]:26}{name:>9}{_row(act, [WATCH, *scripts])}{faces:>14}{turns:>10}", flush=True)
    return 0


def _row(act: stages.Act, scripts: list[str]) -> str:
    with opened(act.file) as shown:
        page = shown.page
        for script in scripts:
            page.add_init_script(script)
        page.reload()
        ready(page, act)
        page.locator("button.play").click()
        until(page, "document.querySelector('audio').ended")
        frames, (sound, click) = page.evaluate("[frames_, first]")
    spent, between = sorted(each[0] for each in frames), [each[1] for each in frames[1:]]
    return (
        f"{len(frames):>7}{statistics.mean(spent):>7.2f}{statistics.median(spent):>8.1f}"
        f"{spent[int(0.95 * len(spent))]:>7.1f}{statistics.median(between):>9.1f}{sound:>14.0f}{click:>7.0f}"
    )


if __name__ == "__main__":
    shared = [shared_folder() / "photos" / f"{name}.jpg" for name in SHARED]
    given = [Path(name) for name in sys.argv[1:]]
    sys.exit(main(given or [PORTRAIT, GROUP, *(path for path in shared if path.is_file())]))
