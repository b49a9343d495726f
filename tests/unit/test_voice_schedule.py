"""A device slower or faster than speech begins as early as it can, and never stops in the middle."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.voice.schedule import (
    CALL_FRAMES,
    LARGEST,
    LATER,
    MARGIN,
    SECONDS_A_LETTER,
    SLACK_SECONDS,
    SMALLEST,
    Course,
    Schedule,
)
from scripts.benches.best_schedule import Costs, earliest_start

FRAME = 256 / 22050
LOOK_AHEAD = 43
FRAMES_A_LETTER = 5.2


class Clock:
    def __init__(self) -> None:
        self.seconds = 50.0

    def __call__(self) -> float:
        return self.seconds


class Heard(NamedTuple):
    """What became of a speech: frames of each call, seconds to its sound and of silence in it."""

    calls: list[int]
    began: float
    stopped: float


def speak(schedule: Schedule, clock: Clock, *courses: Course, cost: float) -> Heard:
    """Go through sentences on a device with this cost; who listens begins when the schedule says so."""
    schedule.begin()
    asked, calls = clock.seconds, []
    made: list[tuple[float, float]] = []
    later = sum(course.frames for course in courses)
    for course in courses:
        later -= course.frames
        schedule.expect(course.frames / FRAMES_A_LETTER, later=later / FRAMES_A_LETTER)
        done = 0
        while done < course.frames:
            frames = schedule.frames(course, done=done)
            took = cost * (frames + CALL_FRAMES)
            clock.seconds += took
            if done and done + frames < course.frames:
                schedule.took(frames, took)
            sound = frames * schedule.frame_seconds / course.ratio
            schedule.handed(sound)
            made.append((clock.seconds, sound))
            calls.append(frames)
            done += frames
    until = began = min(schedule.begins, clock.seconds)
    stopped = 0.0
    for ready, sound in made:
        stopped += max(0.0, ready - until)
        until = max(until, ready) + sound
    return Heard(calls, began - asked, stopped)


def scheduled(clock: Clock, *, share: float) -> Schedule:
    return Schedule(monotonic=clock, guess=share * FRAME, frame_seconds=FRAME)


@given(st.floats(0.01, 4.0), st.integers(1, 1500), st.floats(0.9, 1.3))
def test_a_device_of_any_speed_never_stops_in_the_middle(share: float, frames: int, ratio: float) -> None:
    clock = Clock()
    schedule = scheduled(clock, share=share)
    heard = speak(schedule, clock, Course(frames=frames, look_ahead=LOOK_AHEAD, ratio=ratio), cost=share * FRAME)
    assert sum(heard.calls) == frames
    assert heard.stopped == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.01, 4.0), st.lists(st.integers(1, 600), min_size=2, max_size=6))
def test_nor_does_it_between_sentences(share: float, lengths: list[int]) -> None:
    clock = Clock()
    courses = [Course(frames=frames, look_ahead=LOOK_AHEAD) for frames in lengths]
    heard = speak(scheduled(clock, share=share), clock, *courses, cost=share * FRAME)
    assert heard.stopped <= share * FRAME * (LARGEST + LOOK_AHEAD)  # the later ones are known by their length alone


@pytest.mark.parametrize(("share", "most"), [(0.05, 1.2), (0.3, 1.2), (0.5, 1.2), (1.3, 1.4), (3.0, 1.2)])
@pytest.mark.parametrize("frames", [290, 900])
def test_it_begins_about_as_early_as_it_can(share: float, most: float, frames: int) -> None:
    clock = Clock()
    course = Course(frames=frames, look_ahead=LOOK_AHEAD)
    heard = speak(scheduled(clock, share=share), clock, course, cost=share * FRAME)
    earliest = best(course, share * FRAME)
    assert heard.began <= max(most * earliest, earliest + 0.04)


@given(st.floats(0.01, 4.0), st.integers(60, 1500))
def test_it_begins_never_later_than_its_margin_explains(share: float, frames: int) -> None:
    clock = Clock()
    course = Course(frames=frames, look_ahead=LOOK_AHEAD)
    heard = speak(scheduled(clock, share=share), clock, course, cost=share * FRAME)
    took = share * FRAME * sum(calls + CALL_FRAMES for calls in heard.calls)
    assert (
        heard.began <= best(course, share * FRAME) + 2 * SLACK_SECONDS + (MARGIN - 1) * took + share * FRAME * LARGEST
    )


def best(course: Course, cost: float) -> float:
    """The earliest beginning that any sizes could have had."""
    costs = Costs(before=0.0, fill=0.0, call=CALL_FRAMES * cost, frame=cost)
    return earliest_start(costs, frames=course.frames, look_ahead=course.look_ahead, frame_seconds=FRAME)


@given(st.floats(0.01, 3.0), st.integers(1, 1500))
def test_calls_are_neither_too_small_to_pay_nor_too_large_for_the_memory(share: float, frames: int) -> None:
    clock = Clock()
    course = Course(frames=frames, look_ahead=LOOK_AHEAD)
    calls = speak(scheduled(clock, share=share), clock, course, cost=share * FRAME).calls
    assert all(SMALLEST <= call <= LARGEST for call in calls[:-1])
    assert calls[-1] <= LARGEST + LOOK_AHEAD + SMALLEST
    if len(calls) > 1:
        # The last call needs at least a frame to give, beside those that the stream is late.
        assert calls[-1] > LOOK_AHEAD


@pytest.mark.parametrize(("share", "most"), [(0.03, 6), (0.3, 6), (0.5, 10), (0.67, 27)])
def test_a_long_sentence_begins_with_few_frames(share: float, most: int) -> None:
    schedule = scheduled(Clock(), share=share)
    assert schedule.frames(Course(frames=600, look_ahead=LOOK_AHEAD), done=0) <= most


def test_a_slower_device_begins_with_more() -> None:
    course = Course(frames=600, look_ahead=LOOK_AHEAD)
    first = [scheduled(Clock(), share=share / 20).frames(course, done=0) for share in range(1, 20)]
    assert first == sorted(first)
    assert first[-1] == LARGEST


def test_the_speed_is_learnt_from_a_few_calls() -> None:
    schedule = scheduled(Clock(), share=0.02)
    for _ in range(3):
        schedule.took(20, 0.6 * FRAME * (20 + CALL_FRAMES))
    assert schedule.seconds_a_frame == pytest.approx(0.6 * FRAME)


def test_one_call_that_was_held_up_by_something_else_delays_no_beginning() -> None:
    schedule = scheduled(Clock(), share=0.1)
    for took in (0.1, 0.1, 30.0, 0.1):
        schedule.took(20, took * FRAME * (20 + CALL_FRAMES))
    assert schedule.seconds_a_frame == pytest.approx(0.1 * FRAME)


def test_what_is_still_to_be_heard_makes_room_for_a_larger_beginning() -> None:
    schedule = scheduled(Clock(), share=0.2)
    course = Course(frames=600, look_ahead=LOOK_AHEAD)
    schedule.begin()
    alone = schedule.frames(course, done=0)
    schedule.handed(2.0)
    assert schedule.frames(course, done=0) > alone


def test_what_was_heard_is_buffered_no_longer() -> None:
    clock = Clock()
    schedule = scheduled(clock, share=0.2)
    schedule.begin()
    schedule.handed(2.0)
    clock.seconds += 1.5
    assert schedule.buffered == pytest.approx(0.5)
    clock.seconds += 5
    assert schedule.buffered == 0
    schedule.handed(1.0)
    assert schedule.buffered == pytest.approx(1.0)


@given(st.floats(1.0, 4.0), st.integers(200, 3000))
def test_a_device_that_cannot_keep_up_waits_in_front_for_what_it_lacks(share: float, frames: int) -> None:
    clock = Clock()
    heard = speak(
        scheduled(clock, share=share), clock, Course(frames=frames, look_ahead=LOOK_AHEAD), cost=share * FRAME
    )
    assert heard.began >= frames * FRAME * (share - 1)


def test_an_engine_without_frames_never_waits() -> None:
    clock = Clock()
    schedule = Schedule(monotonic=clock)
    assert schedule.keeps_up(1.0)
    schedule.begin()
    schedule.expect(30.0, later=100.0)
    schedule.handed(1.0)
    assert schedule.begins == clock.seconds


@pytest.mark.parametrize("ratio", [1.0, 1.55])
def test_what_was_kept_and_the_pauses_make_a_slow_device_wait_for_what_is_still_to_be_made(ratio: float) -> None:
    clock = Clock()
    schedule = scheduled(clock, share=1.5)
    schedule.begin()
    frames = 10.0 * ratio / FRAME
    for seconds in (2.0, 0.25, 2.0, 0.25):
        schedule.expect(0.0, later=frames * FRAME / SECONDS_A_LETTER, ratio=ratio)
        schedule.handed(seconds)
        took = frames * 1.5 * FRAME
        assert schedule.begins - clock.seconds >= took * (1 + CALL_FRAMES / LARGEST) - 10.0 - 4.5
    assert schedule.begins - clock.seconds <= took * LATER * MARGIN - 4.5


def test_an_engine_that_was_prepared_meanwhile_is_planned_by_what_is_known_of_it() -> None:
    schedule = Schedule(monotonic=Clock())
    schedule.suppose(0.0, frame_seconds=1.0)
    schedule.suppose(0.1 * FRAME, frame_seconds=FRAME)
    assert schedule.frames(Course(frames=600, look_ahead=LOOK_AHEAD), done=0) == SMALLEST
    schedule.took(20, 30.0)
    schedule.suppose(0.0, frame_seconds=1.0)
    assert schedule.seconds_a_frame == 0


@pytest.mark.parametrize(
    ("share", "ratio", "enough"),
    [(0.1, 1.0, True), (0.7, 1.0, True), (0.9, 1.0, False), (2.0, 1.0, False), (0.7, 1.55, False), (0.5, 1.55, True)],
)
def test_a_device_that_is_slower_than_a_manner_is_known(share: float, ratio: float, enough: bool) -> None:  # noqa: FBT001
    assert scheduled(Clock(), share=share).keeps_up(ratio) == enough
