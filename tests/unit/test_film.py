"""A film: what was drawn, heard and said is in it, at its time, with its mark, and the file is whole."""

from __future__ import annotations

import importlib.abc
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import av
import cv2
import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.living.film import RATE, write_film
from device.living.stamp import stamp_of
from device.text.provenance import PARTLY_MADE, TOOL
from tests.films import SAMPLE_RATE, WORDS, Pictures, a_film, boxes, cue, decoded, picture_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from device.core.types import Rgb
    from device.living.film import Film

A_PICTURE = 1 / RATE


def written(folder: Path, film: Film) -> Path:
    write_film(folder / "a.mp4", film)
    return folder / "a.mp4"


def heard(file: Path) -> np.ndarray:
    with av.open(str(file)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def seconds_of(file: Path) -> dict[str, float]:
    with av.open(str(file)) as container:
        return {each.type: float((each.duration or 0) * (each.time_base or 0)) for each in container.streams}


def likeness(picture: Rgb, mark: str) -> float:
    """How like the mark something in the picture is, and that it lies where it belongs: 1 at the best."""
    high, wide = picture.shape[:2]
    stamp = stamp_of(mark, wide, high)
    alpha = stamp.patch[..., 3:] / 255
    # Over a middle grey: what is under the band is not known to who looks for it.
    wanted = (stamp.patch[..., :3] * alpha + 128 * (1 - alpha)).astype(np.float32)
    found = cv2.matchTemplate(picture.astype(np.float32), wanted, cv2.TM_CCOEFF_NORMED)
    at = np.unravel_index(found.argmax(), found.shape)
    return float(found.max()) if abs(at[0] - stamp.top) + abs(at[1] - stamp.left) <= 1 else 0.0


@pytest.mark.parametrize("grey", [60, 200])
@pytest.mark.parametrize(("wide", "high"), [(640, 426), (200, 134), (134, 200)])
def test_every_picture_of_a_film_bears_the_mark(tmp_path: Path, wide: int, high: int, grey: int) -> None:
    reel = Pictures(picture_of(wide, high, grey), 0.6)
    pictures = decoded(written(tmp_path, a_film(reel=reel, seconds=0.6)))
    # The mark itself was 0.99 and more, other words of the same length in the same place up to 0.63.
    assert len(pictures) == 15
    assert min(likeness(picture, WORDS) for picture in pictures) > 0.85
    assert max(likeness(picture, "measured noise for enjoyment") for picture in pictures) < 0.85
    assert max(likeness(picture, WORDS) for picture in reel.pictures(RATE)) < 0.5


def test_but_for_the_mark_a_picture_is_what_was_drawn_and_compression_alone_changes_it(tmp_path: Path) -> None:
    film = a_film(wide=320, high=240)
    stamp = stamp_of(WORDS, 320, 240)
    for drawn, seen in zip(film.reel.pictures(RATE), decoded(written(tmp_path, film)), strict=True):
        apart = np.abs(seen.astype(int) - drawn)
        apart[:24, :24] = 0  # the square that changes
        apart[stamp.top - 8 :, stamp.left - 8 :] = 0
        assert apart.max() <= 8
        assert apart.mean() <= 2


def test_colours_are_those_of_the_photo(tmp_path: Path) -> None:
    colours = [(230, 20, 20), (20, 200, 30), (20, 30, 220), (250, 250, 250), (5, 5, 5), (230, 200, 20)]
    picture = np.repeat(np.repeat(np.array(colours, np.uint8).reshape(2, 3, 3), 100, axis=0), 100, axis=1)
    (seen, *_) = decoded(written(tmp_path, a_film(reel=Pictures(picture, 0.2), seconds=0.2)))
    for number, colour in enumerate(colours):
        row, column = divmod(number, 3)
        assert seen[100 * row + 50, 100 * column + 50].astype(int) == pytest.approx(colour, abs=6)


@pytest.mark.parametrize("seconds", [0.03, 0.5, 1.013, 2.489])
def test_pictures_and_sound_begin_and_end_together(tmp_path: Path, seconds: float) -> None:
    file = written(tmp_path, a_film(seconds=seconds, reel=Pictures(picture_of(64, 64), seconds)))
    long = seconds_of(file)
    assert long["video"] == pytest.approx(seconds, abs=A_PICTURE)
    assert long["audio"] == pytest.approx(seconds, abs=A_PICTURE)


def test_the_sound_is_the_speechs_own_and_nothing_stands_in_front_of_it(tmp_path: Path) -> None:
    pcm = np.zeros(SAMPLE_RATE, np.int16)
    pcm[8000:8400] = 12_000
    sound = heard(written(tmp_path, a_film(pcm=pcm)))
    loud = np.flatnonzero(np.abs(sound) > 0.15)
    assert (loud[0], loud[-1]) == pytest.approx((8000, 8400), abs=64)  # 3 ms


def test_a_speech_without_a_sample_is_one_picture(tmp_path: Path) -> None:
    film = a_film(seconds=0.0, reel=Pictures(picture_of(64, 64), 0.0), pcm=np.zeros(0, np.int16))
    assert len(decoded(written(tmp_path, film))) == 1


@pytest.mark.parametrize(("language", "letters"), [("en", "eng"), ("de-AT", "deu"), ("nb_NO", "nob"), ("qq", "und")])
def test_captions_are_read_back_with_their_times_and_language(tmp_path: Path, language: str, letters: str) -> None:
    cues = (cue("Two people, {one} of\n<b>them</b> läuft.", 0.1, 0.44), cue("I am Bob.", 0.5, 0.96, "Face 1"))
    found = []
    with av.open(str(written(tmp_path, a_film(cues=cues, language=language)))) as container:
        (stream,) = container.streams.subtitles
        assert stream.metadata["language"] == letters
        assert container.streams.audio[0].metadata["language"] == letters
        for packet in container.demux(stream):
            content = bytes(packet)
            text = content[2 : 2 + int.from_bytes(content[:2], "big")].decode()
            if text:
                start = float((packet.pts or 0) * packet.time_base)
                found.append((text, start, start + float((packet.duration or 0) * packet.time_base)))
    assert [text for text, _, _ in found] == [cues[0].text, f"Face 1: {cues[1].text}"]
    assert [times for _, *times in found] == [pytest.approx([each.start, each.end], abs=0.001) for each in cues]


@pytest.mark.parametrize(("wide", "high"), [(321, 241), (320, 241), (35, 21), (2, 2), (1, 1)])
def test_sides_are_even_and_nothing_of_the_photo_is_lost(tmp_path: Path, wide: int, high: int) -> None:
    reel = Pictures(picture_of(wide, high), 0.1)
    (first, *_) = decoded(written(tmp_path, a_film(reel=reel, seconds=0.1)))
    assert first.shape[:2] == (high + high % 2, wide + wide % 2)


def test_a_machine_finds_where_the_film_comes_from_in_a_box_of_its_own(tmp_path: Path) -> None:
    top = [(path[0], content) for path, content in boxes(written(tmp_path, a_film()).read_bytes()) if len(path) == 1]
    assert [name for name, _ in top] == [b"ftyp", b"moov", b"free", b"mdat", b"uuid"]
    content = top[-1][1]
    assert content[:16].hex() == "be7acfcb97a942e89c71999491e3afac"
    xml = ET.fromstring(content[16:])  # noqa: S314 - it is our own
    description = next(xml.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))
    assert description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType") == PARTLY_MADE
    assert description.get("{http://ns.adobe.com/xap/1.0/}CreatorTool") == TOOL


def test_a_person_who_looks_at_its_properties_sees_it(tmp_path: Path) -> None:
    with av.open(str(written(tmp_path, a_film()))) as container:
        assert (container.metadata["title"], container.metadata["comment"]) == ("A title", "A comment.")


def test_the_same_film_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    assert written(tmp_path, a_film()).read_bytes() == written(tmp_path / "b", a_film()).read_bytes()


def test_progress_is_told_picture_by_picture_to_the_last(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_film(tmp_path / "a.mp4", a_film(seconds=0.4), progress=lambda done, of: told.append((done, of)))
    assert told == [(done, 10) for done in range(1, 11)]


def test_pictures_are_made_one_by_one_and_none_is_kept(tmp_path: Path) -> None:
    made = []

    class Counting(Pictures):
        def pictures(self, rate: float):  # type: ignore[no-untyped-def] # noqa: ANN202
            for picture in super().pictures(rate):
                made.append(sys.getrefcount(picture))
                yield picture

    write_film(tmp_path / "a.mp4", replace(a_film(), reel=Counting(picture_of(64, 64), 1.0)))
    assert max(made) == min(made)


class _NoPyAV(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        if name == "av":
            raise ModuleNotFoundError("No module named 'av'", name="av")
        return None


def test_without_pyav_one_line_says_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "av")
    monkeypatch.setattr(sys, "meta_path", [_NoPyAV(), *sys.meta_path])
    with pytest.raises(MissingModelError, match=r"PyAV is not installed.*; pip install av==\d") as caught:
        write_film(tmp_path / "a.mp4", a_film())
    assert caught.value.exit_status == 4
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_name_with_a_colon_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(Path("12:30.mp4"), a_film(seconds=0.2))
    assert len(decoded(tmp_path / "12:30.mp4")) == 5
