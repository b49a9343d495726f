"""What `voxframe describe --film` promises to whoever calls it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import av
import pytest

from device.app.wiring import PHOTOS
from tests.command import records, voxframe
from tests.locations import voice

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

OLD, PORTRAIT = PHOTOS / "curies_lab.jpg", PHOTOS / "hopper_navy_cap.jpg"


class Seen(NamedTuple):
    """What is in a film: seconds, the words of its captions, and its comment."""

    pictures: float
    sound: float
    words: str
    comment: str


def seen_in(file: Path) -> Seen:
    with av.open(str(file)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        pictures, sound = (float((each.duration or 0) * (each.time_base or 0)) for each in (video, audio))
        comment = container.metadata["comment"]
        words = " ".join(bytes(each)[2:].decode() for each in container.demux(subtitles=0))
    return Seen(pictures, sound, words, comment)


@pytest.fixture(autouse=True)
def _voice_is_there() -> None:
    voice()


def test_people_speak_in_turn_in_a_film_with_their_captions(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    done = voxframe("describe", "--json", "--speaking", "person", "--film", file, OLD)
    assert (done.returncode, done.stderr) == (0, "")
    (record,) = records(done)
    film = seen_in(file)
    assert film.pictures == pytest.approx(film.sound, abs=0.04)
    assert film.sound == pytest.approx(record["audio"]["seconds"], abs=0.04)
    for sentence in record["narration"]:
        assert all(word in film.words for word in sentence["text"].split())
    assert "Face 1:" in film.words
    assert "Face 2:" in film.words
    assert "imagined" in film.comment.lower()
    assert os.listdir(tmp_path) == ["a.mp4"]  # noqa: PTH208 - hidden files too


def test_a_folder_takes_a_film_of_each_photo_and_what_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    films = tmp_path / "films"
    done = voxframe("describe", "--film", f"{films}/", PORTRAIT, broken, OLD)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert sorted(each.name for each in films.iterdir()) == ["curies_lab.mp4", "hopper_navy_cap.mp4"]
    assert "synthetic" in seen_in(films / "hopper_navy_cap.mp4").comment.lower()


def test_one_file_for_two_photos_is_bad_usage(tmp_path: Path) -> None:
    done = voxframe("describe", "--film", tmp_path / "a.mp4", PORTRAIT, OLD)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--film" in done.stderr


def test_without_pyav_it_is_said_before_anything_is_spoken(tmp_path: Path) -> None:
    (tmp_path / "av.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = voxframe("describe", "--film", tmp_path / "a.mp4", PORTRAIT, environment={"PYTHONPATH": path})
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert "PyAV" in done.stderr
    assert done.stdout == ""
