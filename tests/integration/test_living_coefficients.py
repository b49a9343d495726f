"""The page moves a face as the device does: the same coefficients, in a real browser."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import Box, Mark
from device.living.export import exported
from device.living.loudness import Loudness
from device.living.motion import CHANNELS, EASE, SHORTEST_EASE, Mobility, motion_of
from device.living.performance import Performance, Stage, Turn
from device.living.visemes import viseme_spans
from tests.browser import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from device.living.motion import Motion

pytestmark = pytest.mark.slow

RATE = 22_050
SOUNDS = ("p", "b", "m", "f", "v", "a", "i", "u", "oʊ", "tʃ", "s", "θ", "ɹ", "k", "ə", "w", "?")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file: Path = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text("<!doctype html><title>coefficients</title>")
    with opened(file) as shown:
        script = resources.files("device.report").joinpath("static/motion.js").read_text(encoding="utf-8")
        shown.page.add_script_tag(content=script)
        yield shown.page


@pytest.mark.parametrize("seed", range(30))
def test_a_page_computes_the_coefficients_of_the_device(page: Page, seed: int) -> None:
    motion = _motion(np.random.default_rng(seed))
    times = np.concatenate(
        [np.linspace(-1, motion.seconds + 1, 400), [span.start for span in motion.spans], motion.blinks]
    )
    told = exported(_performance(motion))
    rows = page.evaluate(
        "([turn, visemes, times]) => times.map(time => coefficients(turn.motion, visemes, time))",
        [told["turns"][0], told["visemes"], times.tolist()],
    )
    assert np.abs(np.array(rows) - motion.at(times)).max() < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_a_page_draws_at_every_time_at_which_anything_moves(page: Page, seed: int) -> None:
    motion = _motion(np.random.default_rng(seed))
    performance = _performance(motion)
    times = np.linspace(-2, motion.seconds + 3, 800)
    moved = page.evaluate(
        "([told, times]) => times.map(time => movedAt(told, time).length)", [exported(performance), times.tolist()]
    )
    since = times - performance.turns[0].start
    assert np.array_equal(np.array(moved) > 0, motion.at(since).any(axis=1))


def _motion(chance: np.random.Generator) -> Motion:
    """Of any face that says anything."""
    place, marks = 0, []
    for _ in range(chance.integers(0, 40)):
        place += int(chance.choice([0, 0, 0, 0.05, 0.3]) * RATE)
        end = place + int(chance.uniform(0.01, 0.25) * RATE)
        marks.append(Mark(kind="phoneme", text=str(chance.choice(SOUNDS)), first=place, end=end))
        place = end
    seconds = place / RATE + float(chance.uniform(0, 1))
    opens = Loudness(opens=tuple(chance.uniform(0.75, 1.15, max(1, int(seconds * 50)))))
    mobility = Mobility(
        gain=float(chance.uniform(0, 1.6)),
        gap=float(chance.choice([0, chance.uniform(0.01, 0.15)])),
        speaks=bool(chance.random() < 0.8),
        blinks=bool(chance.random() < 0.8),
        teeth=float(chance.choice([0, 0.35, 1])),
    )
    return motion_of(
        viseme_spans(marks, sample_rate=RATE),
        mobility=mobility,
        seconds=seconds,
        seed=int(chance.integers(2**32)),
        loudness=opens if chance.random() < 0.7 else None,
        around=(float(chance.uniform(SHORTEST_EASE, EASE)), float(chance.uniform(SHORTEST_EASE, EASE))),
    )


def _performance(motion: Motion) -> Performance:
    photo = np.zeros((8, 8, 3), np.uint8)
    stage = Stage(photo=photo, faces=(Box(x=0, y=0, width=8, height=8),), rigs={})
    turn = Turn(speaker=0, start=0.5, end=0.5 + motion.seconds, motion=motion)
    return Performance(stage=stage, turns=(turn,), seconds=turn.end)


def test_the_channels_are_in_the_order_of_the_device(page: Page) -> None:
    names = page.evaluate("[JAW, UPPER, LOWER, WIDE, ROUND, TEETH, BLINK, ACROSS, DOWN, BROW, CHANNELS]")
    assert names == [*range(len(CHANNELS)), len(CHANNELS)]
