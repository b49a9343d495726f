"""The worker with real stores: every photo ends, its file goes, and what happened is told in order."""

from __future__ import annotations

import asyncio
import logging
from datetime import time
from typing import TYPE_CHECKING

import pytest

from device.core.errors import StoreError, StoreFullError
from device.core.types import Event, Last
from device.pipeline import turn
from device.pipeline.absence import SOUND_AGAIN_SECONDS
from device.pipeline.books import STORE_AGAIN_SECONDS
from device.pipeline.courtesy import COURTESY_SECONDS
from device.pipeline.gate import NEWS_SECONDS
from device.pipeline.quiet import QuietHours
from device.pipeline.record import text_of
from device.pipeline.worker import LOOK_AGAIN_SECONDS
from device.store import jobs
from device.store.jobs import SqliteJobs
from tests.house import House, in_house

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from device.core.types import Job, Notice, Played, Record, Source
    from device.pipeline.turn import Cut

RECORD = {
    "narration": [
        {"speaker": "narrator", "text": "Written before.", "language": "en", "persona": None, "mood": "neutral"}
    ],
    "audio": None,
}


class FullOnce(SqliteJobs):
    """The disk is full when the first speech is to begin."""

    full = True

    def begin(self, job: Job) -> Job:
        if self.full:
            self.full = False
            raise StoreFullError("the disk is full")
        return super().begin(job)


class ReallyFull(FullOnce):
    """Nothing is written down, until a test makes room."""

    no_room = True

    def describe(self, job: Job, record: Record, *, notices: Sequence[Notice] = ()) -> Job:
        if self.no_room:
            raise StoreFullError("the disk is full")
        return super().describe(job, record, notices=notices)


def spoken(house: House) -> list[int]:
    """The photos of which it was told that they were spoken."""
    notices = [posted.notice for posted in house.told]
    return [each.fields["photo"] for each in notices if isinstance(each, Event) and each.event_type == "spoken"]


def test_a_photo_goes_its_whole_way_and_its_file_goes_with_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a two.")
        await house.bring()
        assert len(house.files()) == 1
        async with house.at_work():
            await house.until(lambda: "described" in house.happened)
            gate.open()
            await house.idle()
        assert house.happened == [
            "idle starting",
            "idle",
            "looking",
            "speaking",
            "last",
            "described",
            "last with sound",
            "spoken",
            "idle",
        ]
        assert house.speaker.heard == ["a one.", "a two."]
        assert house.files() == []
        assert (house.job().state, house.job().begun, house.job().attempts) == ("finished", True, 1)

    in_house(tmp_path, story)


def test_who_sent_the_photo_can_tell_which_events_are_about_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            for label in ("a", "broken"):
                await house.bring(label)
            await house.idle()
        notices = [posted.notice for posted in house.told]
        events = [(each.event_type, each.fields["photo"]) for each in notices if isinstance(each, Event)]
        assert events == [("described", 1), ("spoken", 1), ("failed", 2)]

    in_house(tmp_path, story)


def test_a_photo_that_cannot_be_read_is_set_aside_and_the_next_is_done(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.bring("broken")
        await house.bring("b")
        async with house.at_work():
            await house.idle()
        assert "failed broken" in house.happened
        assert spoken(house) == [2]
        assert house.files() == []
        assert house.job(1).state == "failed"

    in_house(tmp_path, story)


def test_a_photo_that_turns_out_to_be_damaged_after_its_opening_is_set_aside(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.bring("late")
        async with house.at_work():
            await house.idle()
        assert house.happened == ["idle starting", "idle", "looking", "speaking", "failed broken", "idle"]
        assert house.files() == []

    in_house(tmp_path, story)


def test_a_mistake_sets_the_photo_aside_is_in_the_log_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(house: House) -> None:
        await house.bring("mistake")
        await house.bring("b")
        async with house.at_work():
            await house.idle()
        assert house.job(1).reason == "ZeroDivisionError: nobody thought of this"
        assert "failed crashed" in house.happened
        assert spoken(house) == [2]
        assert len(house.files()) == 1, "it may be tried again"

    in_house(tmp_path, story)
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info
    assert "photo 1" in record.getMessage()


def test_a_loudspeaker_that_is_gone_is_told_and_its_return_too(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.idle()
            assert house.happened.count("described") == 1
            assert house.happened[-2:] == ["failed no_audio", "idle no_audio"]
            assert len(house.files()) == 1, "it may be tried again"
            house.speaker.gone = False
            await house.bring("b")
            await house.idle()
        assert house.happened[-1] == "idle"
        assert spoken(house) == [2]

    in_house(tmp_path, story)


def test_what_is_to_be_heard_waits_for_its_loudspeaker_and_is_described_at_once(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.bring("b")
            await house.until(lambda: house.happened.count("described") == 2)
            await house.clock.until_somebody_sleeps(SOUND_AGAIN_SECONDS)
            assert house.board.status.reason == "no_audio"
            assert [house.job(number).state for number in (1, 2)] == ["waiting", "waiting"]
            assert house.jobs.waiting() == 2
            house.speaker.gone = False
            house.clock.advance(SOUND_AGAIN_SECONDS)
            await house.until(lambda: spoken(house) == [1, 2])
        assert house.eyes.looked_at == ["a", "b"], "each once"
        assert house.board.status.reason is None
        assert not any(each.startswith("failed") for each in house.happened)

    in_house(tmp_path, story, waits_for_sound=True)


def test_it_is_noticed_where_the_question_for_the_loudspeaker_hangs(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        gate = house.gates.hold("looking for the loudspeaker")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            assert house.watch.late() is None
            house.clock.advance(NEWS_SECONDS)
            assert house.watch.late() == "asking for the loudspeaker"

    in_house(tmp_path, story, waits_for_sound=True)


def test_what_was_cut_off_by_an_unplugged_loudspeaker_is_said_again_from_there(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.goes_after = "a two."
        async with house.at_work():
            await house.bring()
            await house.clock.until_somebody_sleeps(SOUND_AGAIN_SECONDS)
            assert house.speaker.heard == ["a one.", "a two."]
            assert (house.job().state, house.job().begun) == ("waiting", False)
            house.speaker.gone = False
            house.clock.advance(SOUND_AGAIN_SECONDS)
            await house.until(lambda: spoken(house) == [1])
        assert house.speaker.heard in (["a one.", "a two.", "a two."], ["a one.", "a two.", "a one.", "a two."])

    in_house(tmp_path, story, waits_for_sound=True)


def test_what_was_cut_off_and_set_aside_is_said_from_its_beginning_where_somebody_retries_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "AHEAD_SECONDS", -1.0)

    async def story(house: House) -> None:
        house.speaker.goes_after = "a two."
        async with house.at_work():
            await house.bring()
            await house.until(lambda: house.job().state == "failed")
            house.speaker.gone = False
            house.jobs.retry(1)
            house.worker.wake()
            await house.until(lambda: spoken(house) == [1])
        assert house.speaker.heard == ["a one.", "a two."] * 2

    in_house(tmp_path, story)


def test_what_waits_for_its_loudspeaker_outlives_a_restart(tmp_path: Path) -> None:
    async def without(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.clock.until_somebody_sleeps(SOUND_AGAIN_SECONDS)

    async def again(house: House) -> None:
        async with house.at_work():
            await house.until(lambda: spoken(house) == [1])
        assert house.eyes.looked_at == []

    in_house(tmp_path, without, waits_for_sound=True)
    in_house(tmp_path, again, waits_for_sound=True)


def test_a_slideshow_that_nobody_hears_is_not_said_later(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.bring("b", source="camera")
            await house.until(lambda: house.job(2).state == "finished")
            assert house.happened.count("described") == 2
            assert house.job(1).state == "waiting"

    in_house(tmp_path, story, waits_for_sound=True)


def test_kept_photos_stay(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.bring()
        async with house.at_work():
            await house.idle()
        assert len(house.files()) == 1

    in_house(tmp_path, story, keep=True)


def test_of_what_is_set_aside_the_newest_photos_alone_are_kept_for_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_SET_ASIDE", 2)

    async def story(house: House) -> None:
        async with house.at_work():
            for number in range(4):
                await house.bring(f"mistake {number}")
            await house.idle()
        assert [job.id for job in house.jobs.listed("failed")] == [4, 3, 2, 1]
        assert sorted(house.files()) == sorted(job.path.name for job in house.jobs.listed()[:2])

    in_house(tmp_path, story)


def test_the_opening_is_shown_while_it_is_spoken_and_then_the_whole(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a two.")
        await house.bring()
        async with house.at_work():
            await house.until(lambda: "described" in house.happened)
            gate.open()
            await house.idle()
        shown = [(status.activity, status.last_narration) for status in house.shown if status.last_narration]
        assert [each for each in dict.fromkeys(shown) if each[0] != "looking"] == [
            ("speaking", "a one."),
            ("speaking", "a one. a two."),
            ("idle", "a one. a two."),
        ]

    in_house(tmp_path, story)


def test_the_house_hears_what_is_described_while_it_is_still_spoken(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a two.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            await house.until(lambda: "described" in house.happened)
            record = house.job().record
            assert record is not None
            assert text_of(record) == "a one. a two."
            assert spoken(house) == []
            gate.open()
            await house.until(lambda: spoken(house) == [1])

    in_house(tmp_path, story)


def test_a_photo_of_one_sentence_is_described_once_and_then_spoken(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.bring("brief")
        async with house.at_work():
            await house.idle()
        told = [each for each in house.happened if "last" not in each]
        assert told[3:] == ["speaking", "described", "spoken", "idle"]

    in_house(tmp_path, story)


def test_spoken_is_said_only_after_the_last_sentence(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a two.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            assert "spoken" not in house.happened
            assert house.job().state == "working"
            gate.open()
            await house.until(lambda: "spoken" in house.happened)

    in_house(tmp_path, story)


@pytest.mark.parametrize("why", ["stop", "quiet", "press", "pause"])
def test_a_speech_that_is_cut_is_described_and_neither_told_as_spoken_nor_heard_again(tmp_path: Path, why: Cut) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring(source="camera")
            await gate.reached.wait()
            house.worker.cut(why)
            gate.open()
            await house.idle()
            await house.bring("b")
            await house.until(lambda: spoken(house) == [2])
        assert house.speaker.heard == ["a one.", "b one.", "b two."]
        assert house.happened.count("described") == 2

    in_house(tmp_path, story)


def test_what_is_stopped_while_it_is_looked_at_is_described_and_never_heard(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.cut("stop")
            gate.open()
            await house.idle()
        assert house.speaker.heard == []
        assert house.happened.count("described") == 1
        assert (house.job().state, house.job().begun) == ("finished", False)

    in_house(tmp_path, story)


def test_what_is_stopped_while_its_loudspeaker_is_gone_is_not_heard_when_it_is_there_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.cut("stop")
            gate.open()
            await house.clock.until_somebody_sleeps(SOUND_AGAIN_SECONDS)
            assert (house.job().state, house.job().begun) == ("finished", False)
            assert house.board.status.reason == "no_audio"
            house.speaker.gone = False
            house.clock.advance(SOUND_AGAIN_SECONDS)
            await house.until(lambda: house.board.status.reason is None)
            await house.bring("b")
            await house.until(lambda: spoken(house) == [2])
        assert house.speaker.heard == ["b one.", "b two."]
        assert house.happened.count("described") == 2

    in_house(tmp_path, story, waits_for_sound=True)


def test_what_a_pause_keeps_from_being_heard_is_heard_afterwards_from_what_was_written(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.pause(paused=True)
            gate.open()
            await house.until(lambda: house.happened[-1] == "paused")
            job = house.job()
            assert (job.state, job.attempts, job.begun) == ("waiting", 0, False)
            assert house.speaker.heard == []
            house.worker.pause(paused=False)
            await house.until(lambda: spoken(house) == [1])
        assert house.speaker.heard == ["a one.", "a two."]
        assert house.eyes.looked_at == ["a"]
        assert house.happened.count("described") == 1

    in_house(tmp_path, story)


def test_nothing_is_begun_in_a_pause_however_many_photos_come(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.worker.pause(paused=True)
        async with house.at_work():
            for label in ("a", "b"):
                await house.bring(label)
            house.clock.advance(LOOK_AGAIN_SECONDS * 2)
            await house.clock.until_somebody_sleeps(LOOK_AGAIN_SECONDS)
            assert [job.state for job in house.jobs.listed()] == ["waiting", "waiting"]
            assert house.board.status.queue == 2
            house.worker.pause(paused=False)
            await house.until(lambda: spoken(house) == [1, 2])

    in_house(tmp_path, story)


def quiet(house: House) -> None:
    house.hush.hours = QuietHours(start=time(11), end=time(13))


def muted(house: House) -> None:
    house.hush.volume = 0


@pytest.mark.parametrize("hush", [quiet, muted])
def test_where_nothing_may_be_heard_photos_are_described_all_the_same(
    tmp_path: Path, hush: Callable[[House], None]
) -> None:
    async def story(house: House) -> None:
        hush(house)
        async with house.at_work():
            await house.bring()
            await house.idle()
        assert house.speaker.heard == []
        assert "speaking" not in house.happened
        assert house.happened.count("described") == 1
        assert (house.job().state, house.job().begun) == ("finished", False)
        assert house.files() == []

    in_house(tmp_path, story)


@pytest.mark.parametrize("hush", [quiet, muted])
@pytest.mark.parametrize("held", ["looking at a", "saying a one."])
def test_quiet_that_begins_meanwhile_lets_no_further_sentence_begin(
    tmp_path: Path, hush: Callable[[House], None], held: str
) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold(held)
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            hush(house)
            gate.open()
            await house.idle()
        assert house.speaker.heard == (["a one."] if "saying" in held else [])
        assert house.happened.count("described") == 1
        assert spoken(house) == []
        assert house.job().begun == ("saying" in held)

    in_house(tmp_path, story)


@pytest.mark.parametrize("asked", ["pause", "halt", "press"])
def test_what_is_cut_while_its_beginning_is_being_stored_was_not_heard_and_is_heard_later(
    tmp_path: Path, asked: Cut
) -> None:
    cut: list[Callable[[Cut], None]] = []

    class AskedMeanwhile(SqliteJobs):
        def begin(self, job: Job) -> Job:
            if cut:
                cut.pop()(asked)
            return super().begin(job)

    async def story(house: House) -> None:
        cut.append(house.worker.cut)
        async with house.at_work():
            await house.bring(source="camera")
            await house.until(lambda: house.job().state == "finished")
        assert house.speaker.heard == ["a one.", "a two."]

    in_house(tmp_path, story, jobs=AskedMeanwhile)


def test_who_halts_it_while_a_photo_is_looked_at_finds_it_waiting_and_the_attempt_not_counted(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.halt()
            gate.open()
        job = house.job()
        assert (job.state, job.attempts, job.begun) == ("waiting", 0, False)
        assert job.record is None
        assert house.speaker.heard == []
        assert len(house.files()) == 1

    in_house(tmp_path, story)


def test_who_halts_it_in_the_middle_of_a_speech_finds_it_done(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.halt()
            gate.open()
        assert house.job().state == "finished"
        assert house.speaker.heard == ["a one."]
        assert spoken(house) == []

    in_house(tmp_path, story)


async def nothing(house: House) -> None:
    house.jobs.claim()


async def described(house: House) -> None:
    house.jobs.describe(house.job(), RECORD)


async def begun(house: House) -> None:
    house.jobs.begin(house.job())


async def both(house: House) -> None:
    await described(house)
    await begun(house)


@pytest.mark.parametrize(
    ("stage", "looked_at", "heard"),
    [
        (nothing, ["a"], ["a one.", "a two."]),
        (described, [], ["Written before."]),
        (begun, ["a"], []),
        (both, [], []),
    ],
)
def test_after_a_crash_it_goes_on_from_the_stage_that_was_reached(
    tmp_path: Path, stage: Callable[[House], Awaitable[None]], looked_at: list[str], heard: list[str]
) -> None:
    async def crash(house: House) -> None:
        await house.bring()
        house.jobs.claim()
        await stage(house)

    async def again(house: House) -> None:
        async with house.at_work():
            await house.idle()
        assert house.eyes.looked_at == looked_at
        assert house.speaker.heard == heard
        assert house.happened.count("described") == len(looked_at)
        assert spoken(house) == ([1] if heard else [])
        assert (house.job().state, house.job().name) == ("finished", "")
        assert house.files() == []

    in_house(tmp_path, crash)
    in_house(tmp_path, again)


def test_what_was_heard_in_part_before_a_crash_is_described_however_often_it_is_put_off(tmp_path: Path) -> None:
    async def crash(house: House) -> None:
        await house.bring()
        house.jobs.claim()
        await begun(house)

    async def again(house: House) -> None:
        claim = house.jobs.claim

        def claim_in_a_pause(*, to_look: bool = False) -> Job | None:
            # It comes while the claim is waited for.
            house.worker._now.paused = True
            house.jobs.claim = claim  # type: ignore[method-assign]
            return claim(to_look=to_look)

        house.jobs.claim = claim_in_a_pause  # type: ignore[method-assign]
        async with house.at_work():
            await house.until(lambda: house.job().state == "waiting" and house.worker.paused)
            house.worker.pause(paused=False)
            await house.until(lambda: house.job().state == "finished")
        assert house.happened.count("described") == 1
        assert house.speaker.heard == []

    in_house(tmp_path, crash)
    in_house(tmp_path, again)


def test_what_crashes_twice_is_set_aside_and_the_next_is_done(tmp_path: Path) -> None:
    async def crash(house: House) -> None:
        if not house.jobs.listed():
            await house.bring()
        house.jobs.recover(attempts=2)
        house.jobs.claim()

    async def again(house: House) -> None:
        async with house.at_work():
            await house.bring("b")
            await house.idle()
        assert "failed crashed" in house.happened
        assert spoken(house) == [2]
        assert house.job(1).state == "failed"
        assert len(house.files()) == 1, "it may be tried again"

    for story in (crash, crash, again):
        in_house(tmp_path, story)


def test_what_a_crash_left_behind_is_deleted_at_the_start(tmp_path: Path) -> None:
    async def crash(house: House) -> None:
        await house.bring()
        (house.folder / "0123456789abcdef").write_bytes(b"kept and without a job")
        (house.folder / "0123456789abcdef.part").write_bytes(b"half")

    async def again(house: House) -> None:
        house.worker.pause(paused=True)
        async with house.at_work():
            assert house.files() == [house.job().path.name]

    in_house(tmp_path, crash)
    in_house(tmp_path, again)


def test_what_comes_in_while_it_starts_is_not_deleted(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        half = house.photos.begin()
        half.write(b"half")
        kept = house.photos.begin()
        kept.write(b"kept and soon a job")
        kept.keep()
        async with house.at_work():
            await house.idle()
        assert len(house.files()) == 2
        half.keep()

    in_house(tmp_path, story)


def test_where_photos_are_kept_only_what_is_not_whole_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "0123456789abcdef").write_bytes(b"kept and finished")
    (folder / "0123456789abcdef.part").write_bytes(b"half")

    async def story(house: House) -> None:
        async with house.at_work():
            await house.idle()
        assert house.files() == ["0123456789abcdef"]

    in_house(tmp_path, story, keep=True)


def test_a_disk_that_is_full_when_it_is_to_be_written_down_holds_it_up_until_there_is_room(tmp_path: Path) -> None:
    label = "long" * 10_000

    async def story(house: House) -> None:
        await house.bring(label)
        ((pages,),) = house.connection.execute("PRAGMA page_count").fetchall()
        house.connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        async with house.at_work():
            await house.until(lambda: any("disk_full" in each for each in house.happened))
            assert house.job().state == "working"
            house.connection.execute("PRAGMA max_page_count = 100000").fetchall()
            await house.clock.until_somebody_sleeps(STORE_AGAIN_SECONDS)
            house.clock.advance(STORE_AGAIN_SECONDS)
            await house.idle()
        assert house.happened[-1] == "idle"
        assert house.happened.count("described") == 1
        assert spoken(house) == [1]
        assert house.speaker.heard == [f"{label} one.", f"{label} two."]

    in_house(tmp_path, story)


def test_nothing_is_heard_whose_beginning_could_not_be_written_down_and_later_it_is(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.until(lambda: house.happened[-1].endswith("disk_full"))
            await house.clock.until_somebody_sleeps(STORE_AGAIN_SECONDS)
            assert house.speaker.heard == []
            house.clock.advance(STORE_AGAIN_SECONDS)
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two."]
        assert house.eyes.looked_at == ["a"]
        assert house.happened.count("described") == 1
        assert spoken(house) == [1]
        assert house.happened[-1] == "idle"

    in_house(tmp_path, story, jobs=FullOnce)


def test_a_stop_while_a_full_disk_is_waited_for_holds_when_there_is_room_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.clock.until_somebody_sleeps(STORE_AGAIN_SECONDS)
            house.worker.cut("stop")
            ReallyFull.no_room = False
            # For the description first, and then for what was to begin.
            for _ in range(2):
                await house.clock.until_somebody_sleeps(STORE_AGAIN_SECONDS)
                house.clock.advance(STORE_AGAIN_SECONDS)
            await house.idle()
        assert house.speaker.heard == []
        assert house.happened.count("described") == 1
        assert house.job().state == "finished"

    in_house(tmp_path, story, jobs=ReallyFull)


def test_it_says_again_what_it_said_last_and_tells_nobody_of_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            told = len(house.told)
            house.worker.repeat()
            await house.idle()
            assert house.speaker.heard == ["a one.", "a two."] * 2
            assert len(house.told) == told
            assert house.eyes.looked_at == ["a"]

    in_house(tmp_path, story)


def test_a_mistake_in_what_is_said_once_more_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(_: object) -> Played:
        raise ZeroDivisionError("nobody thought of this")

    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            with monkeypatch.context() as patched:
                patched.setattr(house.speaker, "play", mistaken)
                house.worker.repeat()
                await house.idle()
            await house.bring("b")
            await house.idle()
        assert spoken(house) == [1, 2]

    in_house(tmp_path, story)
    assert "could not be said once more" in caplog.text


def test_what_is_stopped_just_when_it_is_taken_up_is_never_heard(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        count, loop = house.jobs.waiting, asyncio.get_running_loop()

        def stopped_meanwhile() -> int:
            job = house.jobs.get(1)
            if job and job.state == "working":
                house.jobs.waiting = count  # type: ignore[method-assign]
                loop.call_soon_threadsafe(house.worker.cut, "stop")
            return count()

        house.jobs.waiting = stopped_meanwhile  # type: ignore[method-assign]
        async with house.at_work():
            await house.bring()
            await house.idle()
        assert house.speaker.heard == []
        assert (house.job().state, house.job().begun) == ("finished", False)

    in_house(tmp_path, story)


def test_it_repeats_nothing_where_nothing_was_said_or_may_be_heard(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            house.worker.repeat()
            await house.idle()
            await house.bring()
            await house.idle()
            muted(house)
            house.worker.repeat()
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two."]

    in_house(tmp_path, story)


def test_a_repetition_can_be_stopped_too(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            gate = house.gates.hold("saying a one.")
            house.worker.repeat()
            await gate.reached.wait()
            house.worker.cut("stop")
            gate.open()
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two.", "a one."]

    in_house(tmp_path, story)


@pytest.mark.parametrize("held", ["looking at a", "saying a one.", "saying a two."])
def test_what_is_forgotten_while_it_is_worked_on_leaves_nothing(tmp_path: Path, held: str) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold(held)
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            await house.controls.obey(b'{"action": "forget"}')
            gate.open()
            await house.idle()
            assert house.jobs.listed() == ()
            assert house.files() == []
            notices = [posted.notice for posted in house.outbox.pending(after=0, most=100)]
            assert notices == [Last(record={})], "the house is told to forget, and nothing else"
            assert house.board.status.last_narration is None

    in_house(tmp_path, story)


def test_what_is_forgotten_is_not_heard(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            for label in ("a", "b"):
                await house.bring(label)
            await gate.reached.wait()
            await house.controls.obey(b'{"action": "forget"}')
            gate.open()
            await house.idle()
        assert house.speaker.heard == []
        assert house.eyes.looked_at == ["a"]

    in_house(tmp_path, story)


@pytest.mark.parametrize(
    ("source", "held", "heard"),
    [
        ("camera", "saying a one.", ["a one.", "b one.", "b two."]),
        ("camera", "looking at a", ["b one.", "b two.", "a one.", "a two."]),
        ("inbox", "saying a one.", ["a one.", "b one.", "b two.", "a one.", "a two."]),
        ("button", "saying a one.", ["a one.", "a two.", "b one.", "b two."]),
    ],
)
def test_who_presses_the_button_is_served_at_once_and_who_had_sent_a_photo_hears_it_all_afterwards(
    tmp_path: Path, source: Source, held: str, heard: list[str]
) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold(held)
        async with house.at_work():
            await house.bring("a", source=source)
            await gate.reached.wait()
            await house.bring("b", source="button")
            gate.open()
            await house.idle()
        assert house.speaker.heard == heard
        assert house.files() == []

    in_house(tmp_path, story)


@pytest.mark.parametrize("comes", [True, False])
def test_what_is_only_looked_at_is_left_for_who_presses_and_no_other_is_begun_until_there_is_a_photo_or_none(
    tmp_path: Path, *, comes: bool
) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("looking at a")
        async with house.at_work():
            for label in ("a", "b"):
                await house.bring(label)
            await gate.reached.wait()
            house.courtesy.ask()
            house.worker.expect_press()
            gate.open()
            await house.clock.until_somebody_sleeps(COURTESY_SECONDS)
            assert [(house.job(number).state, house.job(number).attempts) for number in (1, 2)] == [("waiting", 0)] * 2
            if comes:
                await house.bring("c", source="button")
                house.courtesy.came()
            else:
                house.clock.advance(COURTESY_SECONDS)
            await house.idle()
        first = ["c one.", "c two."] if comes else []
        assert house.speaker.heard == [*first, "a one.", "a two.", "b one.", "b two."]
        assert house.happened.count("described") == len(house.speaker.heard) // 2

    in_house(tmp_path, story)


def test_what_is_heard_goes_on_while_the_photo_of_who_pressed_is_taken(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            house.worker.expect_press()
            gate.open()
            await house.until(lambda: spoken(house) == [1])
        assert house.speaker.heard == ["a one.", "a two."]

    in_house(tmp_path, story)


def test_a_full_disk_stays_so_as_long_as_one_who_looked_says_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.board.because("disk_full", holds=True)
        async with house.at_work():
            await house.bring()
            await house.until(lambda: spoken(house) == [1])
            assert house.board.status.reason == "disk_full"
            house.board.because("disk_full", holds=False)
            assert house.board.status.reason is None

    in_house(tmp_path, story)


def test_a_loudspeaker_that_says_something_once_more_is_there_again(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.idle()
            assert house.board.status.reason == "no_audio"
            house.speaker.gone = False
            house.worker.repeat()
            await house.until(lambda: house.board.status.reason is None)
        assert house.speaker.heard == ["a one.", "a two."]

    in_house(tmp_path, story)


def test_a_photo_that_another_process_made_to_wait_again_is_found(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await house.bring()
            await house.idle()
            house.speaker.gone = False
            await house.clock.until_somebody_sleeps(LOOK_AGAIN_SECONDS)
            assert house.jobs.retry(1)
            house.clock.advance(LOOK_AGAIN_SECONDS)
            await house.until(lambda: spoken(house) == [1])
        assert house.eyes.looked_at == ["a"], "it was described before"
        assert house.speaker.heard == ["a one.", "a two."]

    in_house(tmp_path, story)


def test_a_hang_is_noticed_also_while_the_disk_fails_beside_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.watch.expect("speaking", within_seconds=60)
        house.books.failed(StoreError("the disk fails"))
        house.clock.advance(61)
        assert house.watch.late() == "speaking"

    in_house(tmp_path, story)


class LongUnfinished(SqliteJobs):
    """The disk fails when a job is done, for long."""

    times = 3

    def finish(self, job: Job, *, record: Record | None = None, notices: Sequence[Notice] = ()) -> None:
        if self.times:
            self.times -= 1
            raise StoreError("the disk fails")
        super().finish(job, record=record, notices=notices)


def test_who_waits_for_a_disk_after_the_work_does_not_hang(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            for _ in range(LongUnfinished.times):
                await house.clock.until_somebody_sleeps(STORE_AGAIN_SECONDS)
                assert house.watch.late() is None
                house.clock.advance(1000)
            await house.idle()

    in_house(tmp_path, story, jobs=LongUnfinished)


def test_a_press_after_the_last_sample_does_not_have_it_said_anew(tmp_path: Path) -> None:
    houses: list[House] = []

    class SlowDescribe(SqliteJobs):
        """It is still being noted when all was said."""

        def describe(self, job: Job, record: Record, *, notices: Sequence[Notice] = ()) -> Job:
            for house in houses:
                house.gates.passing("describing")
            return super().describe(job, record, notices=notices)

    async def story(house: House) -> None:
        houses.append(house)
        async with house.at_work():
            gate = house.gates.hold("describing")
            await house.bring()
            await gate.reached.wait()
            # Behind it, in the same thread: all was said.
            await house.labour.run(lambda: None)
            house.worker.make_way()
            gate.open()
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two."]
        assert spoken(house) == [1]

    in_house(tmp_path, story, jobs=SlowDescribe)
