"""The labels of the attribute table: read as they were written, and complete."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from scripts.benches.attribute_labels import WORDS, read_labels
from scripts.benches.attribute_tally import POSTURES
from tests.conftest import ROOT
from tests.labels import labelled_photos

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.benches.attribute_labels import FaceLabel

SHARED = ROOT / "tests/labelled/shared.csv"
LABEL_FILES = pytest.mark.parametrize("file", [SHARED, ROOT / "tests/gathered/faces.csv"], ids=lambda file: file.name)
VOCABULARY = {
    "art": {"y", "n"},
    "smiling": {"y", "n", "?"},
    "eyes": {"open", "closed", "?"},
    "mouth": {"seen", "hidden", "?"},
    "lips": {"open", "closed", "?"},
    "glasses": {"y", "n", "?"},
    "headwear": {"y", "n", "?"},
    "facing": {"front", "left", "right", "up", "down", "?"},
    "skin": {"light", "medium", "dark", "?"},
    "age": {"child", "adult", "old", "?"},
}
COLUMNS = ("file", "sha256", "copy_of", "boxes", *WORDS, "people", "pose")


def written(folder: Path, **row: str) -> Path:
    file = folder / "labels.csv"
    cells = dict.fromkeys(COLUMNS, "") | row
    file.write_text(f"{','.join(COLUMNS)}\n{','.join(cells[name] for name in COLUMNS)}\n", encoding="utf-8")
    return file


def one_word_each(**words: str) -> dict[str, str]:
    return dict.fromkeys(WORDS, "?;?") | words


def test_each_box_has_the_words_in_its_place(tmp_path: Path) -> None:
    words = one_word_each(art="n;y", smiling="y;n", facing="left;?")
    file = written(tmp_path, file="a.jpg", copy_of="b.jpg", boxes='"1,2,3,4;5,6,7,80"', people="2", **words)
    [photo] = read_labels(file)
    assert [each.box for each in photo.faces] == [(1, 2, 3, 4), (5, 6, 7, 80)]
    assert [each.words["smiling"] for each in photo.faces] == ["y", "n"]
    assert [each.living for each in photo.faces] == [True, False]
    assert [each.side for each in photo.faces] == [4, 80]
    assert photo.copy
    assert photo.words == {"people": "2", "pose": "?"}


def test_row_with_a_word_too_few_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, file="a.jpg", boxes='"1,2,3,4;5,6,7,8"', **one_word_each(smiling="y"))
    with pytest.raises(ValueError, match=r"a\.jpg has 2 boxes and 1 words in smiling"):
        read_labels(file)


def test_only_the_very_photo_that_was_labelled_is_taken(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"labelled").hexdigest()
    [photo] = read_labels(written(tmp_path, file="a.jpg", sha256=sha256))
    assert photo.stored_in(tmp_path) is None
    (tmp_path / "a.jpg").write_bytes(b"another")
    assert photo.stored_in(tmp_path) is None
    (tmp_path / "a.jpg").write_bytes(b"labelled")
    assert photo.stored_in(tmp_path) == tmp_path / "a.jpg"


@LABEL_FILES
def test_labels_use_the_words_that_are_known(file: Path) -> None:
    for photo in read_labels(file):
        for each in photo.faces:
            odd = {name: word for name, word in each.words.items() if word not in VOCABULARY[name]}
            assert not odd, photo.file


@LABEL_FILES
def test_nothing_is_labelled_on_lips_that_are_hidden(file: Path) -> None:
    assert {each.words["lips"] for photo in read_labels(file) for each in photo.faces if _hidden(each)} <= {"?"}


def test_people_are_labelled_with_a_number_and_known_poses() -> None:
    photos = read_labels(ROOT / "tests/gathered/people.csv")
    on_top = {"arms_raised", "arm_raised", "arms_unclear", "turned_away", "body_unclear"}
    for photo in photos:
        assert re.fullmatch(r"\d+\+?|\?", photo.words["people"]), photo.file
        assert set(photo.words["pose"].split("+")) <= POSTURES | on_top | {"?"}, photo.file
        assert not photo.faces
    assert len({photo.sha256 for photo in photos}) == len(photos)


@pytest.mark.shared
def test_all_shared_faces_are_labelled_in_the_boxes_of_their_manifest(shared: Path) -> None:
    ours = {photo.file: photo for photo in read_labels(SHARED)}
    theirs = {photo.path.name: photo for photo in labelled_photos(shared)}
    assert ours.keys() == theirs.keys()
    for name, photo in ours.items():
        assert photo.stored_in(shared / "photos"), name
        living = [each.box for each in photo.faces if each.living]
        assert living == [each.box for each in theirs[name].faces]


def _hidden(each: FaceLabel) -> bool:
    return each.words["mouth"] == "hidden"
