"""Photos without labels, changed so that it is known what has to be seen then. More: `scripts/bench metamorphic`."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.app.settings import Settings
from device.app.wiring import Wiring
from device.core.types import Box, Scene
from tests import factories
from tests.conftest import shared_folder
from tests.metamorphic.areas import Area
from tests.metamorphic.case import Case
from tests.metamorphic.changes import CHANGES
from tests.metamorphic.comparing import mirrored
from tests.metamorphic.looking import RealEyes
from tests.metamorphic.pictures import Album, Picture, photos_in
from tests.metamorphic.run import run
from tests.sight import mesher

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Face, Rgb

MOST_VIOLATED = 3
"""Of 120: where one in a hundred is violated, by chance not more in 97 of 100 such tests."""

WIDTH, HEIGHT = 600, 400


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_is_seen_follows_what_was_done_to_the_photo(tmp_path: Path) -> None:
    mesher()  # skips where it was not fetched
    photos = shared_folder() / "photos"
    eyes = RealEyes(Wiring(Settings()).describer(), tmp_path)
    report = run(photos_in(*[photos] * photos.is_dir()), eyes, each=120 // len(CHANGES))
    print("\n".join(report.lines()))
    assert report.cases == 120
    assert report.violations <= MOST_VIOLATED, "\n".join(report.lines())
    assert list(tmp_path.iterdir()) == []


def _face(x: float = 60, **changes: Any) -> Face:
    return factories.face(box=Box(x=x, y=100, width=80, height=80), **changes)


def _scene(*faces: Face, **said: str | bool) -> Scene:
    """These faces, and what is said of the first."""
    claims = [factories.claim("photo", "faces", len(faces))]
    claims += [factories.claim("face 0", name, value) for name, value in said.items()]
    return Scene(faces=faces, claims=tuple(claims))


def _wrong(before: Scene, after: Scene, **changes: Any) -> list[str]:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture = Picture(photo="a", version="b", rgb=rgb, scene=before)
    return Case(what="changed", before=picture, rgb=rgb, **changes).violations(after)


def _mirrored_wrong(before: Scene, after: Scene) -> list[str]:
    return _wrong(
        before,
        after,
        turn=mirrored,
        move=lambda box: (WIDTH - box.x - box.width, box.y, box.width, box.height),
    )


OTHER_SIDE = WIDTH - 60 - 80


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ({"facing": "left"}, {"facing": "right"}, None),
        ({"facing": "left"}, {"facing": "left"}, "facing was left, is left"),
        ({"facing": "left"}, {"facing": None}, None),
        ({"facing": None}, {"facing": "left"}, None),
        ({"facing": "front"}, {"facing": "right"}, "facing was front, is right"),
        ({"smiling": True}, {"smiling": None}, None),
        ({"smiling": True}, {"smiling": False}, "smiling was True, is False"),
        ({"smiling": None}, {"smiling": False}, None),
    ],
)
def test_in_a_mirror_sides_swap_and_nothing_turns_into_its_contrary(
    before: dict[str, Any], after: dict[str, Any], wrong: str | None
) -> None:
    found = _mirrored_wrong(_scene(_face(**before)), _scene(_face(OTHER_SIDE, place="right", **after)))
    assert found == ([] if wrong is None else [f"face 0: {wrong}"])


def test_a_claim_of_a_name_that_nobody_knew_is_compared_too() -> None:
    before, after = _scene(_face(), eyes="open"), _scene(_face(OTHER_SIDE, place="right"), eyes="closed")
    assert _mirrored_wrong(before, after) == ["face 0: eyes was open, is closed"]
    assert _mirrored_wrong(before, replace(after, claims=after.claims[:1])) == []


def test_a_place_that_did_not_swap_is_a_violation_and_one_on_the_border_is_not() -> None:
    assert _mirrored_wrong(_scene(_face()), _scene(_face(OTHER_SIDE))) == ["face 0: place was left, is left"]
    border = WIDTH / 3 - 40 + 3
    after = _scene(_face(WIDTH - border - 80, place="right"))
    assert _mirrored_wrong(_scene(_face(border, place="centre")), after) == []


def test_a_face_that_is_hidden_must_go_alone() -> None:
    before = _scene(_face(), _face(300))
    assert _wrong(before, _scene(_face(300)), without=0) == []
    assert _wrong(before, _scene(_face()), without=0) == [
        "face 1 is gone: 80 x 80 at 300, 100, score 0.95",
        "face 0 is still there: 80 x 80 at 60, 100, score 0.95",
    ]
    assert "2 faces, not 1" in _wrong(before, before, without=0)


def test_something_said_of_a_face_that_is_not_there_is_a_violation() -> None:
    after = _scene(smiling=True)
    assert _wrong(_scene(_face()), after, without=0) == ["smiling is claimed of face 0, which is not there"]
    assert _wrong(_scene(), replace(_scene(), claims=())) == ["[] faces are claimed, 0 seen"]


def test_a_face_counts_as_pasted_where_it_was_pasted_alone() -> None:
    added = {"added": Area(left=300, top=80, right=440, bottom=220)}
    assert _wrong(_scene(_face()), _scene(_face(), _face(320)), **added) == []
    assert _wrong(_scene(_face()), _scene(_face()), **added) == ["no face where one was added", "1 faces, not 2"]
    assert _wrong(_scene(_face()), _scene(_face(), _face(180)), **added) == [
        "a new face: 80 x 80 at 180, 100, score 0.95",
        "no face where one was added",
    ]


class _SeesAll:
    """Eyes that see one face in the middle of whatever they look at."""

    def look(self, rgb: Rgb) -> Scene:
        height, width = rgb.shape[:2]
        return _scene(factories.face(box=Box(x=width / 2 - 40, y=height / 2 - 40, width=80, height=80)))


def _crowd(random: Random) -> Picture:
    """Noise, with up to six faces anywhere in it, which may overlap."""
    chance = np.random.default_rng(random.getrandbits(32))
    boxes = []
    for _ in range(random.randint(1, 6)):
        side = random.uniform(20, 90)
        x, y = random.uniform(-10, WIDTH - side), random.uniform(-10, HEIGHT - side)
        boxes.append(Box(x=x, y=y, width=side, height=side * random.uniform(1, 1.3)))
    faces = [factories.face(box=box) for box in boxes]
    rgb = chance.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return Picture(photo="crowd", version=str(random.random()), rgb=rgb, scene=_scene(*faces))


@pytest.mark.parametrize("name", ["hide a face", "paste a face", "cut a face off"])
def test_no_change_touches_a_face_that_it_is_not_about(name: str) -> None:
    random = Random(1)  # noqa: S311 - the same again
    album = Album(photos_in(), _SeesAll(), random)
    made = 0
    for _ in range(300):
        picture = _crowd(random)
        case = CHANGES[name](picture, random, album)
        if case is None:
            continue
        made += 1
        assert not np.array_equal(case.rgb, picture.rgb)
        for number, face in enumerate(picture.faces):
            if number != case.without:
                box = _inside(face.box)
                before = _cut_out(picture.rgb, (box.x, box.y, box.width, box.height))
                assert np.array_equal(before, _cut_out(case.rgb, case.move(box))), f"{case}, face {number}"
    assert made >= 15


def _inside(box: Box) -> Box:
    """The part of it that does not lie beyond the left and the upper edge."""
    left, top = max(box.x, 0), max(box.y, 0)
    return Box(x=left, y=top, width=box.width + box.x - left, height=box.height + box.y - top)


def _cut_out(rgb: Rgb, box: tuple[float, ...]) -> Rgb:
    x, y, width, height = box
    left, top = math.floor(x), math.floor(y)
    assert left >= 0
    assert top >= 0
    return rgb[top : top + math.ceil(height), left : left + math.ceil(width)]
