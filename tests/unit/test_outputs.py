"""Files of the command line: one for one photo, a folder for several, and none overwrites another."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.app.outputs import output_paths, whole, write_whole
from device.core.errors import UsageError


def test_one_photo_goes_to_the_file_that_is_named(tmp_path: Path) -> None:
    target = str(tmp_path / "sound.wav")
    assert output_paths("--wav", target, [Path("a.jpg")], ".wav") == [Path(target)]


def test_one_file_for_several_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names one file for 2 photos; name a folder instead"):
        output_paths("--wav", str(tmp_path / "sound.wav"), [Path("a.jpg"), Path("b.jpg")], ".wav")


@pytest.mark.parametrize("target", ["existing", "new", "new.folder/"])
def test_a_folder_takes_one_file_per_photo_and_is_made(tmp_path: Path, target: str) -> None:
    (tmp_path / "existing").mkdir()
    paths = output_paths("--wav", f"{tmp_path}/{target}", [Path("x/a.jpg"), Path("b.png")], ".wav")
    assert [path.name for path in paths] == ["a.wav", "b.wav"]
    assert all(path.parent.is_dir() for path in paths)


def test_photos_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    photos = [Path("x/a.jpg"), Path("y/a.jpg"), Path("a-2.jpg"), Path("a.png")]
    names = [path.name for path in output_paths("--wav", str(tmp_path), photos, ".wav")]
    assert len(set(names)) == 4


def test_a_file_in_a_folder_that_is_missing_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        output_paths("--wav", str(tmp_path / "missing" / "sound.wav"), [Path("a.jpg")], ".wav")


@pytest.mark.parametrize("target", ["", "a" * 300 + ".mp4", "a" * 300 + "/b.mp4"])
def test_a_place_that_cannot_be_is_refused_in_one_line_before_any_work(tmp_path: Path, target: str) -> None:
    with pytest.raises(UsageError, match=r"--film .*; name a") as caught:
        output_paths("--film", f"{tmp_path}/{target}" if target else "", [Path("a.jpg")], ".mp4")
    assert len(str(caught.value).splitlines()) == 1


def test_a_photo_whose_name_is_too_long_for_its_page_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--output .*; name another place"):
        output_paths("--output", f"{tmp_path}/", [Path("a" * 250 + ".jpg")], ".explain.html")


def test_two_who_write_the_same_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    with whole(file) as one:
        one.write_bytes(b"one")
        with whole(file) as other:
            other.write_bytes(b"the other")
        assert file.read_bytes() == b"the other"
        assert one.read_bytes() == b"one"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.mp4", b"one")]


def test_the_longest_name_that_there_can_be_is_written_too(tmp_path: Path) -> None:
    write_whole(tmp_path / ("a" * 251 + ".mp4"), b"film")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"film"]


def test_a_file_is_written_whole_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.png", b"picture")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", b"picture")]


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UsageError, match=r"a\.png cannot be written"):
        write_whole(tmp_path / "a.png", b"picture")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("target", ["a.png", "", "link.png"])
def test_no_file_is_written_over_a_photo(tmp_path: Path, target: str) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(b"a photo")
    (tmp_path / "link.png").symlink_to(photo)
    with pytest.raises(UsageError, match="would overwrite the photo itself"):
        output_paths("--annotate", str(tmp_path / target), [photo], ".png")
