"""A film in programs that others wrote: they find nothing wrong, read where it comes from, and play it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from device.living.film import write_film
from device.text.provenance import PARTLY_MADE, TOOL
from tests.browser import opened
from tests.films import a_film, cue

if TYPE_CHECKING:
    from pathlib import Path

_PLAY = """async () => {
    const video = document.querySelector('video');
    const until = what => new Promise((done, failed) => {
        video.addEventListener(what, done);
        video.addEventListener('error', () => failed(video.error.message));
    });
    if (video.readyState < 2) await until('loadeddata');
    const played = new Promise(done => video.addEventListener('timeupdate', () => video.currentTime > 0.5 && done()));
    await video.play();
    await played;
    return [video.duration, video.videoWidth, video.videoHeight, video.error];
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("film") / "a.mp4"
    cues = (cue("Two people,\none of them.", 0.1, 0.8), cue("läuft.", 1.0, 1.9))
    write_film(made, a_film(wide=321, high=240, seconds=2.0, cues=cues, language="de"))
    return made


def asked(program: str, package: str, *arguments: str | Path) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt-get install {package}")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_ffprobe_finds_nothing_wrong(file: Path) -> None:
    found: dict[str, Any] = json.loads(
        asked("ffprobe", "ffmpeg", "-v", "error", "-of", "json", "-show_format", "-show_streams", file)
    )
    video, sound, captions = found["streams"]
    assert [each["codec_name"] for each in found["streams"]] == ["h264", "aac", "mov_text"]
    assert (video["width"], video["height"], video["pix_fmt"], video["r_frame_rate"]) == (322, 240, "yuv420p", "25/1")
    assert (video["color_space"], video["color_range"]) == ("smpte170m", "tv")
    assert sound["channels"] == 1
    assert [each["tags"]["language"] for each in (sound, captions)] == ["deu", "deu"]
    assert {float(each["start_time"]) for each in found["streams"]} == {0.0}
    assert float(video["duration"]) == pytest.approx(float(sound["duration"]), abs=0.04)
    assert found["format"]["tags"]["comment"] == "A comment."


def test_every_part_of_it_can_be_decoded(file: Path) -> None:
    strictly = ("-v", "warning", "-xerror", "-i", file)
    assert asked("ffmpeg", "ffmpeg", *strictly, "-map", "0:v", "-map", "0:a", "-f", "null", "-") == ""
    assert "läuft." in asked("ffmpeg", "ffmpeg", *strictly, "-map", "0:s", "-f", "webvtt", "-")


def test_exiftool_reads_where_it_comes_from(file: Path) -> None:
    (found,) = json.loads(asked("exiftool", "libimage-exiftool-perl", "-j", "-G0", file))
    assert found["XMP:DigitalSourceType"] == PARTLY_MADE
    assert found["XMP:CreatorTool"] == TOOL
    assert found["QuickTime:Title"] == "A title"
    assert "ExifTool:Warning" not in found or "[minor]" in found["ExifTool:Warning"]


def test_a_browser_plays_it(file: Path, tmp_path: Path) -> None:
    shutil.copy(file, tmp_path / "a.mp4")
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><title>film</title><video src="a.mp4" muted></video>', encoding="utf-8")
    with opened(page) as shown:
        seconds, wide, high, error = shown.page.evaluate(_PLAY)
        assert seconds == pytest.approx(2.0, abs=0.05)
        assert (wide, high, error) == (322, 240, None)
        assert shown.complaints == []
