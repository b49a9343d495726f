"""A voice is prepared once for a processor, whole or not at all, and whatever is wrong is one clear line."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.core.errors import FetchError, MissingModelError
from device.voice import prepared, runtime
from device.voice.parts import Encoder, Stream
from device.voice.surgery.__main__ import UNFIT
from tests.halves import MADE_UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A voice in a folder of its own."""
    return put(tmp_path / "voices" / "odd.onnx")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The halves of a voice, to be copied."""
    made = prepared.make(put(tmp_path_factory.mktemp("template") / "odd.onnx"))
    assert made.folder
    return made.folder


@pytest.fixture
def halves(template: Path, tmp_path: Path) -> Path:
    """The halves of a voice, to be damaged."""
    folder: Path = shutil.copytree(template, tmp_path / "halves")
    return folder


def put(path: Path, content: bytes = MADE_UP["odd"].read_bytes()) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def left(voice: Path) -> set[str]:
    """What lies in the folder of prepared voices."""
    folder = voice.parent / "prepared"
    return {path.name for path in folder.iterdir() if path.name != ".lock"} if folder.exists() else set()


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> list[str]:
    """A program in place of the surgery; returns a list that has an item for each time it was started."""
    started = []

    def instead(command: list[str], **settings: Any) -> subprocess.CompletedProcess[str]:
        started.append(command[-2])
        done: subprocess.CompletedProcess[str] = RUN([sys.executable, "-c", code, *command[-2:]], **settings)
        return done

    monkeypatch.setattr("device.voice.prepared.subprocess.run", instead)
    return started


RUN = subprocess.run

MAKES = """
import pathlib, sys
(pathlib.Path(sys.argv[2]) / "stream.onnx").write_text("a stream")
print('{"report": "fits", "hop": 60}')
"""


def test_a_voice_is_found_when_it_was_prepared_and_not_before(voice: Path) -> None:
    assert prepared.find(voice) is None
    made = prepared.make(voice)
    assert prepared.find(voice) == made
    assert made.folder
    assert made.found.hop == 60
    assert made.found.seconds_a_frame > 0
    prior = Encoder(made.folder).run([1, 2, 3])
    stream = Stream(made.folder)
    assert stream.plan.hop == made.found.hop
    stream.begin(prior.static)
    assert len(stream.feed(np.repeat(prior.mean, 2, axis=1), last=True)) == 6 * 60
    assert left(voice) == {made.folder.name}


def another_processor(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del voice
    monkeypatch.setattr(prepared, "_processor", lambda: "another one")


def another_runtime(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del voice
    monkeypatch.setattr(runtime, "VERSION", "9.9.9")


def a_newer_file(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    os.utime(voice, ns=(0, voice.stat().st_mtime_ns + 1))


def a_longer_file(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    before = voice.stat().st_mtime_ns
    voice.write_bytes(voice.read_bytes() + b"x")
    os.utime(voice, ns=(before, before))


def no_file(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    voice.unlink()


@pytest.mark.parametrize("change", [another_processor, another_runtime, a_newer_file, a_longer_file, no_file])
def test_what_was_made_for_something_else_is_not_found(
    voice: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    stand_in(monkeypatch, MAKES)
    prepared.make(voice)
    assert prepared.find(voice)
    change(voice, monkeypatch)
    assert prepared.find(voice) is None


def test_halves_of_other_processors_and_versions_make_room(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, MAKES)
    first = prepared.make(voice).folder
    another_processor(voice, monkeypatch)
    second = prepared.make(voice).folder
    assert first != second
    assert second
    assert left(voice) == {second.name}
    assert prepared.make(voice).folder == second


@pytest.mark.parametrize("name", ["en_US-joe", "en_US-joe-medium", "en_US-joe-medium-2", "en_US-[j]oe", "*"])
def test_halves_of_other_voices_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    stand_in(monkeypatch, MAKES)
    names = ("en_US-joe", "en_US-joe-medium", "en_US-joe-medium-2", "en_US-[j]oe", "*")
    voices = [put(tmp_path / f"{each}.onnx") for each in names]
    for each in voices:
        prepared.make(each)
    prepared.make(tmp_path / f"{name}.onnx")
    assert all(prepared.find(each) for each in voices)
    assert len(left(voices[0])) == len(voices)


def test_a_voice_that_does_not_fit_is_remembered_with_the_reason(voice: Path) -> None:
    put(voice, b"<html>no such voice</html>")
    made = prepared.make(voice)
    assert made.folder is None
    assert len(made.found.report.splitlines()) == 1
    assert prepared.find(voice) == made
    assert len(left(voice)) == 1


def test_of_a_voice_that_does_not_fit_no_halves_are_kept(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, f"{MAKES.replace('fits', 'odd').replace('60', '0')}\nsys.exit({UNFIT})")
    assert prepared.make(voice).folder is None
    (folder,) = (voice.parent / "prepared").glob("odd-*")
    assert {file.name for file in folder.iterdir()} == {prepared.FOUND, prepared.SIZES}


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", r"status -9"),
        ("import sys; print('lines', file=sys.stderr); sys.exit('no\\nroom')", "room"),
        ("raise MemoryError('too large')", "MemoryError: too large"),
    ],
)
def test_a_surgery_that_dies_is_one_line_and_leaves_nothing(
    voice: Path, monkeypatch: pytest.MonkeyPatch, code: str, line: str
) -> None:
    half = "import pathlib, sys; (pathlib.Path(sys.argv[2]) / 'half').write_text('half')\n"
    stand_in(monkeypatch, half + code)
    expected = rf"^odd\.onnx could not be prepared \({line}\); run again: voxframe models fetch$"
    with pytest.raises(FetchError, match=expected):
        prepared.make(voice)
    assert left(voice) == set()
    assert prepared.find(voice) is None


def test_a_surgery_that_dies_leaves_what_was_there(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, MAKES)
    made = prepared.make(voice)
    stand_in(monkeypatch, "raise MemoryError")
    with pytest.raises(FetchError):
        prepared.make(voice)
    assert prepared.find(voice) == made


def test_a_surgery_that_says_nothing_sensible_is_one_line(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "print('hello')")
    with pytest.raises(FetchError, match=r"is not what it should be; run again: voxframe models fetch$"):
        prepared.make(voice)


def test_what_a_killed_fetch_left_is_removed_by_the_next(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, MAKES)
    put(voice.parent / "prepared" / ".making-abc" / "halves" / "stream.raw", b"half")
    made = prepared.make(voice)
    assert made.folder
    assert left(voice) == {made.folder.name}


def test_two_fetches_at_once_do_not_disturb_each_other(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = stand_in(monkeypatch, MAKES)
    (voice.parent / "prepared").mkdir()
    with (voice.parent / "prepared" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match=r"another fetch is at work in .*; wait for its end$"):
            prepared.make(voice)
    assert started == []


def test_a_folder_that_cannot_be_written_is_one_line(voice: Path) -> None:
    (voice.parent / "prepared").write_text("a file")
    with pytest.raises(FetchError, match=r"prepared cannot be written \(.*\); it is for the voice$"):
        prepared.make(voice)


@pytest.mark.parametrize("file", ["encoder.onnx", "encoder.weights", "names.json", "stream.onnx", "stream.weights"])
def test_halves_that_lost_their_end_are_not_found(voice: Path, template: Path, file: str) -> None:
    place = prepared._place(voice)
    shutil.copytree(template, place)
    assert prepared.find(voice)
    put(place / file, (place / file).read_bytes()[:-1])
    assert prepared.find(voice) is None
    (place / file).unlink()
    assert prepared.find(voice) is None


@pytest.mark.parametrize("said", ["", "{", "null", "[]", '{"hop": 1}', '{"report": "", "more": 1}', "\xff"])
@pytest.mark.parametrize("file", [prepared.FOUND, prepared.SIZES])
def test_rubbish_in_what_was_said_is_as_good_as_nothing(voice: Path, template: Path, file: str, said: str) -> None:
    place = prepared._place(voice)
    shutil.copytree(template, place)
    put(place / file, said.encode("latin-1"))
    assert prepared.find(voice) is None


LOADS = """
import sys
from pathlib import Path
from device.core.errors import MissingModelError
from device.voice.parts import Encoder, Stream
for kind in (Encoder, Stream):
    try:
        kind(Path(sys.argv[1]))
    except MissingModelError as error:
        print(error)
"""


@pytest.mark.parametrize("file", ["encoder.onnx", "encoder.weights", "stream.onnx", "stream.weights"])
@pytest.mark.parametrize("end", [0, 1, 5000, -1, None])
def test_halves_that_are_cut_are_named_and_end_no_process(halves: Path, file: str, end: int | None) -> None:
    content = (halves / file).read_bytes()
    if end is None:
        (halves / file).unlink()
    else:
        (halves / file).write_bytes(content[:end])
    # A process of its own: weights are mapped, and reading beyond the end of a file ends the process.
    done = subprocess.run([sys.executable, "-c", LOADS, halves], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert f"{halves}/{file.partition('.')[0]}.onnx is damaged" in done.stdout
    assert done.stdout.endswith("voxframe models fetch\n")


@pytest.mark.parametrize(
    "said",
    ["", "null", "[]", "{}", '{"static": null}', '{"static": [], "mean": 1}', "\xff", None],
)
def test_names_that_are_damaged_are_named(halves: Path, said: str | None) -> None:
    if said is None:
        (halves / "names.json").unlink()
    else:
        put(halves / "names.json", said.encode("latin-1"))
    with pytest.raises(MissingModelError, match=r"names\.json is damaged; mend it with: voxframe models fetch$"):
        Encoder(halves)


def test_names_of_another_voice_are_named(halves: Path) -> None:
    names = json.loads((halves / "names.json").read_text())
    put(halves / "names.json", json.dumps(names | {"mean": "another"}).encode())
    with pytest.raises(MissingModelError, match=r"names\.json is of another voice; mend it with: voxframe models"):
        Encoder(halves)


def test_a_stream_without_a_plan_is_named(halves: Path) -> None:
    with pytest.raises(MissingModelError, match=r"encoder\.onnx is damaged; mend it with: voxframe models fetch$"):
        Stream(halves, file="encoder.onnx")


PREPARES = """
import sys
from pathlib import Path
from device.voice import parts, prepared
made = prepared.make(Path(sys.argv[1]))
parts.Encoder(made.folder), parts.Stream(made.folder)
print([name for name in sys.modules if name.partition(".")[0] in ("onnx", "google")])
"""


def test_whoever_prepares_or_speaks_loads_no_onnx(voice: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PREPARES, voice], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
