"""The page of voices in a real browser: everybody can be heard in every mood, and it asks for nothing."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from device.voice.personas import Personas
from scripts.pages.voices import SYNTHETIC, told
from tests.browser import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser import Shown

pytestmark = pytest.mark.slow

FILE = Path(__file__).parents[2] / "docs" / "voices.html"
PERSONAS = Personas.load()
CLIPS = [f"{persona}, {mood}: synthetic speech" for persona in PERSONAS.names for mood in PERSONAS.moods]

# Seconds and dB of full scale of each clip, decoded to its last sample.
DECODED = """Promise.all([...document.querySelectorAll('audio')].map(async each => {
    const bytes = Uint8Array.from(atob(each.src.split(',')[1]), letter => letter.charCodeAt(0));
    const sound = await new OfflineAudioContext(1, 1, 22050).decodeAudioData(bytes.buffer);
    const power = sound.getChannelData(0).reduce((sum, sample) => sum + sample * sample, 0);
    return [sound.duration, 10 * Math.log10(power / sound.length)];
}))"""
# How far a clip is once it has played for a while.
LISTENING = """() => { window.heard = new Promise(done => {
    const clip = document.activeElement;
    clip.addEventListener('timeupdate', () => clip.currentTime > 0.2 && done(clip.currentTime));
}) }"""


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    with opened(FILE) as shown:
        yield shown


@pytest.fixture
def page(shown: Shown) -> Page:
    return shown.page


def test_nothing_is_asked_for_and_nothing_complains(shown: Shown) -> None:
    assert shown.asked_elsewhere == []
    assert shown.complaints == []
    assert shown.page.locator("script").count() == 0


def test_every_persona_in_every_mood_has_a_clip_with_a_name(page: Page) -> None:
    names = [each.get_attribute("aria-label") for each in page.locator("audio").all()]
    assert names == CLIPS


def test_every_clip_is_decoded_is_loud_enough_and_lasts_a_few_seconds(page: Page) -> None:
    clips = page.evaluate(DECODED)
    assert len(clips) == len(CLIPS)
    assert all(2 < seconds < 6 for seconds, _ in clips)
    assert all(-26 < decibels < -14 for _, decibels in clips)


def test_a_clip_plays_when_it_is_reached_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == CLIPS[0]
    page.evaluate(LISTENING)
    page.keyboard.press("Space")
    assert page.evaluate("window.heard") > 0.2


def test_it_says_that_no_person_speaks(page: Page) -> None:
    assert "All of this is synthetic speech." in page.locator("header").inner_text()


def test_each_clip_says_so_too_wherever_it_is_found() -> None:
    clips = re.findall(r"data:audio/mpeg;base64,([^\"]+)", FILE.read_text(encoding="utf-8"))
    assert len(clips) == len(CLIPS)
    assert all(SYNTHETIC.encode("utf-16-le") in base64.b64decode(clip) for clip in clips)


def test_it_is_of_the_personas_and_moods_that_there_are(page: Page) -> None:
    text = page.locator("main").inner_text()
    for numbers in (*PERSONAS.personas.values(), *filter(None, PERSONAS.moods_by_name.values())):
        assert told(numbers) in text, "made of other numbers; make it again with: scripts/voices-page"


def test_it_is_small_enough_to_be_kept() -> None:
    assert FILE.stat().st_size < 700_000
