"""Claims in words: the texts' where they have some, else the claim's own, so that a new kind of claim is shown too."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from device.report.words import head_words, name_words, subject_words, sureness_words, value_words
from device.text.texts import Texts
from tests import factories

if TYPE_CHECKING:
    from device.core.types import Record

TEXTS = Texts("en")


def claim(about: str = "face 0", name: str = "smiling", value: str | int = 1, **changes: Any) -> Record:
    return asdict(factories.claim(about, name, value, **changes))


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("photo", "the photo"),
        ("face 0", "face 1"),
        ("body 2", "body 3"),
        ("refused 0", "refused 1"),
        ("thing 4", "thing 5"),
        ("the sky", "the sky"),
    ],
)
def test_people_count_from_one_whatever_it_is_about(about: str, words: str) -> None:
    assert subject_words(about, TEXTS) == words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("smiling", True, "smile: yes"),
        ("smiling", False, "smile: no"),
        ("facing", "left", "direction: turned to the left"),
        ("distance", "middle", "how near: in the middle distance"),
        ("faces", 3, "faces: 3"),
        ("mouth_hidden", "by_hand", "mouth hidden: by hand"),
        # Messages of the narrator that are called alike, and want values that a claim does not have.
        ("place", "part", "place: part"),
        ("no such: name", "with blanks", "no such: name: with blanks"),
    ],
)
def test_a_claim_has_words_of_any_kind(name: str, value: str | int, words: str) -> None:
    told = claim(name=name, value=value)
    assert f"{name_words(told, TEXTS)}: {value_words(told, TEXTS)}" == words


def test_a_value_that_is_not_sure_enough_is_a_question() -> None:
    assert value_words(claim(name="eyes", value="open", score=0.4, threshold=0.5), TEXTS) == "open?"
    assert value_words(claim(name="eyes", value="open", score=0.5, threshold=0.5), TEXTS) == "open"


@pytest.mark.parametrize(
    ("score", "told"),
    [(0.93, "0.93 of 0.90"), (0.8996, "0.8996 of 0.9000"), (0.9, "0.90 of 0.90"), (0.9000000001, "0.90 of 0.90")],
)
def test_a_near_miss_does_not_look_like_a_hit(score: float, told: str) -> None:
    assert sureness_words(claim(score=score, threshold=0.9), TEXTS) == f"{told} needed"


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll", "words"),
    [
        (18.4, -7.2, 0.6, "Head 18° to the right, 7° down, tilted 1° to the right"),
        (-31, 12, -4, "Head 31° to the left, 12° up, tilted 4° to the left"),
        (0.4, -0.4, 0.0, "Head neither left nor right, level, upright"),
    ],
)
def test_a_head_is_told_in_whole_degrees(yaw: float, pitch: float, roll: float, words: str) -> None:
    assert head_words({"yaw": yaw, "pitch": pitch, "roll": roll}, TEXTS) == words
