"""What is claimed of a face from what was measured on it: said where it is clear and proven, else held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.vision.eyes import eyes_claim
from device.vision.facing import facing_claim
from device.vision.iris import Opening
from device.vision.mouth import lips_claim, mouth_hidden_claim
from device.vision.proof import CLAIMS, MEASURED, PRECISION, UNPROVEN, Measured, withheld
from device.vision.smile import smiling_claim
from tests import factories
from tests.looks import UPRIGHT, look, mesh

if TYPE_CHECKING:
    from device.core.types import Claim

NOSE = 2
PROFILE = tuple((14.0, 0.0) if index == NOSE else each for index, each in enumerate(UPRIGHT))


def told(claim: Claim | None) -> tuple[object, bool]:
    assert claim is not None
    return claim.value, claim.said


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (0.30, 0.26, ("open", True)),
        (0.30, 0.22, ("open", False)),
        (0.22, 0.22, ("open", False)),
        (0.18, 0.18, ("closed", False)),
        (0.10, 0.14, ("closed", True)),
    ],
)
def test_eyes_are_told_where_both_agree_and_narrow_eyes_are_left_open(
    left: float, right: float, expected: tuple[str, bool]
) -> None:
    assert told(eyes_claim(look(opening=Opening(left=left, right=right)))) == expected
    assert told(eyes_claim(look(opening=Opening(left=right, right=left)))) == expected


def test_of_one_open_and_one_closed_eye_nothing_is_said() -> None:
    claim = eyes_claim(look(opening=Opening(left=0.1, right=0.3)))
    assert claim is not None
    assert not claim.said


def test_nothing_is_said_of_eyes_behind_dark_glasses() -> None:
    claim = eyes_claim(look(eye_light=0.1))
    assert told(claim) == ("open", False)
    assert claim is not None
    assert "something dark" in claim.why


def test_eyes_that_were_not_looked_at_make_no_claim() -> None:
    assert eyes_claim(look(opening=None)) is None


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(0.0, ("closed", True)), (0.05, ("closed", True)), (0.08, ("closed", False)), (0.15, ("open", True))],
)
def test_lips_are_told_where_they_are_clearly_apart_or_closed(gap: float, expected: tuple[str, bool]) -> None:
    assert told(lips_claim(look(mesh=mesh(gap=gap)))) == expected


@pytest.mark.parametrize("angle", [-40, 40])
def test_a_turned_head_opens_its_lips_no_wider(angle: float) -> None:
    for gap in (0.05, 0.15):
        turned = lips_claim(look(mesh=mesh(gap=gap, yaw=angle)))
        assert told(turned) == told(lips_claim(look(mesh=mesh(gap=gap))))


def test_of_a_mouth_that_may_be_hidden_neither_lips_nor_smile_are_said() -> None:
    masked = look(mesh=mesh(gap=0.2, lift=0.06), smile=0.99, mouth_seen=0.1)
    assert told(mouth_hidden_claim(masked)) == (True, True)
    assert told(lips_claim(masked)) == ("open", False)
    assert told(smiling_claim(masked)) == (True, False)
    assert "over the mouth" in smiling_claim(masked).why
    bare = look(mesh=mesh(gap=0.2, lift=0.06), smile=0.99, mouth_seen=0.9)
    assert told(mouth_hidden_claim(bare)) == (False, True)
    assert told(lips_claim(bare)) == ("open", True)
    assert told(smiling_claim(bare)) == (True, True)


@pytest.mark.parametrize(
    ("smile", "lift", "expected"),
    [
        (0.97, 0.05, (True, True)),
        (0.97, 0.0, (True, False)),
        (0.6, 0.05, (True, False)),
        (0.01, -0.02, (False, False)),
        (None, 0.05, (True, False)),
    ],
)
def test_a_smile_is_said_where_network_and_corners_agree_and_its_absence_never(
    smile: float | None, lift: float, expected: tuple[bool, bool]
) -> None:
    assert told(smiling_claim(look(smile=smile, mesh=mesh(lift=lift)))) == expected


def test_of_a_mouth_at_which_nobody_has_looked_it_is_not_said_whether_it_is_hidden() -> None:
    unseen = look(mouth_seen=None, mesh=mesh(gap=0.2))
    assert mouth_hidden_claim(unseen) is None
    assert told(lips_claim(unseen)) == ("open", True)


@pytest.mark.parametrize("size", [{"side": 39.0}, {"mesh": mesh(score=0.4)}])
def test_lips_are_told_of_large_faces_with_a_mesh_that_is_believed(size: dict[str, Any]) -> None:
    assert lips_claim(look(**size)) is None


@pytest.mark.parametrize(
    ("yaw", "word", "said"), [(0, "front", True), (30, "right", True), (-30, "left", True), (21, "right", False)]
)
def test_a_direction_is_said_of_an_upright_head_and_not_between_two(yaw: float, word: str, said: bool) -> None:  # noqa: FBT001 - a parameter
    assert told(facing_claim(look(mesh=mesh(yaw=yaw)))) == (word, said)


@pytest.mark.parametrize("lean", [46.0, 90.0, 180.0])
def test_of_a_head_that_lies_in_the_picture_no_direction_is_said(lean: float) -> None:
    claim = facing_claim(look(lean=lean))
    assert not claim.said
    assert f"leans by {lean:.0f} degrees" in claim.why


def test_a_profile_gets_its_side_from_the_nose_where_no_mesh_is_believed() -> None:
    claim = facing_claim(look(mesh=mesh(score=0), points=PROFILE))
    assert told(claim) == ("right", True)
    mirrored = facing_claim(look(mesh=mesh(score=0), points=tuple((-x, y) for x, y in PROFILE)))
    assert told(mirrored) == ("left", True)
    assert not facing_claim(look(mesh=mesh(score=0))).said


def test_an_attribute_is_proven_by_twenty_claims_of_which_95_in_100_are_right() -> None:
    assert (CLAIMS, PRECISION) == (20, 0.95)
    assert Measured(right=20, wrong=0, words="").proven
    assert Measured(right=19, wrong=1, words="").proven
    assert not Measured(right=19, wrong=0, words="").proven
    assert not Measured(right=37, wrong=2, words="").proven


def test_a_bowed_head_is_not_said_and_its_reason_names_the_figures() -> None:
    claim = withheld(facing_claim(look(mesh=mesh(pitch=-40))))
    measured = MEASURED["facing", "down"]
    assert told(claim) == ("down", False)
    assert "bowed head is unproven" in claim.why
    assert f"{measured.right} times of {measured.right + measured.wrong}" in claim.why


def test_what_was_never_held_against_a_label_is_not_said() -> None:
    claim = withheld(facing_claim(look(mesh=mesh(pitch=40))))
    assert told(claim) == ("up", False)
    assert "never held against a label" in claim.why


@pytest.mark.parametrize("attribute", sorted(MEASURED, key=str))
def test_a_claim_stays_said_exactly_where_its_attribute_is_proven(attribute: tuple[str, str | bool]) -> None:
    name, value = attribute
    claim = factories.claim("face 0", name, value)
    assert withheld(claim).said == (attribute not in UNPROVEN)
    assert withheld(claim).why.startswith(claim.why)
    held = factories.claim("face 0", name, value, said=False)
    assert withheld(held) == held


def test_both_sides_of_a_mirrored_photo_are_proven_together() -> None:
    assert MEASURED["facing", "left"] == MEASURED["facing", "right"]
