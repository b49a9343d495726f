"""Filming a speech: it is all taken as it goes by, and a film is there whole or not at all."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from device.app.filming import Filmer, film_bar, made_in
from device.core.errors import UnableError, UsageError
from device.core.types import Box, Mark, SpeechChunk, Utterance
from device.living import film as film_module
from device.living.budget import BEST, Size
from device.living.film import RATE
from device.living.performance import Stage, perform
from device.living.stamp import stamp_of
from device.text.texts import Texts
from tests.faces import rigs_of
from tests.films import decoded, picture_of
from tests.sight import PORTRAIT, seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Rgb, Speaker

SAMPLE_RATE = 16_000
STILL = Stage(photo=picture_of(96, 64), faces=(), rigs={})


def narration(*speakers: Speaker) -> list[Utterance]:
    return [Utterance(speaker=each, text="Ma bo.", language="en", because=()) for each in speakers]


def chunks(utterances: int, *, seconds: float = 0.6) -> list[SpeechChunk]:
    """Each utterance in two chunks, the marks with the first."""
    made = []
    for number in range(utterances):
        first = round(number * seconds * SAMPLE_RATE)
        length = round(seconds * SAMPLE_RATE)
        step = length // 4
        marks = [Mark(kind="sentence", text="Ma bo.", first=first, end=first + length)]
        marks += [
            Mark(kind="phoneme", text=sound, first=first + at * step, end=first + (at + 1) * step)
            for at, sound in enumerate("mabo")
        ]
        pcm = np.full(length // 2, 3000 + number, np.int16)
        made.append(SpeechChunk(pcm=pcm, sample_rate=SAMPLE_RATE, utterance=number, marks=tuple(marks)))
        made.append(SpeechChunk(pcm=pcm, sample_rate=SAMPLE_RATE, utterance=number))
    return made


def filmer(*, utterances: int = 1, processor: Callable[[], float] = time.process_time) -> Filmer:
    made = Filmer(processor=processor)
    assert len(list(made.hearing(chunks(utterances)))) == 2 * utterances
    return made


def portrait() -> Stage:
    left, top, right, bottom = rigs_of(PORTRAIT)[0].box
    box = Box(x=left, y=top, width=right - left, height=bottom - top)
    return Stage(photo=seen(PORTRAIT)[1].rgb, faces=(box,), rigs={0: rigs_of(PORTRAIT)[0]})


def comment(file: Path) -> str:
    with av.open(str(file)) as container:
        return container.metadata["comment"]


def test_all_samples_and_marks_of_a_speech_are_kept() -> None:
    heard = filmer(utterances=2).heard()
    assert heard.seconds == pytest.approx(1.2)
    assert np.array_equal(heard.pcm, np.concatenate([chunk.pcm for chunk in chunks(2)]))
    assert heard.marks == {0: chunks(2)[0].marks, 1: chunks(2)[2].marks}


def test_a_speech_that_was_not_heard_is_of_no_length() -> None:
    assert Filmer().heard().seconds == 0


@pytest.mark.parametrize(
    ("speakers", "moving", "made"),
    [(("narrator",), True, "synthetic"), (("narrator", 0), True, "imagined"), ((0,), False, "still")],
)
def test_the_mark_says_what_is_imagined(speakers: tuple[Speaker, ...], moving: bool, made: str) -> None:  # noqa: FBT001
    stage = portrait()
    stage = stage if moving else Stage(photo=stage.photo, faces=stage.faces, rigs={})
    said = narration(*speakers)
    assert made_in(perform(stage, said, filmer(utterances=len(said)).heard(), seed=1)) == made


def test_a_film_bears_the_mark_of_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    filmer().write(file, STILL, narration("narrator"), seed=1)
    pictures, stamp = decoded(file), stamp_of(Texts("en").text("mark-synthetic"), 96, 64)
    assert len(pictures) == round(0.6 * RATE)
    for picture in pictures:
        assert np.abs(picture.astype(int) - stamp.on(STILL.photo)).mean() < 4
    assert comment(file) == Texts("en").text("film-synthetic")


def test_outside_the_face_that_speaks_every_pixel_is_the_photos_but_for_the_mark() -> None:
    stage = portrait()
    performance = perform(stage, narration(0), filmer().heard(), seed=1)
    high, wide = stage.photo.shape[:2]
    stamp = stamp_of("words", wide + wide % 2, high + high % 2)

    def rest(picture: Rgb) -> Rgb:
        left, top, right, bottom = stage.rigs[0].box
        kept = picture[:high, :wide].copy()
        kept[top:bottom, left:right] = 0
        kept[stamp.top : stamp.top + stamp.patch.shape[0], stamp.left : stamp.left + stamp.patch.shape[1]] = 0
        return kept

    marked = list(film_module._marked(performance.pictures(RATE), "words"))
    assert len(marked) == 15
    assert all(np.array_equal(rest(picture), rest(stage.photo)) for picture in marked)
    assert not np.array_equal(marked[7], marked[0])


def test_the_captions_of_a_film_name_who_speaks_where_several_do(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    filmer(utterances=2).write(file, STILL, narration("narrator", 0), seed=1)
    with av.open(str(file)) as container:
        texts = [bytes(each)[2:].decode() for each in container.demux(subtitles=0)]
    assert [text for text in texts if text] == ["Narrator: Ma bo.", "Face 1: Ma bo."]


def test_a_voice_that_speaks_a_language_without_texts_is_marked_in_english(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    filmer().write(file, STILL, [Utterance(speaker=0, text="Mä.", language="fi", because=())], seed=1)
    assert comment(file) == Texts("en").text("film-still")


class StoppedError(Exception):
    """As an interrupt in the middle."""


@pytest.mark.parametrize("before", [b"", b"an older film"])
def test_what_ends_in_the_middle_leaves_what_was_there_before_and_nothing_else(tmp_path: Path, before: bytes) -> None:
    file = tmp_path / "a.mp4"
    if before:
        file.write_bytes(before)

    def stop(done: int, of: int) -> None:
        if done > of // 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        filmer().write(file, STILL, narration("narrator"), seed=1, progress=stop)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({"a.mp4": before} if before else {})


def test_a_film_takes_the_place_of_an_older_one_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"an older film")
    sizes = []
    filmer().write(
        file, STILL, narration("narrator"), seed=1, progress=lambda *_, **__: sizes.append(file.stat().st_size)
    )
    assert set(sizes) == {len(b"an older film")}
    assert len(decoded(file)) == 15
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]


def test_a_folder_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing/a\.mp4 cannot be written \(No such file or directory\); name anoth"):
        filmer().write(tmp_path / "missing" / "a.mp4", STILL, narration("narrator"), seed=1)


def test_a_place_that_may_not_be_written_is_named() -> None:
    file = Path("/proc/a.mp4")  # not even root may
    with pytest.raises(UsageError, match=r"/proc/a\.mp4 cannot be written \(.+\); name another place"):
        filmer().write(file, STILL, narration("narrator"), seed=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_is_full_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.app.outputs.Path.with_name", lambda *_: tmp_path / "full")
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(UsageError, match=r"a\.mp4 cannot be written \(No space left on device\); make room, or"):
        filmer().write(tmp_path / "a.mp4", STILL, narration("narrator"), seed=1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("seconds_a_picture", "size"),
    [(0.001, Size(1280, 25)), (0.03, Size(640, 25)), (0.12, Size(480, 12)), (1.0, None)],
)
def test_a_film_is_as_large_as_a_trial_shows_to_be_made_in_time(seconds_a_picture: float, size: Size | None) -> None:
    # The first answer is for the first picture, which is much later than all the others are: nothing goes by it.
    work = itertools.chain([1000.0], itertools.count(1000.0 + seconds_a_picture, seconds_a_picture))
    made = filmer(processor=lambda: next(work))
    if size is None:
        with pytest.raises(UnableError, match=r"takes too long here, 26\.8 s .+ 640 pixels; .+ voxframe explain PHOTO"):
            made.size(STILL, narration("narrator"))
    else:
        assert made.size(STILL, narration("narrator")) == size


def test_a_speech_too_short_for_a_trial_is_filmed_at_its_best() -> None:
    short = Filmer()
    assert list(short.hearing(chunks(1, seconds=0.03)))
    assert short.size(STILL, narration("narrator")) == BEST


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told_in_the_trial_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.app.outputs.Path.with_name", lambda *_: tmp_path / "full")
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(UsageError, match=r"trial\.mp4 cannot be written \(No space left on device\); make room, or"):
        filmer().size(STILL, narration("narrator"))


def test_what_pyav_makes_no_film_of_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_module, "_H264", {"preset": "no such one"})
    with pytest.raises(UnableError, match=r"PyAV makes no film of this \(.+\); a page moves without one: voxframe ex"):
        filmer().write(tmp_path / "a.mp4", STILL, narration("narrator"), seed=1)
    assert not list(tmp_path.iterdir())


def test_there_is_no_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with film_bar("a.jpg") as bar:
        filmer().write(tmp_path / "a.mp4", STILL, narration("narrator"), seed=1, progress=bar)
    assert capsys.readouterr() == ("", "")
