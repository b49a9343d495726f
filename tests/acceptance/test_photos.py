"""Over the labelled photos: the faces are found, none is invented, and what is said of them is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.command import records, voxframe
from tests.labels import ART, LabelledPhoto, labelled_photos, matched

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.shared, pytest.mark.slow]

Answer = tuple[LabelledPhoto, list[dict[str, Any]], list[int | None]]


@pytest.fixture(scope="module")
def answers(shared: Path) -> list[Answer]:
    photos = labelled_photos(shared)
    done = voxframe("describe", "--json", *(photo.path for photo in photos))
    assert done.returncode == 0, done.stderr
    return [
        (photo, record["faces"], matched(photo.faces, [tuple(face["box"]) for face in record["faces"]]))
        for photo, record in zip(photos, records(done), strict=True)
    ]


def test_at_least_61_of_62_faces_are_found_and_every_large_one(answers: list[Answer]) -> None:
    labels = [(label, index) for photo, _, found in answers for label, index in zip(photo.faces, found, strict=True)]
    large = [index for label, index in labels if max(label.box[2:]) >= 40]
    assert len(labels) == 62
    assert sum(index is not None for _, index in labels) >= 61
    assert len(large) == 27
    assert None not in large


def test_no_face_is_invented(answers: list[Answer]) -> None:
    invented = {
        photo.path.name: len(faces) - sum(index is not None for index in found)
        for photo, faces, found in answers
        if photo.path.name not in ART
    }
    assert {name: count for name, count in invented.items() if count} == {}


def test_a_smile_is_claimed_only_where_there_is_one(answers: list[Answer]) -> None:
    said = [(label.smiling, face["smiling"]) for label, face in _pairs(answers)]
    assert ("n", True) not in said
    assert ("y", False) not in said
    assert said.count(("y", True)) >= 8


def test_a_direction_is_never_the_opposite_of_the_true_one(answers: list[Answer]) -> None:
    said = [(label.facing, face["facing"]) for label, face in _pairs(answers)]
    assert ("left", "right") not in said
    assert ("right", "left") not in said
    assert said.count(("front", "front")) >= 40


def _pairs(answers: list[Answer]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (label, faces[index])
        for photo, faces, found in answers
        for label, index in zip(photo.faces, found, strict=True)
        if index is not None
    ]
