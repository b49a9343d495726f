"""Over the labelled photos: what is said of faces is right, and what is unproven is not said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from device.vision.proof import MEASURED, PRECISION, UNPROVEN
from scripts.benches.attribute_labels import FaceLabel, read_labels
from tests.command import records, voxframe

pytestmark = [pytest.mark.shared, pytest.mark.slow]

LABELS = Path(__file__).resolve().parents[1] / "labelled" / "shared.csv"
FIELDS = {"facing": "facing", "eyes": "eyes", "mouth": "lips", "smiling": "smiling"}
"""The column of the labels for each field of a face."""

Pair = tuple[FaceLabel, dict[str, Any]]


@pytest.fixture(scope="module")
def pairs(shared: Path) -> list[Pair]:
    """Each living face that was found, with its label."""
    photos = read_labels(LABELS)
    done = voxframe("describe", "--json", *(shared / "photos" / photo.file for photo in photos))
    assert done.returncode == 0, done.stderr
    found: list[Pair] = []
    for photo, record in zip(photos, records(done), strict=True):
        places = photo.matched([tuple(face["box"]) for face in record["faces"]])
        found.extend(
            (label, record["faces"][place])
            for label, place in zip(photo.faces, places, strict=True)
            if place is not None and label.living
        )
    return found


def verdicts(pairs: list[Pair], field: str) -> Counter[tuple[str, bool]]:
    """How often each value of a field was right (True) or wrong, where the label tells."""
    counted: Counter[tuple[str, bool]] = Counter()
    for label, face in pairs:
        value, word = face[field], label.words[FIELDS[field]]
        hidden = field in {"mouth", "smiling"} and label.words["mouth"] == "hidden"
        if value is None or (word == "?" and not hidden):
            continue
        said = str({True: "y", False: "n"}.get(value, value))
        counted[said, said == word and not hidden] += 1
    return counted


@pytest.mark.parametrize(
    ("field", "value", "least"),
    [
        ("facing", "front", 40),
        ("eyes", "open", 18),
        ("mouth", "open", 10),
        ("smiling", "y", 12),
    ],
)
def test_what_is_said_of_a_face_is_right(pairs: list[Pair], field: str, value: str, least: int) -> None:
    counted = verdicts(pairs, field)
    right, wrong = counted[value, True], counted[value, False]
    assert right >= least
    assert right >= PRECISION * (right + wrong)


def test_a_side_is_never_the_wrong_one_and_no_smile_is_surely_absent_where_there_is_one(pairs: list[Pair]) -> None:
    facing, smiling = verdicts(pairs, "facing"), verdicts(pairs, "smiling")
    assert facing["left", False] + facing["right", False] == 0
    assert smiling["n", False] == 0
    assert smiling["n", True] > 0


def test_at_least_60_percent_of_the_clear_smiles_are_said(pairs: list[Pair]) -> None:
    smiles = [face["smiling"] for label, face in pairs if label.side >= 40 and label.words["smiling"] == "y"]
    assert len(smiles) >= 12
    assert smiles.count(True) >= 0.6 * len(smiles)


def test_what_is_unproven_is_said_of_no_face(pairs: list[Pair]) -> None:
    names = {"facing": "facing", "eyes": "eyes", "mouth": "lips"}
    for _, face in pairs:
        for field, name in names.items():
            assert face[field] is None or (name, face[field]) in MEASURED
            assert (name, face[field]) not in UNPROVEN
