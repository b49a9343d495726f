"""Who of a photo moves, by the real networks: nothing behind a hand or a mask, and everybody who is seen well."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.living.budget import BEST
from device.living.manner import MANNERS
from device.vision.analyse import MeshAnalyser
from tests.faces import faces_of, portraits
from tests.occluders import KINDS
from tests.sight import GROUP, PORTRAIT, detector, full_size, mesher, seen
from tests.staging import described, mouths, readable, staged, stager

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Photo

MOST_HIDDEN, LEAST_OPEN = 0.03, 0.95


def photos(shared: Path) -> list[Path]:
    return sorted(each for each in (shared / "photos").iterdir() if each.suffix != ".csv" and readable(each))


@pytest.mark.slow
def test_hidden_mouths_stay_still_and_seen_ones_move(shared: Path) -> None:
    found = mouths(
        [face for photo in photos(shared) for face in portraits(photo)],
        [seen(photo)[1].rgb for photo in photos(shared)],
    )
    assert found.faces * len(KINDS) >= 100
    assert found.hidden_share <= MOST_HIDDEN, found
    assert found.plain / found.faces >= LEAST_OPEN, found


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("hopper_navy_cap.jpg", ["speaks"]),
        ("curies_lab.jpg", ["speaks", "still"]),  # the other one is seen from the side
        ("mona_lisa_painting.jpg", ["speaks"]),
        ("apollo11_crew.jpg", ["speaks"] * 3),
        ("group_table.jpg", ["still"] * 8),  # too small
    ],
)
def test_large_faces_from_front_to_three_quarters_speak_and_others_do_not(
    shared: Path, name: str, does: list[str]
) -> None:
    assert [part.does for part in staged(shared / "photos" / name).parts] == does


def test_dark_glasses_do_not_blink_and_it_is_said_why(shared: Path) -> None:
    (part,) = staged(shared / "photos" / "man_sunglasses.jpg").parts
    assert (part.does, part.blinks) == ("speaks", False)
    assert "behind glasses" in part.why


def test_who_does_not_move_has_no_rig_and_every_part_has_a_reason(shared: Path) -> None:
    for name in ("curies_lab.jpg", "group_table.jpg", "apollo11_crew.jpg"):
        found = staged(shared / "photos" / name)
        assert set(found.stage.rigs) == {number for number, part in enumerate(found.parts) if part.does != "still"}
        assert all(part.why for part in found.parts)
        assert len(found.stage.faces) == len(found.parts)


def test_a_face_is_found_again_however_it_lies_in_the_picture() -> None:
    photo, pixels = seen(GROUP)
    for turns in (1, 2, 3):
        lying = full_size(np.rot90(pixels.rgb, turns))
        scene = MeshAnalyser(mesher=mesher()).analyse(turned(photo, turns), lying, detector().detect(lying))
        found = stager().seen(scene, lying).stage(long_side=1280)
        assert [part.does for part in found.parts].count("speaks") == 3
        for number, rig in found.stage.rigs.items():
            lean = math.degrees(math.atan2(rig.axes.across[1], rig.axes.across[0]))
            assert abs((lean + 90 * turns + 180) % 360 - 180) < 30, number


def turned(photo: Photo, turns: int) -> Photo:
    return replace(photo, width=photo.height, height=photo.width) if turns % 2 else photo


def test_statues_have_no_teeth_do_not_blink_and_open_half_as_far() -> None:
    people = stager(MANNERS["people"]).stage(described(GROUP), long_side=1280).stage.rigs
    statues = stager(MANNERS["statues"]).stage(described(GROUP), long_side=1280).stage.rigs
    for number, rig in statues.items():
        assert (rig.mobility.teeth, rig.mobility.blinks) == (0, False)
        assert rig.mobility.gain == pytest.approx(people[number].mobility.gain / 2)


def test_who_moves_is_the_same_in_a_small_film_as_in_a_large_one(shared: Path) -> None:
    for photo in photos(shared):
        ensemble = stager().ensemble(described(photo))
        large, small = (ensemble.stage(long_side=side).parts for side in (1280, 640))
        for one, other in zip(large, small, strict=True):
            # But for what has too few pixels there.
            assert one == other or (other.does, other.by) == ("still", "size"), photo.name


def test_only_who_is_asked_for_is_made_ready_to_move() -> None:
    found = stager().ensemble(described(GROUP)).stage(long_side=640, who={1})
    assert set(found.stage.rigs) == {1}
    assert [part.does for part in found.parts] == ["speaks"] * 3
    assert len(found.stage.faces) == 3


def test_a_stage_is_never_larger_than_the_best_film(shared: Path) -> None:
    photo = shared / "photos" / "award_two_women.jpg"
    assert max(seen(photo)[1].rgb.shape) > BEST.long_side
    assert max(staged(photo, 4000).stage.photo.shape) == BEST.long_side


@pytest.mark.parametrize("way", ["down", "right"])
def test_a_mouth_that_the_edge_of_the_photo_cuts_stays_still(way: str) -> None:
    (face,), pixels = described(PORTRAIT).scene.faces, seen(PORTRAIT)[1]
    (rig,) = staged(PORTRAIT).stage.rigs.values()
    across, down = (round(float(at + low)) for at, low in zip(rig.axes.mouth, rig.box, strict=False))
    cut = full_size(pixels.rgb[: down + 4] if way == "down" else pixels.rgb[:, : across + 4])
    assert face.box.x < across < face.box.x + face.box.width
    (part,) = stager().seen(described(PORTRAIT).scene, cut).parts
    assert (part.does, part.by) == ("still", "edge")


def test_a_photo_is_staged_at_the_size_that_is_asked_for() -> None:
    small = stager().stage(described(GROUP), long_side=320)
    assert max(small.stage.photo.shape[:2]) <= 320
    assert all(box.x + box.width <= small.stage.photo.shape[1] * 1.1 for box in small.stage.faces)
    assert len(faces_of(GROUP)) == len(small.parts)
