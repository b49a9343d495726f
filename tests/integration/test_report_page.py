"""The page in a real browser: it asks for nothing, shows its boxes where the faces are, and plays its sound."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.core.errors import BadPhotoError
from device.core.types import Box, Described
from device.pipeline.record import claim_values, record_of, record_of_error
from device.report.page import Entry, render_page
from device.report.picture import encode_jpeg
from device.text.texts import Texts
from tests import factories
from tests.browser import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser import Shown

pytestmark = pytest.mark.slow

EVIL = "</p><script>document.title='pwned'</script><img src=http://192.0.2.1/x>"


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(22050)
        writer.writeframes(bytes(22050))
    return file.getvalue()


def entries() -> list[Entry]:
    held_back = factories.claim("face 0", "smiling", value=1, said=False, why=f"unsure {EVIL}")
    described = Described(
        photo=factories.photo(width=640, height=480),
        scene=factories.scene(factories.face(box=Box(x=160, y=120, width=320, height=240))),
        narration=(factories.utterance(f"I see one face. {EVIL}", because=(factories.claim(),)),),
    )
    photo = np.full((480, 640, 3), 128, np.uint8)
    return [
        Entry(
            title=f"A photo {EVIL}",
            credit=EVIL,
            record=record_of(described),
            jpeg=encode_jpeg(photo, long_side=640),
            held_back=[claim_values(held_back)],
            wav=sound(),
        ),
        Entry(
            title="Not one",
            record=record_of_error(factories.photo().path, BadPhotoError("broken", f"it is broken {EVIL}")),
        ),
    ]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    file: Path = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(render_page(entries(), Texts("en")), encoding="utf-8")
    with opened(file) as shown:
        yield shown


@pytest.fixture
def page(shown: Shown) -> Page:
    return shown.page


def test_nothing_is_asked_for_and_nothing_complains(shown: Shown) -> None:
    assert shown.asked_elsewhere == []
    assert shown.complaints == []


def test_what_comes_from_outside_is_only_text(page: Page) -> None:
    assert page.title() == "What voxframe saw"
    assert page.locator("script").count() == 0
    assert page.locator("img").count() == 1


def test_the_box_lies_over_the_face(page: Page) -> None:
    photo, box = (_rectangle(page, selector) for selector in (".photo img", ".photo rect.over"))
    assert box["x"] - photo["x"] == pytest.approx(photo["width"] / 4, abs=3)
    assert box["y"] - photo["y"] == pytest.approx(photo["height"] / 4, abs=3)
    assert box["width"] == pytest.approx(photo["width"] / 2, abs=5)


def test_the_sound_is_there_and_can_be_reached_by_keyboard(page: Page) -> None:
    page.wait_for_function("document.querySelector('audio').duration > 0")
    assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(0.5, abs=0.02)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "AUDIO"


def test_a_sentence_opens_its_reasons(page: Page) -> None:
    reasons = page.locator("details dl").first
    assert not reasons.is_visible()
    page.locator("summary").first.click()
    assert reasons.is_visible()
    assert "0.90 of 0.50 needed" in reasons.inner_text()


def test_the_photo_is_told_to_who_cannot_see_it(page: Page) -> None:
    assert (page.locator("img").get_attribute("alt") or "").startswith("I see one face.")


def test_what_was_held_back_and_what_could_not_be_read_is_told(page: Page) -> None:
    text = page.locator("main").inner_text()
    assert "unsure </p>" in text
    assert "it is broken </p>" in text


def _rectangle(page: Page, selector: str) -> dict[str, Any]:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)
