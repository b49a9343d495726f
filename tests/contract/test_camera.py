"""What every camera promises, and what the one that replays a folder adds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from device.core.errors import MissingDeviceError
from device.intake.replay import ReplayCamera

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import Camera


def camera(folder: Path) -> Camera:
    return ReplayCamera(folder=folder, limit_bytes=100)


def names(source: Camera) -> list[str]:
    found = []
    while captured := source.capture():
        found.append(captured.name)
    return found


def test_it_gives_none_when_there_is_nothing_and_may_be_closed_twice(tmp_path: Path) -> None:
    source = camera(tmp_path)
    assert source.capture() is None
    source.close()
    source.close()


def test_a_source_that_is_gone_is_named_in_one_line_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    source = camera(folder)
    with pytest.raises(MissingDeviceError, match="photos cannot be replayed"):
        source.capture()
    folder.mkdir()
    assert source.capture() is None


def test_each_file_is_played_once_in_the_order_of_names_and_new_ones_later(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    source = camera(tmp_path)
    assert names(source) == ["a.jpg", "b.jpg"]
    (tmp_path / "0.jpg").write_bytes(b"new")
    assert names(source) == ["0.jpg"]
    assert sorted(os.listdir(tmp_path)) == [".hidden", "0.jpg", "a.jpg", "b.jpg"]  # noqa: PTH208 - names alone


def test_a_file_over_the_limit_is_left_out_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "large.jpg").write_bytes(b"x" * 101)
    (tmp_path / "small.jpg").write_bytes(b"x" * 100)
    assert names(camera(tmp_path)) == ["small.jpg"]
    assert "large.jpg is left out" in caplog.text


def test_a_link_that_cannot_be_followed_is_left_out_and_the_others_are_played(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.jpg").symlink_to("x" * 300)
    (tmp_path / "b.jpg").write_bytes(b"b")
    assert names(camera(tmp_path)) == ["b.jpg"]
    assert "a.jpg is left out" in caplog.text


def test_a_photo_is_the_same_one_after_a_restart_and_another_one_when_it_is_replaced(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"one")
    source = camera(tmp_path)
    first, again = source.capture(), camera(tmp_path).capture()
    photo.write_bytes(b"two!")
    replaced = source.capture()
    assert first
    assert again
    assert replaced
    assert first.seen_as == again.seen_as != replaced.seen_as
    assert (first.data, replaced.data) == (b"one", b"two!")
    assert source.capture() is None


def test_a_photo_of_the_same_size_and_name_but_a_later_time_is_played(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"one")
    source = camera(tmp_path)
    assert names(source) == ["a.jpg"]
    os.utime(photo, ns=(1, photo.stat().st_mtime_ns + 1))
    assert names(source) == ["a.jpg"]
    assert names(source) == []


def test_a_folder_that_goes_while_it_is_played_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"x")
    source = camera(folder)
    assert source.capture()
    folder.rename(tmp_path / "away")
    with pytest.raises(MissingDeviceError, match="photos cannot be replayed"):
        source.capture()
    (tmp_path / "away").rename(folder)
    assert names(source) == ["b.jpg"]
