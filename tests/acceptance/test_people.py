"""Over the labelled photos: nobody is counted who is not there, and who is said to stand does."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import records, voxframe
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.shared, pytest.mark.slow]

Answer = tuple[dict[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def answers(shared: Path) -> list[Answer]:
    with (ROOT / "tests/labelled/shared.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    done = voxframe("describe", "--json", *(shared / "photos" / row["file"] for row in rows))
    assert done.returncode == 0, done.stderr
    return list(zip(rows, records(done), strict=True))


def test_nobody_is_counted_who_is_not_there(answers: list[Answer]) -> None:
    # The relief heads on coins are not counted in the labels.
    counted = [(row["file"], int(row["people"]), seen["people"]) for row, seen in answers if row["people"].isdecimal()]
    assert [each for each in counted if each[2] > each[1] and each[0] != "museum_coins.png"] == []


def test_the_number_of_people_is_right_in_nearly_every_photo(answers: list[Answer]) -> None:
    right = [int(row["people"]) == seen["people"] for row, seen in answers if row["people"].isdecimal()]
    assert len(right) == 29
    assert sum(right) >= 27


def test_people_are_faces_and_bodies_without_one_and_a_body_lies_in_the_photo(answers: list[Answer]) -> None:
    for _, seen in answers:
        assert seen["people"] >= len(seen["faces"])
        for body in seen["bodies"]:
            x, y, width, height = body["box"]
            assert x >= 0
            assert y >= 0
            assert x + width <= seen["photo"]["width"] + 1
            assert y + height <= seen["photo"]["height"] + 1


def test_only_who_stands_is_said_to_stand(answers: list[Answer]) -> None:
    standing = {
        row["file"]
        for row, seen in answers
        if any(claim["name"] == "posture" for sentence in seen["narration"] for claim in sentence["because"])
    }
    assert standing == {"man_sunglasses.jpg"}
