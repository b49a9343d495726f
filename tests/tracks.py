"""Captions as Chromium reads them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.browser import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

# A time in a cue is a processing instruction in its fragment; whom a voice span names is told by the span's title.
_READ = """async text => {
    const track = document.createElement('track'), video = document.createElement('video');
    video.append(track);
    document.body.append(video);
    const read = new Promise((done, failed) => { track.onload = done; track.onerror = () => failed('no WebVTT'); });
    track.src = URL.createObjectURL(new Blob([text], {type: 'text/vtt'}));
    track.track.mode = 'hidden';
    await read;
    const cues = [...track.track.cues].map(cue => {
        const parts = [];
        const walk = node => {
            if (node.nodeType === Node.PROCESSING_INSTRUCTION_NODE) parts.push([node.data, '']);
            if (node.nodeType === Node.TEXT_NODE) parts.push(['', node.data]);
            node.childNodes.forEach(walk);
        };
        const html = cue.getCueAsHTML();
        walk(html);
        const span = html.querySelector('span');
        return [cue.startTime, cue.endTime, parts, span && span.title];
    });
    video.remove();
    return cues;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCue:
    """What a player shows: its text, the words with the time before each, if any, and who says it."""

    start: float
    end: float
    text: str
    words: tuple[tuple[str, float | None], ...]
    speaker: str | None


class Tracks:
    """Reads files as the <track> of a video."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def cues(self, vtt: str) -> list[ShownCue]:
        return [_shown(*each) for each in self._page.evaluate(_READ, vtt)]


@contextmanager
def tracks() -> Iterator[Tracks]:
    """The test is skipped where there is no Chromium."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text("<!doctype html><title>captions</title>")
        with opened(page) as shown:
            yield Tracks(shown.page)


def _shown(start: float, end: float, parts: list[tuple[str, str]], speaker: str | None) -> ShownCue:
    words: list[tuple[str, float | None]] = []
    time: float | None = None
    for stamp, text in parts:
        if stamp:
            time = _seconds(stamp)
        for word in text.split():
            words.append((word, time))
            time = None
    return ShownCue(start=start, end=end, text="".join(text for _, text in parts), words=tuple(words), speaker=speaker)


def _seconds(stamp: str) -> float:
    hours, minutes, seconds = stamp.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
