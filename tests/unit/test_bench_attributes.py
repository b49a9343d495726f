"""The arithmetic of the attribute table: faces matched, claims held against labels and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.core.types import Box
from scripts.benches.attribute_labels import WORDS, FaceLabel, PhotoLabels
from scripts.benches.attribute_tally import (
    Observed,
    Tally,
    attribute,
    mistakes,
    photo_verdict,
    tallies,
    verdict,
    wilson_lower,
)
from scripts.benches.attributes import Run
from tests.factories import claim, face, scene

if TYPE_CHECKING:
    from device.core.types import Claim


def label(box: tuple[float, float, float, float] = (0, 0, 50, 50), **words: str) -> FaceLabel:
    known = dict.fromkeys(WORDS, "?") | {"art": "n", "mouth": "seen"}
    return FaceLabel(box=box, words=known | words)


def observed(*claims: Claim, found: bool = True, **changes: Any) -> Observed:
    return Observed(photo="photo.jpg", index=0, label=label(**changes), claims=claims, found=found)


def smiling(*, said: bool = True, about: str = "face 0") -> Claim:
    return claim(about, "smiling", value=True, said=said)


def labels(*faces: FaceLabel, **words: str) -> PhotoLabels:
    return PhotoLabels(
        file="photo.jpg", sha256="0" * 64, copy=False, faces=faces, words={"people": "?", "pose": "?"} | words
    )


@pytest.mark.parametrize(
    ("right", "known", "lower"),
    [
        (0, 0, 0.0),
        (0, 10, 0.0),
        (20, 20, 0.8389),
        (19, 20, 0.7639),
        (72, 72, 0.9493),
        (73, 73, 0.9500),
        (8, 10, 0.4902),
    ],
)
def test_wilson_bound_is_that_of_the_tables(right: int, known: int, lower: float) -> None:
    assert wilson_lower(right, known) == pytest.approx(lower, abs=1e-4)


def test_wilson_bound_grows_with_right_claims_and_with_their_number() -> None:
    bounds = [wilson_lower(right, 30) for right in range(31)]
    assert bounds == sorted(set(bounds))
    assert wilson_lower(9, 10) < wilson_lower(90, 100) < 0.9


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("smiling", True, ("smiling", "y")),
        ("smiling", False, ("smiling", "n")),
        ("facing", "left", ("facing", "left")),
        ("eyes", "closed", ("eyes", "closed")),
        ("eyes_closed", True, ("eyes", "closed")),
        ("eyes_open", False, ("eyes", "closed")),
        ("mouth", "open", ("lips", "open")),
        ("mouth", "hidden", ("mouth", "hidden")),
        ("mouth_hidden", True, ("mouth", "hidden")),
        ("mouth_seen", False, ("mouth", "hidden")),
        ("mouth_open", True, ("lips", "open")),
        ("glasses", True, ("glasses", "y")),
        ("place", "left", None),
    ],
)
def test_claim_is_read_in_the_words_of_the_labels(name: str, value: Any, meant: Any) -> None:
    assert attribute(name, value) == meant


def test_claim_is_right_wrong_or_unknown_by_its_label() -> None:
    assert verdict(("smiling", "y"), label(smiling="y").words) == "right"
    assert verdict(("smiling", "y"), label(smiling="n").words) == "wrong"
    assert verdict(("smiling", "y"), label(smiling="?").words) == "unknown"


@pytest.mark.parametrize("claimed", [("smiling", "y"), ("smiling", "n"), ("lips", "open")])
def test_what_is_said_of_a_hidden_mouth_is_wrong_whatever_is_behind(claimed: tuple[str, str]) -> None:
    assert verdict(claimed, label(mouth="hidden", smiling="?", lips="?").words) == "wrong"


def test_hidden_mouth_takes_nothing_from_what_is_said_of_the_eyes() -> None:
    assert verdict(("eyes", "open"), label(mouth="hidden", eyes="open").words) == "right"


@pytest.mark.parametrize(
    ("value", "pose", "meant"),
    [
        ("standing", "standing", "right"),
        ("standing", "sitting", "wrong"),
        ("standing", "arms_raised", "unknown"),
        ("arms_raised", "standing+arms_raised", "right"),
        ("arms_raised", "standing", "wrong"),
        ("standing", "?", "unknown"),
    ],
)
def test_arms_may_be_raised_in_any_posture(value: str, pose: str, meant: str) -> None:
    assert photo_verdict(claim("photo", "pose", value), {"pose": pose}) == meant


def test_number_of_people_is_held_against_its_label() -> None:
    assert photo_verdict(claim("photo", "people", 2), {"people": "2"}) == "right"
    assert photo_verdict(claim("photo", "people", 1), {"people": "2"}) == "wrong"
    assert photo_verdict(claim("photo", "faces", 2), {"people": "2"}) is None


@pytest.mark.parametrize(("value", "meant"), [(2, "wrong"), (3, "unknown"), (9, "unknown")])
def test_of_a_crowd_that_was_not_counted_only_too_few_are_wrong(value: int, meant: str) -> None:
    assert photo_verdict(claim("photo", "people", value), {"people": "3+"}) == meant


@pytest.mark.parametrize(
    ("name", "value", "pose", "meant"),
    [
        ("posture", "standing", "standing+arm_raised", "right"),
        ("posture", "standing", "kneeling", "wrong"),
        ("posture", "standing", "unseen", "wrong"),
        ("posture", "standing", "?+arm_raised", "unknown"),
        ("arms", "raised", "standing+arms_raised", "right"),
        ("arms", "raised", "standing+arm_raised", "wrong"),
        ("arms", "raised", "standing+arms_unclear", "unknown"),
        ("orientation", "away", "unseen+turned_away", "right"),
        ("orientation", "away", "standing", "wrong"),
        ("orientation", "away", "standing+body_unclear", "unknown"),
        ("person", True, "standing", None),
    ],
)
def test_claims_about_a_body_are_held_against_the_pose(name: str, value: str, pose: str, meant: str | None) -> None:
    assert photo_verdict(claim("body 0", name, value), {"pose": pose}) == meant


def test_each_claim_is_counted_once_as_said_or_held_back() -> None:
    faces = [
        observed(smiling(), smiling="y"),
        observed(smiling(), smiling="n"),
        observed(smiling(), smiling="?"),
        observed(smiling(said=False), smiling="y"),
        observed(smiling(said=False), smiling="n"),
        observed(smiling(said=False), smiling="?"),
        observed(claim("face 0", "place", "left"), smiling="n"),
    ]
    tally = tallies(faces)["smiling", "y"]
    assert list(tallies(faces)) == [("smiling", "y")]
    assert (tally.said, tally.right, tally.wrong, tally.unknown) == (3, 1, 1, 1)
    assert (tally.held, tally.held_right, tally.held_wrong, tally.held_unknown) == (3, 1, 1, 1)
    assert tally.precision == 0.5


def test_share_counts_large_faces_also_where_they_were_not_found() -> None:
    tally = tallies(
        [
            observed(smiling(), smiling="y", box=(0, 0, 30, 40)),
            observed(smiling(said=False), smiling="y", box=(0, 0, 40, 40)),
            observed(smiling="y", found=False),
            observed(smiling(), smiling="y", box=(0, 0, 39, 39)),
            observed(smiling(), smiling="n"),
        ]
    )["smiling", "y"]
    assert (tally.claimed, tally.large) == (1, 3)


def test_attribute_is_proven_by_twenty_known_claims_and_nineteen_right_ones() -> None:
    assert Tally(right=19, wrong=1).proven
    assert not Tally(right=18, wrong=2).proven
    assert not Tally(right=19, unknown=5).proven
    assert Tally().precision is None


def test_only_said_and_wrong_claims_are_listed_as_mistakes() -> None:
    wrong = observed(smiling(), smiling="n")
    others = [observed(smiling(), smiling="y"), observed(smiling(said=False), smiling="n"), observed(smiling())]
    assert mistakes([*others, wrong]) == [(wrong, wrong.claims[0], ("smiling", "y"))]


def test_claims_go_to_the_face_they_are_about_and_strangers_are_counted() -> None:
    run = Run()
    left, right = label((0, 0, 50, 50), smiling="n"), label((200, 0, 50, 50), smiling="y")
    seen = scene(
        *(face(box=_box(x)) for x in (202, 300, 400)),
        claims=(smiling(about="face 0"), smiling(said=False, about="face 1"), claim("photo", "people", 2)),
    )
    run.add(labels(left, right, people="2"), seen)
    assert [each.found for each in run.faces] == [False, True]
    assert run.faces[0].claims == ()
    assert [each.about for each in run.faces[1].claims] == ["face 0"]
    assert run.strangers == ["photo.jpg", "photo.jpg"]
    assert run.whole["people", ""].right == 1


def test_no_box_is_two_faces() -> None:
    twice = (label((0, 0, 50, 50)), label((5, 0, 50, 50)))
    assert labels(*twice).matched([(0, 0, 50, 50)]) == [0, None]


def test_box_that_overlaps_too_little_is_no_match() -> None:
    assert labels(label((0, 0, 50, 50))).matched([(0, 0, 20, 50)]) == [0]
    assert labels(label((0, 0, 50, 50))).matched([(0, 0, 19, 50)]) == [None]


def _box(x: float) -> Box:
    return Box(x=x, y=0, width=50, height=50)
