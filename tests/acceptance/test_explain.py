"""What `voxframe explain` promises to whoever calls it: a page, where it lies, and nothing overwritten unasked."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from device.app.shipped import PHOTOS
from device.models.folder import models_folder
from tests.command import records, voxframe

if TYPE_CHECKING:
    from pathlib import Path

GROUP = PHOTOS / "apollo11_crew.jpg"


def test_the_page_tells_the_sentences_that_describe_says(tmp_path: Path) -> None:
    (record,) = records(voxframe("describe", "--json", "--speaking", "person", GROUP))
    page = tmp_path / "page.html"
    done = voxframe("explain", GROUP, "--output", page, "--speaking", "person")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{page}\n", "")
    html = page.read_text(encoding="utf-8")
    for sentence in record["narration"]:
        assert f">{sentence['text'].replace(chr(39), '&#x27;')}</a>" in html
    assert html.count('<g id="head-face-') == 3


def test_the_same_photo_gives_the_same_page(tmp_path: Path) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        assert voxframe("explain", GROUP, "--output", tmp_path / name).returncode == 0
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_without_a_name_the_page_is_called_after_the_photo_and_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "apollo11_crew.explain.html").write_text("mine")
    done = voxframe("explain", GROUP, folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "apollo11_crew.explain-2.html\n")
    assert (tmp_path / "apollo11_crew.explain.html").read_text() == "mine"
    assert "<h1>" in (tmp_path / "apollo11_crew.explain-2.html").read_text(encoding="utf-8")


def test_a_folder_takes_the_page_by_the_name_of_the_photo(tmp_path: Path) -> None:
    done = voxframe("explain", GROUP, "--output", f"{tmp_path}/pages/")
    assert done.stdout == f"{tmp_path}/pages/apollo11_crew.explain.html\n"
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["apollo11_crew.explain.html"]


@pytest.mark.parametrize(("name", "content"), [("missing.jpg", None), ("broken.jpg", b"\xff\xd8\xff"), ("no.jpg", b"")])
def test_a_photo_that_cannot_be_read_ends_with_3_and_one_line_and_no_page(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    done = voxframe("explain", name, folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"voxframe: {name}")
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_page_that_cannot_be_written_ends_with_2_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "missing" / "page.html", tmp_path / "file" / "page.html"):
        done = voxframe("explain", GROUP, "--output", target)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert str(target) in done.stderr


def test_the_photo_itself_is_never_overwritten(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    shutil.copy(GROUP, photo)
    (tmp_path / "other.html").symlink_to(photo)
    for target in ("photo.jpg", "other.html"):
        done = voxframe("explain", "photo.jpg", "--output", target, folder=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "the photo itself" in done.stderr
    assert photo.read_bytes() == GROUP.read_bytes()


@pytest.mark.parametrize("name", [b"caf\xe9.jpg", b"-dash.jpg", b"new\nline\x1b[31m.jpg"])
def test_any_file_name_is_only_a_name(tmp_path: Path, name: bytes) -> None:
    shutil.copy(GROUP, tmp_path / name.decode("utf-8", "surrogateescape"))
    done = voxframe("explain", name, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert "\x1b" not in done.stdout
    assert len([path for path in tmp_path.iterdir() if path.name.endswith(".explain.html")]) == 1


def test_a_language_without_texts_is_bad_usage(tmp_path: Path) -> None:
    done = voxframe("explain", GROUP, "--language", "tlh", folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_command_and_where_the_page_goes() -> None:
    assert "explain" in voxframe("--help").stdout
    told = voxframe("explain", "--help").stdout
    assert "PHOTO.explain.html" in told
    assert "--output FILE.html|FOLDER" in told


def test_with_sound_the_page_speaks_and_who_speaks_in_it_moves(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = voxframe("explain", PHOTOS / "curies_lab.jpg", "--speaking", "person", "--sound", "--output", page)
    assert (done.returncode, done.stderr) == (0, "")
    html = page.read_text(encoding="utf-8")
    assert html.count("<audio") == 1
    assert html.count('<script type="module">') == 1
    assert '"faces":{"0":{' in html


def test_without_it_the_page_is_silent_and_runs_no_script_also_where_there_is_no_voice(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for each in models_folder(os.environ).iterdir():
        if "joe" not in each.name:
            (models / each.name).symlink_to(each)
    environment, page = {"VOXFRAME_MODELS": str(models)}, tmp_path / "page.html"
    assert voxframe("explain", GROUP, "--output", page, environment=environment).returncode == 0
    assert not any(each in page.read_text(encoding="utf-8") for each in ("<script", "<audio", "<canvas"))
    page.unlink()
    done = voxframe("explain", GROUP, "--sound", "--output", page, environment=environment)
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert not page.exists()


def test_in_person_the_page_says_who_moves_and_who_does_not_and_why(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert voxframe("explain", PHOTOS / "curies_lab.jpg", "--speaking", "person", "--output", page).returncode == 0
    html = page.read_text(encoding="utf-8")
    assert "its mouth is seen with" in html
    assert "the points of its mesh are held to be a face" in html
    assert "movement: <b>none</b>" in html
    assert voxframe("explain", PHOTOS / "curies_lab.jpg", "--output", page).returncode == 0
    assert "movement" not in page.read_text(encoding="utf-8")
