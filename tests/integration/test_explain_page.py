"""The page of one photo in a real browser: by keyboard, without colour, on a narrow screen and on paper."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.core.types import Box, Claim, Described, HeadPose, Utterance
from device.pipeline.record import record_of
from device.report.explain import Explanation, render_explanation
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

LONG = "x" * 120
EVIL = "</p><script>document.title='pwned'</script><img src=http://192.0.2.1/x>"
FACES = factories.claim("photo", "faces", 3)
SMILES = tuple(factories.claim(f"face {index}", "smiling", value=1) for index in (0, 1))
HELD = factories.claim("face 2", "smiling", value=1, score=0.4, said=False, why=f"unsure {EVIL}")
REFUSED = factories.claim("refused 0", LONG, LONG, said=False, why=LONG)
NARRATION = (
    factories.utterance("I see three faces.", because=(FACES,)),
    factories.utterance(f"Two of them are smiling. {EVIL}", because=SMILES),
    factories.utterance(f"Hello. {LONG}"),
)

# Each element with text of its own: its colour and the first ground below it that lets nothing through, as red, green
# and blue, its text, and the size of its letters.
COLOURS = """() => [...document.querySelectorAll('body *')].filter(each => each.checkVisibility() &&
        [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())).map(each => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    let below = each;
    while (below && (numbers(getComputedStyle(below).backgroundColor)[3] ?? 1) === 0) below = below.parentElement;
    const ground = below ? getComputedStyle(below).backgroundColor : 'rgb(255, 255, 255)';
    return [numbers(getComputedStyle(each).color).slice(0, 3), numbers(ground).slice(0, 3), each.textContent];
})"""
# Drawn lines and areas of the bars against the ground they lie on.
BARS = """() => [...document.querySelectorAll('.scale .score, .scale .needed')].map(each => {
    const style = getComputedStyle(each), held = each.closest('.held') && each.matches('.score');
    let below = each.closest('.scale').parentElement;
    while (below !== document.body && getComputedStyle(below).backgroundColor === 'rgba(0, 0, 0, 0)')
        below = below.parentElement;
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number).slice(0, 3);
    return [numbers(held || each.matches('.needed') ? style.stroke : style.fill),
            numbers(getComputedStyle(below).backgroundColor), each.getAttribute('class')];
})"""
HORIZONTAL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def claims() -> list[Claim]:
    return [FACES, *SMILES, HELD, REFUSED]


def written(folder: Path, narration: tuple[Utterance, ...], claims: list[Claim]) -> Path:
    """The page of a photo with three faces and something that was refused."""
    boxes = [Box(x=40 + 200 * index, y=100, width=120, height=150) for index in range(3)]
    heads = [HeadPose(yaw=40, pitch=5, roll=0), HeadPose(yaw=1, pitch=1, roll=0), None]
    faces = [factories.face(box=box, head=head) for box, head in zip(boxes, heads, strict=True)]
    described = Described(
        photo=factories.photo(width=640, height=480), scene=factories.scene(*faces), narration=narration
    )
    explanation = Explanation(
        name=f"photo {EVIL}.jpg",
        record=record_of(described),
        claims=[asdict(claim) for claim in claims],
        jpeg=encode_jpeg(np.full((480, 640, 3), 128, np.uint8), long_side=640),
        boxes={"refused 0": (500, 300, 100, 100)},
    )
    file = folder / "photo.explain.html"
    file.write_text(render_explanation(explanation, Texts("en")), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"), NARRATION, claims())


@pytest.fixture(scope="module")
def shown(file: Path) -> Iterator[Shown]:
    with opened(file) as shown:
        yield shown


@pytest.fixture
def page(shown: Shown, file: Path) -> Page:
    shown.page.set_viewport_size({"width": 1200, "height": 900})
    shown.page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    shown.page.mouse.move(0, 0)
    shown.page.goto("about:blank")
    shown.page.goto(file.as_uri())
    return shown.page


def test_nothing_is_asked_for_and_nothing_complains(file: Path) -> None:
    with opened(file) as shown:
        assert shown.asked_elsewhere == []
        assert shown.complaints == []
        assert shown.page.locator("script, img, iframe, object").count() == 0
        assert shown.page.title().startswith("Why it said that")


def test_the_photo_and_its_close_ups_are_really_drawn(page: Page) -> None:
    for selector in (".picture", ".close-up"):
        grey = page.locator(selector).first.screenshot()
        page.add_style_tag(content="#picture { visibility: hidden }")
        assert page.locator(selector).first.screenshot() != grey
        page.reload()


@pytest.mark.parametrize("height", [900, 300])
def test_the_box_lies_over_the_face_also_where_the_window_is_low(page: Page, height: int) -> None:
    page.set_viewport_size({"width": 1200, "height": height})
    photo, box = (page.locator(selector).bounding_box() for selector in (".picture", ".box-face-2"))
    assert photo
    assert box
    assert photo["height"] <= 0.84 * height + 1
    assert photo["width"] / photo["height"] == pytest.approx(640 / 480, abs=0.01)
    assert box["x"] - photo["x"] == pytest.approx(photo["width"] * 240 / 640, abs=2)
    assert box["y"] - photo["y"] == pytest.approx(photo["height"] * 100 / 480, abs=2)
    assert box["width"] == pytest.approx(photo["width"] * 120 / 640, abs=2)
    assert box["height"] == pytest.approx(photo["height"] * 150 / 480, abs=2)


def test_the_keyboard_reaches_every_link_in_the_order_of_the_page_and_shows_where_it_is(page: Page) -> None:
    links = page.locator("a").count()
    reached: list[str] = []
    for _ in range(links):
        page.keyboard.press("Tab")
        reached.append(str(page.evaluate("[...document.querySelectorAll('a')].indexOf(document.activeElement)")))
        focus = page.evaluate(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
        )
        assert focus[0] == "solid"
        assert focus[1] >= 2
        box = page.evaluate("(r => [r.left, r.top])(document.activeElement.getBoundingClientRect())")
        assert min(box) >= 0
    assert reached == [str(each) for each in range(links)]
    sentences = page.locator("a.sentence").all_inner_texts()
    assert sentences == [utterance.text for utterance in NARRATION]


def test_enter_on_a_claim_of_a_sentence_goes_to_it_and_back(page: Page) -> None:
    page.locator("#sentence-2 .rows a").nth(1).press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "face-2-smiling"
    assert page.locator("#face-2-smiling").is_visible()
    assert _on_screen(page, "#face-2-smiling")
    # The next stop of the keyboard is the way back.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "sentence-2"
    assert _on_screen(page, "#sentence-2")


def test_enter_on_a_face_of_the_photo_goes_to_what_is_claimed_of_it(page: Page) -> None:
    page.locator("a.box-face-3").press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "face-3"
    assert _on_screen(page, "#face-3 h3")


@pytest.mark.parametrize("how", ["hover", "focus", "follow"])
def test_a_sentence_lights_up_the_faces_and_the_claims_that_it_rests_on_and_no_others(page: Page, how: str) -> None:
    sentence = page.locator("#sentence-2 .sentence")
    assert set(_lit(page).values()) == {False}
    if how == "hover":
        sentence.hover()
    elif how == "focus":
        sentence.focus()
    else:
        sentence.press("Enter")
        page.evaluate("document.activeElement.blur()")
    assert _lit(page) == {
        ".box-face-1": True,
        ".box-face-2": True,
        ".box-face-3": False,
        "#face-1-smiling": True,
        "#face-2-smiling": True,
        "#face-3-smiling": False,
        "#photo-faces": False,
    }


@pytest.mark.parametrize(
    "way", ["#face-3-smiling .why:hover", "#the-unsaid ~ .rows a:focus", ".box-face-3:enter", "#face-3-smiling:follow"]
)
def test_a_claim_lights_up_its_face_in_the_photo(page: Page, way: str) -> None:
    selector, _, how = way.rpartition(":")
    there = page.locator(selector).first
    if how == "hover":
        there.hover()
    elif how == "focus":
        there.focus()
    elif how == "enter":
        there.press("Enter")
        page.evaluate("document.activeElement.blur()")
    else:
        page.evaluate("location.hash = 'face-3-smiling'")
    assert [name for name, lit in _lit(page).items() if lit and name.startswith(".box")] == [".box-face-3"]


def test_what_is_lit_differs_by_more_than_colour(page: Page) -> None:
    before = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.box-face-1')).borderTopWidth)")
    page.locator("#sentence-2 .sentence").hover()
    after = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.box-face-1')).borderTopWidth)")
    assert after >= before + 2


def test_said_and_held_back_differ_in_words_and_in_form(page: Page) -> None:
    assert "Said in sentence 2" in page.locator("#face-1-smiling").inner_text()
    assert "Not said." in page.locator("#face-3-smiling").inner_text()
    said, held = (
        page.evaluate(
            "id => (s => [s.fill, s.stroke])(getComputedStyle(document.querySelector(`#${id} .score`)))", identity
        )
        for identity in ("face-1-smiling", "face-3-smiling")
    )
    assert said[1] == "none"
    assert held[1] != "none"
    assert said[0] != held[0]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_and_every_bar_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    if scheme == "print":
        page.emulate_media(media="print", color_scheme="dark")
    else:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    texts, bars = page.evaluate(COLOURS), page.evaluate(BARS)
    assert len(texts) > 30
    assert len(bars) > 10
    assert {text: ratio for colour, ground, text in texts if (ratio := contrast(colour, ground)) < 4.5} == {}
    assert {name: ratio for colour, ground, name in bars if (ratio := contrast(colour, ground)) < 3} == {}


def test_with_forced_colours_bars_and_boxes_are_still_drawn(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    bars = page.evaluate(BARS)
    assert {name: ratio for colour, ground, name in bars if (ratio := contrast(colour, ground)) < 7} == {}
    border = page.evaluate("getComputedStyle(document.querySelector('.box')).borderTopColor")
    assert border == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [320, 360, 700, 1200])
def test_no_screen_has_to_be_scrolled_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    assert page.evaluate(HORIZONTAL) == 0


def test_on_paper_everything_is_there_and_fits(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 640, "height": 900})
    assert page.evaluate(HORIZONTAL) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    told = page.locator("main").inner_text()
    assert all(utterance.text in told for utterance in NARRATION)
    assert all(claim.why in told for claim in claims())
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_what_is_folded_for_a_crowd_opens_by_keyboard_and_is_open_on_paper(tmp_path: Path, page: Page) -> None:
    crowd = tuple(factories.claim(f"face {index}", "place", "left") for index in range(20))
    page.goto(written(tmp_path, (factories.utterance(because=crowd),), list(crowd)).as_uri())
    last = page.locator("#sentence-1 .rows a").last
    assert not last.is_visible()
    page.emulate_media(media="print")
    assert last.is_visible()
    page.emulate_media(media="screen")
    page.locator("summary").press("Enter")
    assert last.is_visible()


def test_who_listens_to_the_page_finds_the_way(page: Page) -> None:
    told = page.locator("body").aria_snapshot()
    assert "- main" in told
    for line in ('img "I see three faces.', 'heading "Why it said that" [level=1]', 'region "What it said"'):
        assert line in told
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    names = page.evaluate("[...document.querySelectorAll('a')].map(each => each.ariaLabel || each.textContent.trim())")
    assert all(names)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("svg:not([aria-hidden=true]):not([role=img][aria-label])").count() == 0


def test_what_comes_from_outside_is_only_text(page: Page) -> None:
    assert "pwned" not in page.title().split("</p>")[0]
    assert "unsure </p>" in page.locator("#face-3-smiling").inner_text()


def contrast(colour: list[float], ground: list[float]) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    lights = sorted(luminance(each) + 0.05 for each in (colour, ground))
    return lights[1] / lights[0]


def luminance(colour: list[float]) -> float:
    """The relative luminance of WCAG 2.2, 0 to 1."""
    parts = (each / 255 for each in colour)
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _lit(page: Page) -> dict[str, bool]:
    names = [f".box-face-{each}" for each in (1, 2, 3)] + [f"#face-{each}-smiling" for each in (1, 2, 3)]
    names.append("#photo-faces")
    lit: dict[str, Any] = page.evaluate(
        "names => Object.fromEntries(names.map(name => [name, "
        "getComputedStyle(document.querySelector(name)).getPropertyValue('--lit').trim() === '1']))",
        names,
    )
    return lit


def _on_screen(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    assert box
    return 0 <= box["y"] < 900
