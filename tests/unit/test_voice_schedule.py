"""A device slower or faster than speech begins as early as it can, and never stops in the middle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.voice.schedule import CALL_FRAMES, LARGEST, MARGIN, NEARLY, SMALLEST, Course, Schedule

FRAME = 256 / 22050
LOOK_AHEAD = 43


class Clock:
    def __init__(self) -> None:
        self.seconds = 50.0

    def __call__(self) -> float:
        return self.seconds


def speak(schedule: Schedule, clock: Clock, course: Course, *, cost: float) -> tuple[list[int], float, float]:
    """Go through a sentence on a device with this cost: the calls, when the sound began, and how long it stopped."""
    schedule.begin()
    asked, done, calls = clock.seconds, 0, []
    began = until = stopped = 0.0
    while done < course.frames:
        frames = schedule.frames(course, done=done)
        took = cost * (frames + CALL_FRAMES)
        clock.seconds += took
        if done and done + frames < course.frames:
            schedule.took(frames, took)
        if done:
            stopped += max(0.0, clock.seconds - until)
            until = max(until, clock.seconds)
        else:
            began, until = clock.seconds - asked, clock.seconds
        sound = frames * schedule.frame_seconds / course.ratio
        until += sound
        schedule.handed(sound)
        calls.append(frames)
        done += frames
    return calls, began, stopped


def scheduled(clock: Clock, *, share: float) -> Schedule:
    return Schedule(monotonic=clock, guess=share * FRAME, frame_seconds=FRAME)


@given(st.floats(0.01, NEARLY / MARGIN - 0.02), st.integers(1, 1500), st.floats(0.9, 1.3))
def test_a_device_that_keeps_up_never_stops_in_the_middle(share: float, frames: int, ratio: float) -> None:
    clock = Clock()
    schedule = scheduled(clock, share=share / ratio)
    course = Course(frames=frames, look_ahead=LOOK_AHEAD, ratio=ratio)
    calls, _, stopped = speak(schedule, clock, course, cost=share / ratio * FRAME)
    assert sum(calls) == frames
    assert stopped == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.01, 3.0), st.integers(1, 1500))
def test_calls_are_neither_too_small_to_pay_nor_too_large_for_the_memory(share: float, frames: int) -> None:
    clock = Clock()
    course = Course(frames=frames, look_ahead=LOOK_AHEAD)
    calls, _, _ = speak(scheduled(clock, share=share), clock, course, cost=share * FRAME)
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


@given(st.floats(1.0, 4.0), st.floats(0.5, 60.0))
def test_a_device_that_cannot_keep_up_waits_so_long_that_the_rest_is_made_in_time(share: float, seconds: float) -> None:
    schedule = scheduled(Clock(), share=share)
    held = schedule.held_back(seconds)
    cost_of_a_second = share * (1 + CALL_FRAMES / LARGEST)
    assert held > 0
    # While `held` and the rest are heard, the rest is made.
    assert (seconds - held) * cost_of_a_second <= seconds
    assert (seconds - held) * cost_of_a_second * MARGIN >= seconds * 0.99


def test_a_device_that_keeps_up_and_an_engine_without_frames_hold_nothing_back() -> None:
    assert scheduled(Clock(), share=0.5).held_back(10.0) == 0
    assert Schedule(monotonic=Clock()).held_back(10.0) == 0
