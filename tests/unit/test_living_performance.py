"""Who is seen to do what, and when."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from device.core.types import Box, Claim, Mark, Utterance
from device.living.motion import ACROSS, DOWN, JAW
from device.living.performance import Heard, Performance, Stage, Turn, perform
from device.living.spotlight import DARK
from tests.faces import coefficients, rigs_of
from tests.sight import GROUP, seen

if TYPE_CHECKING:
    from device.core.types import Rgb, Speaker
    from device.living.motion import Array, Motion

RATE = 16_000
SOUNDS = ("m", "a", "b", "o", "p", "i", "f", "a")


def said(*speakers: Speaker, about: tuple[int, ...] = ()) -> list[Utterance]:
    because = tuple(
        Claim(about=f"face {face}", name="place", value="left", score=1, threshold=0.5, said=True, why="it is there")
        for face in about
    )
    return [Utterance(speaker=each, text="ma", language="en", because=because) for each in speakers]


def heard(utterances: int, *, seconds: float = 1.0, pause: float = 0.4, sounds: tuple[str, ...] = SOUNDS) -> Heard:
    """Each of them as long, with a pause behind it."""
    marks = {}
    for number in range(utterances):
        first = round(number * (seconds + pause) * RATE)
        step = round(seconds * RATE / len(sounds))
        marks[number] = tuple(
            Mark(kind="phoneme", text=sound, first=first + at * step, end=first + (at + 1) * step)
            for at, sound in enumerate(sounds)
        )
    pcm = np.full(round(utterances * (seconds + pause) * RATE), 3000, np.int16)
    return Heard(pcm=pcm, sample_rate=RATE, marks=marks)


@cache
def stage() -> Stage:
    photo: Rgb = seen(GROUP)[1].rgb
    rigs = rigs_of(GROUP)
    boxes = tuple(
        Box(x=left, y=top, width=right - left, height=bottom - top)
        for left, top, right, bottom in (r.box for r in rigs)
    )
    return Stage(photo=photo, faces=boxes, rigs=dict(enumerate(rigs)))


def outside(picture: Rgb, *faces: int) -> Rgb:
    """The picture with nothing in the boxes of these faces."""
    rest = picture.copy()
    for face in faces:
        left, top, right, bottom = stage().rigs[face].box
        rest[top:bottom, left:right] = 0
    return rest


def performance(*speakers: Speaker, about: tuple[int, ...] = ()) -> Performance:
    return perform(stage(), said(*speakers, about=about), heard(len(speakers)), seed=3)


def test_only_who_speaks_moves_and_every_other_pixel_is_the_photos() -> None:
    played = performance(0, 2)
    photo = stage().photo
    for turn, own, other in ((played.turns[0], 0, 2), (played.turns[1], 2, 0)):
        moved = [played.at(seconds) for seconds in np.linspace(turn.start, turn.end, 9)]
        assert all(np.array_equal(outside(picture, own), outside(photo, own)) for picture in moved)
        assert all(not np.array_equal(outside(picture, other), outside(photo, other)) for picture in moved)


def test_before_and_after_the_speech_the_picture_is_the_photo() -> None:
    played = performance(1)
    assert np.array_equal(played.at(-0.6), stage().photo)
    assert np.array_equal(played.at(1.6), stage().photo)


def test_a_head_does_not_jump_where_the_sound_begins_and_ends() -> None:
    played = performance(0, 0, 1)
    for turn in played.turns:
        assert turn.motion
        times = np.arange(0, played.seconds, 0.04) - turn.start
        sway = turn.motion.at(times)[:, [ACROSS, DOWN]]
        assert np.abs(sway).max() > 0.002
        assert np.abs(sway[[0, -1]]).max() < 0.001
        assert np.abs(np.diff(sway, axis=0)).max() < 0.002


def test_sentences_of_one_speaker_are_one_turn() -> None:
    assert [turn.speaker for turn in performance(0, 0, 1, "narrator", "narrator").turns] == [0, 1, "narrator"]


def test_a_film_is_as_long_as_its_speech_and_shows_the_same_as_single_moments() -> None:
    played = performance(0, 2)
    pictures = list(played.pictures(10))
    assert len(pictures) == round(played.seconds * 10)
    for number in (0, 5, 13, 20):
        assert np.array_equal(pictures[number], played.at(number / 10))


def test_the_pictures_of_a_long_speech_take_hardly_more_memory_than_those_of_a_short_one() -> None:
    def most(seconds: float) -> int:
        spoken = heard(1, seconds=seconds, sounds=SOUNDS * round(seconds))
        pictures = perform(stage(), said(0), spoken, seed=1).pictures(25)
        tracemalloc.start()
        next(pictures)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(1)  # what is kept from the first one on
    assert most(120) < most(5) + 20e6


def test_a_face_that_is_not_on_the_stage_stays_as_it_is() -> None:
    still = Stage(photo=stage().photo, faces=stage().faces, rigs={})
    played = perform(still, said(0), heard(1), seed=1)
    assert np.array_equal(played.at(0.5), still.photo)


def test_who_the_narrator_speaks_of_is_lit_and_the_others_are_a_little_darker() -> None:
    played = performance("narrator", about=(1,))
    picture, photo = played.at(0.5).astype(float), stage().photo.astype(float)
    left, top, right, bottom = stage().rigs[1].box
    middle = (
        slice((3 * top + bottom) // 4, (top + 3 * bottom) // 4),
        slice((3 * left + right) // 4, (left + 3 * right) // 4),
    )
    assert np.abs(picture[middle] - photo[middle]).max() <= 1
    x, y = (int(each) for each in stage().faces[0].centre)
    assert picture[y, x].mean() == pytest.approx(DARK * photo[y, x].mean(), abs=2)
    assert np.array_equal(played.at(-0.5), stage().photo)


def test_between_two_who_are_spoken_of_the_light_does_not_go_out() -> None:
    narration = [said("narrator", about=(face,))[0] for face in (0, 2)]
    played = perform(stage(), narration, heard(2, pause=0.3), seed=1)
    means = [played.at(seconds).mean() for seconds in np.arange(0.0, 2.2, 0.04)]
    assert np.abs(np.diff(means)).max() < 0.1 * np.ptp([stage().photo.mean(), played.at(0.5).mean()]) + 2


def test_a_face_that_moves_beside_a_light_is_as_dark_as_what_is_around_it() -> None:
    narration = [said("narrator", about=(2,))[0], said(0)[0]]
    played = perform(stage(), narration, heard(2, pause=0.1), seed=1)
    left, top, right, bottom = stage().rigs[0].box
    seconds = played.turns[1].start + 0.04  # it speaks, and the light has not gone yet
    assert played.turns[1].motion
    assert played.turns[1].motion.at(np.array([0.04])).any()
    picture, photo = (each[top:bottom, left:right].astype(float) for each in (played.at(seconds), stage().photo))
    around = picture[0].sum() / photo[0].sum()
    assert DARK < around < 0.95
    assert picture.sum() / photo.sum() == pytest.approx(around, abs=0.03)


@dataclass(frozen=True)
class Standing:
    """A motion that stays where it is."""

    row: Array

    def at(self, times: Array) -> Array:
        return np.tile(self.row, (len(times), 1))


def test_of_two_whose_boxes_share_pixels_neither_stills_the_other() -> None:
    rig = stage().rigs[1]
    both = Stage(photo=stage().photo, faces=stage().faces[:2], rigs={0: rig, 1: rig})

    def shown(*rows: Array) -> Rgb:
        turns = tuple(
            Turn(speaker=number, start=0, end=1, motion=cast("Motion", Standing(row)))
            for number, row in enumerate(rows)
        )
        return Performance(stage=both, turns=turns, seconds=1).at(0.5)

    speaking, blinking = coefficients(jaw=0.1), coefficients(blink=1.0)
    alone, together = shown(speaking), shown(speaking, blinking)
    blinked = (shown(blinking) != both.photo).any(axis=2)
    assert 0 < blinked.sum() < (alone != both.photo).any(axis=2).sum()
    assert np.array_equal(together[~blinked], alone[~blinked])
    assert not np.array_equal(together, alone)


def test_nobody_is_lit_where_the_narrator_speaks_of_all() -> None:
    played = performance("narrator", about=tuple(range(len(stage().faces))))
    assert np.array_equal(played.at(0.5), stage().photo)


def test_a_voice_that_marks_no_sounds_opens_the_mouth_where_it_is_heard() -> None:
    loud = (np.arange(2 * RATE) // (RATE // 4)) % 2 == 0
    pcm = np.where(loud, 4000, 40).astype(np.int16) * np.where(np.arange(2 * RATE) % 2, 1, -1).astype(np.int16)
    marks = (Mark(kind="sentence", text="ma", first=0, end=2 * RATE),)
    (turn,) = perform(stage(), said(0), Heard(pcm=pcm, sample_rate=RATE, marks={0: marks}), seed=1).turns
    assert turn.motion
    jaw = turn.motion.at(np.arange(0.0, 2.0, 0.02))[:, JAW]
    assert np.corrcoef(jaw, loud[:: RATE // 50])[0, 1] > 0.5
    assert jaw.max() > 0.02
    assert jaw.min() < 0.3 * jaw.max()


def test_what_was_not_heard_is_not_seen() -> None:
    narration = said(0, 1)
    whole = heard(2)
    cut = Heard(pcm=whole.pcm, sample_rate=RATE, marks={0: whole.marks[0], 1: ()})
    assert [turn.speaker for turn in perform(stage(), narration, cut, seed=1).turns] == [0]
