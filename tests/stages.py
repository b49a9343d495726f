"""Photos that speak on a page, as a browser shows them."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from device.core.types import Box, Cue, CueWord, Described, Mark
from device.living.export import exported
from device.living.performance import Heard, Stage, perform
from device.living.rig import rig_of
from device.living.stamp import stamp_of
from device.pipeline.record import record_of
from device.report.living import Living, Stamped
from device.report.page import Entry, render_page
from device.report.picture import encode_png
from device.text.texts import Texts
from tests import factories
from tests.faces import faces_of, rigs_of
from tests.sight import full_size, seen

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from device.core.types import Rgb, Speaker
    from device.living.performance import Performance
    from device.living.stamp import Stamp

RATE = 16_000
SOUNDS = ("m", "a", "b", "o", "f", "i", "p", "a", "w", "ʌ")
TURN, PAUSE = 1.2, 0.4
MARK = "imagined voice and movement"

# The photo as large as it is, at the corner of the window, and nothing over it but what moves.
BARE = """.photo { position: fixed !important; left: 0; top: 0; z-index: 9; }
.photo, .photo img { width: auto !important; max-width: none !important; border-radius: 0 !important; }
.photo canvas { border-radius: 0 !important; }
.photo svg, .photo .number { display: none !important; }"""
_SEEK = """async time => {
    const audio = document.querySelector('audio');
    if (audio.readyState < 1) await new Promise(done => audio.addEventListener('loadedmetadata', done));
    const there = new Promise(done => audio.addEventListener('seeked', done, {once: true}));
    audio.currentTime = time;
    await there;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return audio.currentTime;
}"""


@dataclass(frozen=True)
class Act:
    """A performance and its page."""

    performance: Performance
    file: Path
    stamp: Stamp

    @property
    def size(self) -> tuple[int, int]:
        high, wide = self.performance.stage.photo.shape[:2]
        return wide, high


@cache
def stage(path: Path, still: tuple[int, ...] = ()) -> Stage:
    """A photo whose faces all move but for some."""
    rigs = rigs_of(path)
    boxes = tuple(Box(x=left, y=top, width=right - left, height=low - top) for left, top, right, low in map(_box, rigs))
    moving = {number: rig for number, rig in enumerate(rigs) if number not in still}
    return Stage(photo=seen(path)[1].rgb, faces=boxes, rigs=moving)


def enlarged(path: Path, *, high: int) -> Stage:
    """The first face of a photo alone, so large that its box is so many pixels high."""
    pixels, mesh = faces_of(path)[0]
    left, top, right, bottom = rigs_of(path)[0].box
    factor = high / (bottom - top)
    face = np.asarray(cv2.resize(pixels.rgb[top:bottom, left:right], None, fx=factor, fy=factor), np.uint8)
    points = (mesh.points - np.array([left, top, 0], np.float32)) * factor
    rig = rig_of(full_size(face), replace(mesh, points=points.astype(np.float32)))
    return Stage(photo=face, faces=(Box(x=0, y=0, width=face.shape[1], height=high),), rigs={0: rig})


def heard(turns: int, *, sounds: tuple[str, ...] = SOUNDS) -> Heard:
    """Some louder and some softer, with a pause behind each."""
    marks = {}
    for number in range(turns):
        first, step = round(number * (TURN + PAUSE) * RATE), round(TURN * RATE / len(sounds))
        marks[number] = tuple(
            Mark(kind="phoneme", text=sound, first=first + at * step, end=first + (at + 1) * step)
            for at, sound in enumerate(sounds)
        )
    swell = np.abs(np.sin(np.arange(round(turns * (TURN + PAUSE) * RATE)) / RATE * 5)) * 9000
    return Heard(pcm=swell.astype(np.int16), sample_rate=RATE, marks=marks)


def performed(stage: Stage, *speakers: Speaker, lit: tuple[int, ...] = (), seed: int = 3) -> Performance:
    because = tuple(factories.claim(f"face {number}", "place", "left") for number in lit)
    narration = [factories.utterance("ma", speaker=each, because=because) for each in speakers]
    return perform(stage, narration, heard(len(speakers)), seed=seed)


def cues(performance: Performance) -> tuple[Cue, ...]:
    """Two words a turn."""
    return tuple(
        Cue(
            lines=((CueWord(text="first", start=turn.start), CueWord(text=f"<b>{at}", start=turn.start + TURN / 2)),),
            start=turn.start,
            end=turn.end,
            speaker=f"Face {at}",
        )
        for at, turn in enumerate(performance.turns)
    )


def living(performance: Performance) -> tuple[Living, Stamp]:
    """How it is told to a page; the sound is silent."""
    high, wide = performance.stage.photo.shape[:2]
    stamp = stamp_of(MARK, wide, high)
    return Living(
        wav=silence(performance.seconds),
        language="en",
        cues=cues(performance),
        performance=exported(performance),
        stamp=Stamped(png=encode_png(stamp.patch), left=stamp.left, top=stamp.top),
    ), stamp


def act(folder: Path, performance: Performance, *more: Performance) -> Act:
    """The page, with the photos as they are: a JPEG would add what it changes."""
    entries = []
    for each in (performance, *more):
        told, _ = living(each)
        high, wide = each.stage.photo.shape[:2]
        described = Described(
            photo=factories.photo(width=wide, height=high),
            scene=factories.scene(),
            narration=(factories.utterance("Hello."),),
        )
        entries.append(
            Entry(title="A photo", record=record_of(described), jpeg=encode_png(each.stage.photo), living=told)
        )
    file = folder / "index.html"
    file.write_text(render_page(entries, Texts("en")), encoding="utf-8")
    return Act(performance, file, living(performance)[1])


def bare(page: Page, act: Act) -> None:
    """Show the photo alone, a pixel a pixel."""
    wide, high = act.size
    page.set_viewport_size({"width": wide, "height": max(high, 300)})
    page.add_style_tag(content=BARE)
    ready(page, act)


def ready(page: Page, act: Act) -> None:
    until(page, f"document.querySelector('canvas.moving').width === {act.size[0]}")


def until(page: Page, condition: str) -> None:
    """Wait for it; wait_for_function asks the page to evaluate text, which its policy forbids."""
    page.evaluate(
        f"""async () => {{ const patience = performance.now() + 30_000;
        while (!({condition})) {{
            if (performance.now() > patience) throw new Error('waited in vain for ' + {condition!r});
            await new Promise(requestAnimationFrame); }} }}"""
    )


def seek(page: Page, seconds: float) -> float:
    """Go to a moment of the sound; returns where it is."""
    return float(page.evaluate(_SEEK, seconds))


def shot(page: Page, act: Act) -> Rgb:
    """What is seen."""
    wide, high = act.size
    png = page.screenshot(clip={"x": 0, "y": 0, "width": wide, "height": high})
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def silence(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(bytes(2 * round(seconds * RATE)))
    return file.getvalue()


def speaking(rig: Any, **changes: Any) -> Any:
    """The rig with another mobility."""
    return replace(rig, mobility=replace(rig.mobility, **changes))


def _box(rig: Any) -> tuple[int, int, int, int]:
    left, top, right, bottom = rig.box
    return left, top, right, bottom
