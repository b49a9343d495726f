"""A real photo, a real voice: the film of who speaks."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from device.app.filming import Filmer
from device.core.types import Box, Utterance
from device.living.film import RATE
from device.living.performance import Stage
from device.living.stamp import stamp_of
from device.text.texts import Texts
from scripts.benches.film_child import work_of
from tests.conftest import ROOT
from tests.faces import faces_of, rigs_of
from tests.films import decoded
from tests.locations import synthesiser
from tests.sight import PORTRAIT, seen

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TEXTS = ("Maybe Bob saw four people at the museum.", "I am looking at you.")
MOST_MEGABYTES = 250


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("film") / "a.mp4"
    rig = rigs_of(PORTRAIT)[0]
    left, top, right, bottom = rig.box
    stage = Stage(
        photo=seen(PORTRAIT)[1].rgb,
        faces=(Box(x=left, y=top, width=right - left, height=bottom - top),),
        rigs={0: rig},
    )
    narration = [Utterance(speaker=0, text=text, language="en", because=()) for text in TEXTS]
    filmer = Filmer()
    samples = sum(len(chunk.pcm) for chunk in filmer.hearing(synthesiser().synthesise(narration)))
    filmer.write(made, stage, narration, seed=1)
    assert filmer.heard().seconds == samples / filmer.heard().sample_rate
    return made


def test_pictures_and_sound_are_as_long_as_the_speech_and_the_words_are_there(file: Path) -> None:
    with av.open(str(file)) as container:
        long = {each.type: float((each.duration or 0) * (each.time_base or 0)) for each in container.streams}
        shown = [bytes(each)[2:].decode() for each in container.demux(subtitles=0)]
    assert long["video"] == pytest.approx(long["audio"], abs=1 / RATE)
    assert " ".join(" ".join(shown).split()) == " ".join(TEXTS)


def test_the_mouth_moves_and_beside_the_face_nothing_does(file: Path) -> None:
    pictures = np.stack(decoded(file)).astype(np.int16)
    left, top, right, bottom = rigs_of(PORTRAIT)[0].box
    high, wide = seen(PORTRAIT)[1].rgb.shape[:2]
    stamp = stamp_of(Texts("en").text("mark-imagined"), wide + wide % 2, high + high % 2)
    apart = np.abs(pictures - pictures[0]).max(axis=(0, 3))
    moved = apart[top:bottom, left:right].max()
    apart[top - 16 : bottom + 16, left - 16 : right + 16] = 0  # compression spreads by a macroblock
    assert moved > 60
    assert apart.max() < moved / 3
    place = (slice(stamp.top, stamp.top + stamp.patch.shape[0]), slice(stamp.left, stamp.left + stamp.patch.shape[1]))
    assert np.abs(pictures[-1][place] - stamp.on(seen(PORTRAIT)[1].rgb)[place]).mean() < 6


@pytest.mark.parametrize("side", [640, 1280])
def test_a_film_needs_less_memory_than_a_small_device_has(tmp_path: Path, side: int) -> None:
    pixels, mesh = faces_of(PORTRAIT)[0]
    narration = [Utterance(speaker=0, text=text, language="en", because=()) for text in TEXTS]
    chunks = list(synthesiser().synthesise(narration))
    assert work_of(pixels, mesh, narration, chunks, side).done(tmp_path).peak_megabytes < MOST_MEGABYTES


def test_pyav_is_loaded_when_a_film_is_made_and_not_before() -> None:
    program = "import device.app.filming, device.living.film, sys; sys.exit('av' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
