"""A photo that speaks, in a real browser: what is seen is the film's picture, and who looks decides."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.shipped import PHOTOS
from device.living.performance import Stage
from device.report.living import Living
from tests import stages
from tests.browser import opened
from tests.faces import faces_of
from tests.sight import GROUP, PORTRAIT
from tests.stages import Act, bare, ready, seek, shot, speaking, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from device.core.types import Rgb
    from tests.browser import Shown

pytestmark = pytest.mark.slow

PAINTING, OLD = PHOTOS / "mona_lisa_painting.jpg", PHOTOS / "curies_lab.jpg"
MOST = 3.0
"""Grey levels, in the mean over a face's box, by which the page may differ from the film."""
MOST_OF_A_PART = 5.5
"""The same over a mouth or an eye: where a blink is missing it is more."""

NO_GRAPHICS = """HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {
    apply: (get, canvas, asked) => asked[0].startsWith('webgl') ? null : Reflect.apply(get, canvas, asked)});"""
graphics = pytest.mark.parametrize("scripts", [(), (NO_GRAPHICS,)], ids=["webgl", "without webgl"])
# Counts what is drawn, and what is forbidden.
WATCH = """window.drawn = 0; window.violations = [];
addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));
for (const [of, name] of [[WebGLRenderingContext, 'drawElements'], [CanvasRenderingContext2D, 'drawImage']])
    of.prototype[name] = new Proxy(of.prototype[name], {apply: (draw, on, what) => {
        if (on.canvas.className === 'moving') window.drawn++;
        return Reflect.apply(draw, on, what); }});"""
PLAYS = "!document.querySelector('audio').paused && document.querySelector('audio').currentTime > 0"


@pytest.fixture(scope="module")
def solo(tmp_path_factory: pytest.TempPathFactory) -> Act:
    return stages.act(tmp_path_factory.mktemp("solo"), stages.performed(stages.stage(PORTRAIT), 0))


@contextmanager
def watched(act: Act, *scripts: str) -> Iterator[Shown]:
    """The page from its first moment."""
    with opened(act.file) as shown:
        shown.complaints.clear()
        shown.page.add_init_script(WATCH)
        for script in scripts:
            shown.page.add_init_script(script)
        shown.page.reload()
        ready(shown.page, act)
        yield shown
        # Chromium without a graphics card tells that reading pixels back is slow.
        assert [each for each in shown.complaints if "GPU stall" not in each] == []
        assert shown.page.evaluate("violations") == []
        assert shown.asked_elsewhere in ([], [act.file.as_uri()])


def difference(page: Page, act: Act, moment: float, face: int) -> float:
    """Grey levels between page and film, over a face."""
    return differences(page, act, moment, face)[0]


def differences(page: Page, act: Act, moment: float, face: int) -> list[float]:
    """The same over a face, its mouth and each of its eyes."""
    at = seek(page, moment)
    rig = act.performance.stage.rigs[face]
    left, top, right, bottom = rig.box
    apart = np.abs(shot(page, act).astype(int) - act.stamp.on(act.performance.at(at)))[top:bottom, left:right]
    parts = [(0, 0, right - left, bottom - top), rig.hollow, *(lid.box for lid in rig.eyelids)]
    return [float(apart[top:bottom, left:right].mean()) for left, top, right, bottom in parts]


@graphics
@pytest.mark.parametrize("photo", [PORTRAIT, GROUP, PAINTING, OLD], ids=lambda path: path.stem)
def test_the_page_shows_what_the_film_shows(tmp_path: Path, photo: Path, scripts: tuple[str, ...]) -> None:
    stage = stages.stage(photo)
    act = stages.act(tmp_path, stages.performed(stage, *stage.rigs))
    with watched(act, *scripts) as shown:
        bare(shown.page, act)
        for turn in act.performance.turns:
            assert isinstance(turn.speaker, int)
            assert turn.motion
            moments = [
                *np.linspace(turn.start + 0.02, turn.end, 7),
                *(turn.start + each for each in turn.motion.blinks),
            ]
            found = np.array([differences(shown.page, act, float(each), turn.speaker) for each in moments])
            assert found[:, 0].max() < MOST
            assert found.max() < MOST_OF_A_PART
        assert shown.page.evaluate("drawn") > 0


@graphics
def test_a_face_that_fills_a_large_photo_takes_no_more_than_others_and_is_right_too(
    tmp_path: Path, scripts: tuple[str, ...]
) -> None:
    large = stages.enlarged(PORTRAIT, high=1280)
    act = stages.act(tmp_path, stages.performed(large, 0))
    with watched(act, *scripts) as shown:
        bare(shown.page, act)
        assert max(difference(shown.page, act, moment, 0) for moment in (0.3, 0.75, 1.0)) < MOST
    told = stages.living(act.performance)[0].performance
    assert told
    assert len(json.dumps(told["faces"]["0"])) < 120_000


@pytest.mark.shared
@graphics
@pytest.mark.parametrize("name", ["derived_apollo11_tilt25", "award_two_women"])
def test_a_tilted_head_and_a_wide_smile_too(tmp_path: Path, shared: Path, name: str, scripts: tuple[str, ...]) -> None:
    test_the_page_shows_what_the_film_shows(tmp_path, shared / "photos" / f"{name}.jpg", scripts)


@graphics
def test_before_and_after_the_sound_there_is_the_photo_and_nothing_else(solo: Act, scripts: tuple[str, ...]) -> None:
    with watched(solo, *scripts) as shown:
        bare(shown.page, solo)
        photo = solo.performance.stage.photo
        assert shown.page.evaluate("drawn") == 0
        assert np.array_equal(shot(shown.page, solo), photo)
        seek(shown.page, 0.6)
        assert not np.array_equal(shot(shown.page, solo), photo)
        seek(shown.page, 0)
        assert np.array_equal(shot(shown.page, solo), photo)
        seek(shown.page, 0.6)
        seek(shown.page, solo.performance.seconds)
        assert np.array_equal(shot(shown.page, solo), photo)


def test_who_seeks_back_sees_what_was_there(solo: Act) -> None:
    with watched(solo) as shown:
        bare(shown.page, solo)
        first, later, again = (_at(shown.page, solo, moment) for moment in (0.4, 0.9, 0.4))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, later)


@graphics
def test_every_picture_in_which_something_moves_bears_the_words(solo: Act, scripts: tuple[str, ...]) -> None:
    with watched(solo, *scripts) as shown:
        bare(shown.page, solo)
        stamp = solo.stamp
        high, wide = stamp.patch.shape[:2]
        place = (slice(stamp.top, stamp.top + high), slice(stamp.left, stamp.left + wide))
        for moment in (0.1, 0.7, 1.1):
            seen = _at(shown.page, solo, moment)[place].astype(int)
            assert np.abs(seen - stamp.on(solo.performance.stage.photo)[place]).mean() < 2


def test_without_webgl_a_picture_is_of_few_pieces_since_each_takes_its_time(solo: Act) -> None:
    with watched(solo, NO_GRAPHICS) as shown:
        pieces = 0
        for moment in np.linspace(0.1, 1.1, 8):
            seek(shown.page, 0)
            before = shown.page.evaluate("drawn")
            seek(shown.page, float(moment))
            pieces += shown.page.evaluate("drawn") - before
        assert 8 < pieces < 8 * 400


def test_nothing_moves_without_the_words() -> None:
    told, _ = stages.living(stages.performed(stages.stage(PORTRAIT), 0))
    with pytest.raises(ValueError, match="without the words"):
        Living(wav=told.wav, language="en", performance=told.performance)


def test_nothing_plays_by_itself(solo: Act) -> None:
    with watched(solo) as shown:
        for _ in range(5):
            shown.page.evaluate("() => new Promise(requestAnimationFrame)")
        assert shown.page.evaluate("document.querySelector('audio').paused")
        assert shown.page.evaluate("drawn") == 0


@pytest.mark.parametrize("what", ["button.play", ".photo"])
def test_a_click_plays_and_another_one_pauses_and_then_nothing_is_drawn(solo: Act, what: str) -> None:
    with watched(solo) as shown:
        page = shown.page
        page.locator(what).click()
        until(page, f"{PLAYS} && drawn > 4")
        assert page.locator("button.play").inner_text() == "Pause"
        page.locator(what).click()
        until(page, "document.querySelector('audio').paused")
        assert page.locator("button.play").inner_text() == "Let it speak"
        drawn = page.evaluate("drawn")
        for _ in range(5):
            page.evaluate("() => new Promise(requestAnimationFrame)")
        assert page.evaluate("drawn") == drawn


def test_the_keyboard_alone_is_enough(solo: Act) -> None:
    with watched(solo) as shown:
        page = shown.page
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.className") == "play":
                break
        assert float(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")) >= 2
        page.keyboard.press("Space")
        until(page, f"{PLAYS} && drawn > 4")
        page.keyboard.press("Enter")
        until(page, "document.querySelector('audio').paused")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "AUDIO"


def test_the_sounds_own_controls_move_the_face_too_and_at_the_end_it_rests(solo: Act) -> None:
    with watched(solo) as shown:
        page = shown.page
        bare(page, solo)
        page.evaluate("document.querySelector('audio').play()")
        until(page, "drawn > 4")
        until(page, "document.querySelector('audio').ended && !document.querySelector('.playing')")
        assert np.array_equal(shot(page, solo), solo.performance.stage.photo)
        assert page.locator("button.play").inner_text() == "Let it speak"


def test_the_words_appear_as_they_are_heard(tmp_path: Path) -> None:
    act = stages.act(tmp_path, stages.performed(stages.stage(GROUP), 0, "narrator"))
    with watched(act) as shown:
        page = shown.page
        captions = page.locator(".captions")
        for moment, words, heard in (
            (0.3, "Face 0: first <b>0", "first"),
            (0.9, "Face 0: first <b>0", "first <b>0"),
            (1.5, "", ""),
            (1.8, "Face 1: first <b>1", "first"),
            (0.3, "Face 0: first <b>0", "first"),
            (0, "", ""),
        ):
            seek(page, moment)
            assert " ".join(captions.inner_text().split()) == words
            assert " ".join(captions.locator(".heard").all_inner_texts()) == heard
        assert captions.get_attribute("lang") == "en"
        # The voice says them, and they stand on the page: read out as well they would be said over it.
        assert captions.get_attribute("aria-hidden") == "true"


def test_captions_are_not_seen_to_jump(solo: Act) -> None:
    with watched(solo) as shown:
        high = "document.documentElement.scrollHeight"
        before = shown.page.evaluate(high)
        seek(shown.page, 0.5)
        assert shown.page.evaluate(high) == before


def test_who_asked_for_little_motion_gets_the_photo_and_the_words_unless_they_want_more(solo: Act) -> None:
    with watched(solo) as shown:
        page = shown.page
        assert not page.locator(".stays").is_visible()
        page.emulate_media(reduced_motion="reduce")
        bare(page, solo)
        assert "stays still" in page.locator(".stays").inner_text()
        photo = solo.performance.stage.photo
        assert np.array_equal(_at(page, solo, 0.6), photo)
        assert page.locator(".captions").inner_text().split()[-1] == "<b>0"
        page.evaluate("document.querySelector('audio').play()")
        until(page, "document.querySelector('audio').currentTime > 0.8")
        assert page.evaluate("drawn") == 0
        page.evaluate("document.querySelector('audio').pause()")
        page.locator("button.move").press("Enter")
        assert page.locator("button.move").get_attribute("aria-pressed") == "true"
        assert not np.array_equal(_at(page, solo, 0.6), photo)
        page.locator("button.move").press("Enter")
        assert np.array_equal(_at(page, solo, 0.6), photo)


def test_whoever_begins_to_speak_ends_the_others(tmp_path: Path) -> None:
    performance = stages.performed(stages.stage(PORTRAIT), 0)
    act = stages.act(tmp_path, performance, performance)
    with watched(act) as shown:
        buttons, paused = (
            shown.page.locator("button.play"),
            "[...document.querySelectorAll('audio')].map(a => a.paused)",
        )
        buttons.nth(0).click()
        until(shown.page, f"String({paused}) === 'false,true'")
        buttons.nth(1).click()
        until(shown.page, f"String({paused}) === 'true,false'")
        assert not shown.page.evaluate("document.querySelector('audio').ended")


def test_only_who_speaks_moves(tmp_path: Path) -> None:
    stage = stages.stage(GROUP)
    act = stages.act(tmp_path, stages.performed(stage, 0, 2))
    with watched(act) as shown:
        bare(shown.page, act)
        for turn, other in ((act.performance.turns[0], 2), (act.performance.turns[1], 0)):
            assert isinstance(turn.speaker, int)
            seen = _at(shown.page, act, turn.start + 0.6)
            assert np.array_equal(_cut(seen, stage, other), _cut(stage.photo, stage, other))
            assert not np.array_equal(_cut(seen, stage, turn.speaker), _cut(stage.photo, stage, turn.speaker))


def test_whom_the_narrator_speaks_of_is_lit_as_in_the_film(tmp_path: Path) -> None:
    stage = stages.stage(GROUP)
    act = stages.act(tmp_path, stages.performed(stage, "narrator", 0, lit=(1,)))
    with watched(act) as shown:
        bare(shown.page, act)
        for moment in (0.6, 1.4):
            film = act.performance.at(moment)
            seen = _at(shown.page, act, moment).astype(int)
            assert np.abs(film.astype(int) - stage.photo).mean() > MOST
            # No face moves yet, so nothing bears the words.
            assert np.abs(seen - film).mean() < MOST


@graphics
def test_a_face_that_speaks_while_the_light_goes_is_as_dark_as_in_the_film(
    tmp_path: Path, scripts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "PAUSE", 0.1)
    act = stages.act(tmp_path, stages.performed(stages.stage(GROUP), "narrator", 0, lit=(1,)))
    with watched(act, *scripts) as shown:
        bare(shown.page, act)
        start = act.performance.turns[1].start
        assert max(difference(shown.page, act, start + since, 0) for since in (0.0, 0.06, 0.12, 0.2)) < MOST


def test_a_face_that_only_sways_is_right_too(tmp_path: Path) -> None:
    stage = stages.stage(PORTRAIT)
    mute = Stage(photo=stage.photo, faces=stage.faces, rigs={0: speaking(stage.rigs[0], speaks=False)})
    act = stages.act(tmp_path, stages.performed(mute, 0))
    with watched(act) as shown:
        bare(shown.page, act)
        assert max(difference(shown.page, act, moment, 0) for moment in (0.3, 0.8)) < MOST


def test_where_the_graphics_fail_there_is_the_photo_and_then_the_face_again(solo: Act) -> None:
    with watched(solo) as shown:
        page = shown.page
        bare(page, solo)
        before = _at(page, solo, 0.6)
        page.evaluate(
            """() => { const gl = document.querySelector('canvas.moving').getContext('webgl');
            window.graphics = gl.getExtension('WEBGL_lose_context'); graphics.loseContext(); }"""
        )
        until(page, "document.querySelector('canvas.moving').hidden")
        assert np.array_equal(_at(page, solo, 0.5), solo.performance.stage.photo)
        page.evaluate("graphics.restoreContext()")
        until(page, "!document.querySelector('canvas.moving').hidden")
        assert np.array_equal(_at(page, solo, 0.6), before)


def test_of_more_photos_than_a_browser_has_graphics_for_each_moves_when_it_plays(tmp_path: Path) -> None:
    performance = stages.performed(stages.stage(PAINTING), 0)
    act = stages.act(tmp_path, *[performance] * 18)
    with opened(act.file) as shown:
        page = shown.page
        page.add_init_script(WATCH)
        page.reload()
        until(page, "document.querySelector('canvas.moving').hidden")
        for number in (0, 2, 0):
            page.evaluate("drawn = 0")
            page.locator("button.play").nth(number).click()
            until(page, "drawn > 4")
            assert page.evaluate(f"!document.querySelectorAll('canvas.moving')[{number}].hidden")
            page.locator("button.play").nth(number).click()


def test_graphics_that_do_not_work_are_done_without(solo: Act) -> None:
    broken = "WebGLRenderingContext.prototype.getProgramParameter = () => false;"
    with watched(solo, broken) as shown:
        bare(shown.page, solo)
        assert difference(shown.page, solo, 0.6, 0) < MOST
        assert not np.array_equal(shot(shown.page, solo), solo.performance.stage.photo)


def test_no_other_script_than_the_pages_own_is_run(solo: Act, tmp_path: Path) -> None:
    html = solo.file.read_text(encoding="utf-8")
    file = tmp_path / "changed.html"
    file.write_text(html.replace("</main>", "<script>document.title = 'pwned'</script></main>"), encoding="utf-8")
    with opened(file) as shown:
        assert shown.page.title() == "What voxframe saw"
        assert "'unsafe-inline'" not in re.findall(r"script-src[^;\"]*", html)[0]


@pytest.mark.parametrize("photo", [PORTRAIT, GROUP, PAINTING, OLD], ids=lambda path: path.stem)
def test_a_face_takes_less_than_120_kilobytes_of_the_page_and_holds_no_point_of_the_mesh(photo: Path) -> None:
    told, _ = stages.living(stages.performed(stages.stage(photo), *stages.stage(photo).rigs))
    assert told.performance
    for number, (pixels, mesh) in enumerate(faces_of(photo)):
        face = told.performance["faces"][str(number)]
        assert len(json.dumps(face)) < 120_000
        numbers = np.array(_numbers(face))
        left, top = face["box"][:2]
        points = mesh.points[:, :2] * pixels.scale - [left, top]
        # As many numbers would fall somewhere near a point by chance; both coordinates in a row do not.
        pairs = np.stack([numbers[:-1], numbers[1:]], axis=1)
        near = np.abs(pairs[:, None] - points[None]).max(axis=2) < 1e-2
        assert near.any(axis=0).sum() < 10


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [each for inner in value.values() for each in _numbers(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in _numbers(inner)]
    return [float(value)] if isinstance(value, int | float) else []


def _at(page: Page, act: Act, moment: float) -> Rgb:
    seek(page, moment)
    return shot(page, act)


def _cut(picture: Rgb, stage: Stage, face: int) -> Rgb:
    left, top, right, bottom = stage.rigs[face].box
    return picture[top:bottom, left:right]
