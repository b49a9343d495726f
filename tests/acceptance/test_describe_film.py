"""What `voxframe describe --film` promises to whoever calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import av
import pytest

from device.app.cli import main
from device.app.shipped import PHOTOS
from tests.command import records, voxframe
from tests.conftest import ROOT
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


def test_a_film_that_cannot_be_written_stops_neither_what_was_said_nor_the_next_photo(tmp_path: Path) -> None:
    (tmp_path / "hopper_navy_cap.mp4").mkdir()
    done = voxframe("describe", "--json", "--film", f"{tmp_path}/", "--vtt", f"{tmp_path}/", PORTRAIT, OLD)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "hopper_navy_cap.mp4 cannot be written" in done.stderr
    assert [len(record["narration"]) > 0 for record in records(done)] == [True, True]
    assert seen_in(tmp_path / "curies_lab.mp4").pictures > 1
    names = ["curies_lab.mp4", "curies_lab.vtt", "hopper_navy_cap.mp4", "hopper_navy_cap.vtt"]
    assert sorted(os.listdir(tmp_path)) == names  # noqa: PTH208 - hidden files too


def test_a_film_that_takes_too_long_is_not_made_and_all_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("device.living.budget.IN_GOOD_TIME", 0.0)
    monkeypatch.setattr("device.living.budget.TOO_LONG", 0.0)
    picture = tmp_path / "a.png"
    status = main(["describe", "--film", str(tmp_path / "a.mp4"), "--annotate", str(picture), str(PORTRAIT)])
    said, complained = capsys.readouterr()
    assert status == 4
    assert "one face" in said
    assert "voxframe explain" in complained
    assert len(complained.splitlines()) == 1
    assert os.listdir(tmp_path) == ["a.png"]  # noqa: PTH208 - hidden files too


PEAK = """
import sys
from pathlib import Path
from device.app.cli import main
status = main(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
sys.exit(status)
"""


def peak_megabytes(*arguments: str | Path, state: Path) -> float:
    """The most that a command ever had resident; with no phrase from before."""
    command = [sys.executable, "-c", PEAK, *map(str, arguments)]
    environment = os.environ | {"VOXFRAME_STATE": str(state)}
    done = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=ROOT)
    return int(done.stderr) * 1024 / 1e6


def test_a_film_takes_hardly_more_memory_than_the_description_that_it_is_of(shared: Path, tmp_path: Path) -> None:
    spoken = ("describe", "--speaking", "person", shared / "photos" / "award_two_women.jpg")
    heard = peak_megabytes(*spoken, "--wav", tmp_path / "a.wav", state=tmp_path / "one")
    filmed = peak_megabytes(*spoken, "--film", tmp_path / "a.mp4", state=tmp_path / "other")
    # PyAV is loaded before anything is spoken.
    assert filmed < heard * 1.15


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
