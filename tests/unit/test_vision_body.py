"""Of joints, what is said: that somebody stands, where every joint shows it; and what is held back."""

from __future__ import annotations

import numpy as np
import pytest

from device.core.types import Body, Box, Claim
from device.vision.body import Pose
from device.vision.movenet import CELLS, JOINTS, joints
from tests.skeletons import skeleton, standing

ANYBODY = Body(box=Box(x=50, y=40, width=100, height=350), score=0.9)
WITH_FACE = Body(box=ANYBODY.box, score=0.9, face=0)

Moves = dict[str, tuple[float, float]]


def pose(moved: Moves | None = None, *, body: Body = WITH_FACE, hidden: tuple[str, ...] = ()) -> Pose:
    return Pose(about="body 0", body=body, skeleton=skeleton(standing() | (moved or {}), hidden=hidden))


def claims(seen: Pose) -> dict[str, Claim]:
    return {claim.name: claim for claim in seen.claims()}


def mirrored() -> Moves:
    return {name: (200 - across, down) for name, (across, down) in standing().items()}


def test_somebody_who_stands_is_said_to_stand_with_the_score_of_the_least_sure_joint() -> None:
    claim = claims(pose())["posture"]
    assert (claim.about, claim.value, claim.said) == ("body 0", "standing", True)
    assert claim.score == pytest.approx(0.8)
    assert pose().seen_on().posture == "standing"


@pytest.mark.parametrize("joint", ["left_shoulder", "right_hip", "left_knee", "right_ankle"])
def test_nobody_stands_of_whom_a_joint_is_not_seen(joint: str) -> None:
    claim = claims(pose(hidden=(joint,)))["posture"]
    assert not claim.said
    assert joint.split("_")[1] in claim.why
    assert pose(hidden=(joint,)).seen_on().posture is None


@pytest.mark.parametrize(
    "moved",
    [
        {"left_knee": (160.0, 200.0), "right_knee": (40.0, 200.0)},
        {"left_knee": (122.0, 195.0), "left_ankle": (122.0, 370.0)},
        {"right_ankle": (160.0, 290.0)},
        {"left_shoulder": (230.0, 180.0), "right_shoulder": (170.0, 180.0)},
        {"left_ankle": (124.0, 290.0), "right_ankle": (76.0, 290.0)},
        {"left_knee": (172.0, 280.0)},
    ],
    ids=["sitting", "a thigh towards the viewer", "on one leg, the other bent", "bending", "kneeling", "a knee aside"],
)
def test_nobody_stands_whose_legs_or_trunk_are_not_straight_below_each_other(moved: Moves) -> None:
    seen = pose(moved)
    assert not claims(seen)["posture"].said
    assert seen.seen_on().posture is None


def test_somebody_upside_down_does_not_stand() -> None:
    turned = {name: (across, 500 - down) for name, (across, down) in standing().items()}
    assert not claims(pose(turned))["posture"].said


RAISED: Moves = {"left_wrist": (140.0, 20.0), "right_wrist": (60.0, 20.0)}


def test_raised_arms_are_known_and_held_back() -> None:
    seen = pose(RAISED)
    assert seen.seen_on().arms == "raised"
    claim = claims(seen)["arms"]
    assert (claim.value, claim.said) == ("raised", False)
    assert claim.why


@pytest.mark.parametrize(
    "seen",
    [
        pose(),
        pose({"left_wrist": (140.0, 20.0)}),
        pose(RAISED, hidden=("right_wrist",)),
        pose(RAISED, hidden=("nose",)),
    ],
    ids=["hanging", "one of them", "one hand not seen", "no head to tell from"],
)
def test_arms_are_not_raised_where(seen: Pose) -> None:
    assert seen.seen_on().arms is None
    assert "arms" not in claims(seen)


def test_a_back_without_a_face_is_turned_away_and_held_back() -> None:
    seen = pose(mirrored(), body=ANYBODY)
    assert seen.seen_on().orientation == "away"
    claim = claims(seen)["orientation"]
    assert (claim.value, claim.said) == ("away", False)


@pytest.mark.parametrize(
    "seen",
    [pose(body=ANYBODY), pose(mirrored()), pose(mirrored(), body=ANYBODY, hidden=("left_shoulder",))],
    ids=["a breast", "a face is seen", "a shoulder is not seen"],
)
def test_nobody_is_turned_away_where(seen: Pose) -> None:
    assert seen.seen_on().orientation is None
    assert "orientation" not in claims(seen)


def test_joints_that_all_lie_in_one_place_tell_nothing_and_do_no_harm() -> None:
    seen = pose(dict.fromkeys(standing(), (5.0, 5.0)))
    assert [claim.said for claim in seen.claims()] == [False]


def test_a_joint_is_the_likely_cell_near_where_the_middle_of_the_person_says() -> None:
    centre = np.full((CELLS, CELLS, 1), -9, np.float32)
    regressed = np.zeros((CELLS, CELLS, 2 * len(JOINTS)), np.float32)
    heat = np.full((CELLS, CELLS, len(JOINTS)), -9, np.float32)
    offset = np.zeros((CELLS, CELLS, 2 * len(JOINTS)), np.float32)
    centre[20, 22] = centre[2, 2] = 3
    regressed[20, 22, :2] = -10, 4
    heat[11, 26, 0], heat[3, 3, 0] = 1, 2
    offset[11, 26, :2] = 0.25, 0.75
    cells, scores = joints(centre=centre, regressed=regressed, heat=heat, offset=offset)
    assert cells[0].tolist() == [11.25, 26.75]
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert (scores[1:] < 0.001).all()
