"""A sentence has the same samples however its frames are cut."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.surgery.prepare import prepare
from tests.halves import MADE_UP, SPEAKERS, Halves, Whole, fed, frames_of, random_ids

if TYPE_CHECKING:
    from device.voice.engine import Samples

SAME = 1e-5
NAMES = st.sampled_from(sorted(MADE_UP))
LENGTHS = st.one_of(st.integers(1, 4), st.integers(1, 40))
SIZES = st.lists(st.one_of(st.integers(1, 3), st.integers(1, 90)), max_size=30)
SEEDS = st.integers(0, 999)


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Halves]:
    made = {}
    for name, model in MADE_UP.items():
        folder = tmp_path_factory.mktemp(name)
        prepare(model, folder)
        made[name] = Halves.load(folder)
    return made


@pytest.fixture(scope="module")
def speakers() -> Whole:
    return Whole(MADE_UP["speakers"])


def alike(made: Samples, wanted: Samples) -> bool:
    return made.shape == wanted.shape and bool(np.abs(made - wanted).max(initial=0) < SAME)


@given(NAMES, LENGTHS, SIZES, SEEDS)
@settings(deadline=None, max_examples=60)
def test_chunks_of_any_sizes_give_the_samples_of_one_call(
    voices: dict[str, Halves], name: str, length: int, sizes: list[int], seed: int
) -> None:
    halves = voices[name]
    prior = halves.encoder.run(random_ids(length, seed=seed), speaker=seed % SPEAKERS[name])
    once = fed(halves.stream, prior, ())
    assert len(once) == frames_of(prior).shape[1] * halves.stream.plan.hop
    assert alike(fed(halves.stream, prior, sizes), once)


@given(NAMES, LENGTHS, SEEDS)
@settings(deadline=None, max_examples=20)
def test_frame_by_frame_gives_each_frame_as_soon_as_it_can_be_known(
    voices: dict[str, Halves], name: str, length: int, seed: int
) -> None:
    stream = voices[name].stream
    prior = voices[name].encoder.run(random_ids(length, seed=seed))
    frames = frames_of(prior)
    stream.begin(prior.static)
    given_frames, heard = min(stream.plan.look_ahead, frames.shape[1]), 0
    heard += len(stream.feed(frames[:, :given_frames], last=given_frames == frames.shape[1]))
    while given_frames < frames.shape[1]:
        assert 0 <= given_frames * stream.plan.hop - heard <= stream.plan.look_ahead * stream.plan.hop
        given_frames += 1
        last = given_frames == frames.shape[1]
        heard += len(stream.feed(frames[:, given_frames - 1 : given_frames], last=last))
    assert heard == frames.shape[1] * stream.plan.hop


@given(NAMES, SIZES, SEEDS)
@settings(deadline=None, max_examples=20)
def test_a_sentence_knows_nothing_of_one_that_was_broken_off_before_it(
    voices: dict[str, Halves], name: str, sizes: list[int], seed: int
) -> None:
    halves = voices[name]
    prior = halves.encoder.run(random_ids(9, seed=seed))
    fresh = fed(halves.stream, prior, sizes)
    other = halves.encoder.run(random_ids(30, seed=seed + 1), speaker=SPEAKERS[name] - 1)
    halves.stream.begin(other.static)
    halves.stream.feed(frames_of(other)[:, : halves.stream.plan.look_ahead + seed % 7], last=False)
    assert np.array_equal(fed(halves.stream, prior, sizes), fresh)


@given(LENGTHS, SEEDS)
@settings(deadline=None, max_examples=20)
def test_each_speaker_has_durations_and_a_voice_of_their_own(
    voices: dict[str, Halves], speakers: Whole, length: int, seed: int
) -> None:
    halves, ids = voices["speakers"], random_ids(length, seed=seed)
    static = []
    for speaker in range(SPEAKERS["speakers"]):
        prior = halves.encoder.run(ids, speaker=speaker)
        assert alike(fed(halves.stream, prior, repeat(20)), speakers.say(ids, speaker=speaker))
        static.append(np.concatenate([each.ravel() for each in prior.static]))
    assert len(static[0]) > 0
    assert len({each.tobytes() for each in static}) == SPEAKERS["speakers"]


@pytest.mark.parametrize("name", MADE_UP)
def test_a_single_phoneme_is_a_sentence(voices: dict[str, Halves], name: str) -> None:
    whole = Whole(MADE_UP[name])
    for phoneme in range(0, 256, 15):
        for length in (0.3, 1.0, 2.5):
            wanted = whole.say([phoneme], length=length)
            assert alike(voices[name].say([phoneme], repeat(1), length=length), wanted)
