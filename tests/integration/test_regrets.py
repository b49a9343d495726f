"""Who waits for a voice in vain hears why, once, and as quietly as all else is said."""

from __future__ import annotations

import asyncio
from datetime import time
from typing import TYPE_CHECKING

import pytest

from device.core.errors import BadPhotoError, StoreFullError
from device.pipeline.quiet import QuietHours
from device.pipeline.regrets import MOST_KNOWN, SAME_AGAIN_SECONDS
from device.store.jobs import SqliteJobs
from tests.house import House, in_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from device.core.types import Job, Source

UNREADABLE, FULL, VOICELESS = "Sorry: unreadable.", "Sorry: disk_full.", "Recorded: no_voice."


class FullAtFirst(SqliteJobs):
    """Three times the disk is full when a speech is to begin."""

    times = 3

    def begin(self, job: Job) -> Job:
        self.times -= 1
        if self.times >= 0:
            raise StoreFullError("the disk is full")
        return super().begin(job)


async def text() -> AsyncIterator[bytes]:
    yield b"this is no photo"


async def refused(house: House, source: Source = "upload") -> None:
    """Somebody brings what is no photo."""
    with pytest.raises(BadPhotoError):
        await house.submit.photo(text(), name="notes.txt", source=source)


async def quiet(house: House) -> None:
    """What was to be said by now was: the next one comes after it."""
    house.regrets.say("no_voice", pressed=True)
    await heard(house, VOICELESS)


async def heard(house: House, *sentences: str) -> None:
    """Wait until the last of them has ended, and see that it was these."""
    await house.until(lambda: sentences[-1] in house.speaker.heard and house.board.status.activity != "speaking")
    assert house.speaker.heard == list(sentences)


@pytest.mark.parametrize("source", ["upload", "mqtt", "button"])
def test_who_brings_what_is_no_photo_hears_so(tmp_path: Path, source: Source) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await refused(house, source)
            await heard(house, UNREADABLE)
        assert "speaking" in house.happened

    in_house(tmp_path, story)


@pytest.mark.parametrize("label", ["broken", "late"])
def test_a_photo_that_turns_out_to_be_damaged_is_said_to_be(tmp_path: Path, label: str) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring(label, source="upload")
            await house.until(lambda: UNREADABLE in house.speaker.heard)
        assert house.job().state == "failed"

    in_house(tmp_path, story)


def test_what_nobody_waits_for_is_not_said(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await refused(house, "inbox")
            await refused(house, "camera")
            await house.bring("broken", source="inbox")
            await house.bring("broken too", source="camera")
            await house.idle()
            await quiet(house)

    in_house(tmp_path, story)


def test_a_full_disk_is_said_without_writing_to_it_and_once_however_often_it_is_tried(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring(source="mqtt")
            for _ in range(FullAtFirst.times):
                await house.clock.until_somebody_sleeps(2.0)
                house.clock.advance(2.0)
                # Beyond the time after which it would be said again of another photo.
                house.clock.advance(SAME_AGAIN_SECONDS)
            await house.until(lambda: house.job().state == "finished")
        assert house.speaker.heard == [FULL, "a one.", "a two."]

    in_house(tmp_path, story, jobs=FullAtFirst)


def test_where_the_voice_is_missing_a_recording_says_so_before_the_photo_is_looked_at(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.voice.missing = True
        looking = house.gates.hold("looking at a")
        async with house.at_work():
            assert house.board.status.reason == "no_voice"
            await house.bring(source="upload")
            await heard(house, VOICELESS)
            looking.open()
            await house.until(lambda: house.job().state == "failed")
            assert (house.job().reason, house.job().record is None) == ("there is no voice", False)
            assert "failed no_voice" in house.happened
            house.voice.missing = False
            await house.bring("b", source="upload")
            await house.until(lambda: house.job(2).state == "finished")
            assert house.board.status.reason is None
        assert house.speaker.heard == [VOICELESS, "b one.", "b two."]

    in_house(tmp_path, story)


def test_a_device_without_a_voice_says_by_a_recording_what_else_is_wrong(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.voice.missing = True
        async with house.at_work():
            await refused(house)
            await heard(house, "Recorded: unreadable.")

    in_house(tmp_path, story)


def test_who_asks_to_hear_it_again_hears_that_the_voice_is_missing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            house.voice.missing = True
            house.worker.repeat()
            await heard(house, "a one.", "a two.", VOICELESS)
            assert house.board.status.reason == "no_voice"
            house.voice.missing = False
            house.worker.repeat()
            await house.until(lambda: house.speaker.heard.count("a two.") > 1)
            await house.until(lambda: house.board.status.reason is None)

    in_house(tmp_path, story)


@pytest.mark.parametrize("why", ["quiet hours", "muted", "paused", "halted"])
def test_it_is_as_quiet_as_all_else_and_is_not_said_later(tmp_path: Path, why: str) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            match why:
                case "quiet hours":
                    house.hush.hours = QuietHours(start=time(0), end=time(0))
                case "muted":
                    house.hush.volume = 0
                case "paused":
                    house.worker.pause(paused=True)
                case _:
                    house.regrets.cut("halt")
            await refused(house)
            if why == "halted":
                return
            house.hush.hours, house.hush.volume = None, 100
            house.worker.pause(paused=False)
            await quiet(house)

    in_house(tmp_path, story)


def test_quiet_that_begins_while_it_waits_keeps_it_from_being_said(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        said = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring()
            await said.reached.wait()
            await refused(house)
            house.hush.volume = 0
            said.open()
            await house.until(lambda: house.job().state == "finished")
            await house.idle()
        assert house.speaker.heard == ["a one."]

    in_house(tmp_path, story)


@pytest.mark.parametrize("why", ["stop", "pause"])
def test_a_person_can_cut_it(tmp_path: Path, why: str) -> None:
    async def story(house: House) -> None:
        said = house.gates.hold(f"saying {UNREADABLE}")
        async with house.at_work():
            await refused(house)
            await said.reached.wait()
            house.regrets.say("no_voice")
            await house.controls.obey(b'{"action": "%s"}' % why.encode())
            said.open()
            await house.until(lambda: house.board.status.activity != "speaking")
            assert house.speaker._stopped.is_set()
            await house.controls.obey(b'{"action": "resume"}')
            house.regrets.say("disk_full")
            await heard(house, UNREADABLE, FULL)

    in_house(tmp_path, story)


def test_it_waits_for_what_is_being_said_and_goes_before_what_waits(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        said = house.gates.hold("saying a one.")
        async with house.at_work():
            await house.bring()
            await said.reached.wait()
            await house.bring("b")
            await refused(house)
            said.open()
            await house.until(lambda: house.jobs.waiting() == 0)
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two.", UNREADABLE, "b one.", "b two."]

    in_house(tmp_path, story)


def test_a_flood_of_bad_photos_is_no_flood_of_speech(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            for _ in range(20):
                await refused(house)
            await house.until(lambda: UNREADABLE in house.speaker.heard)
            house.clock.advance(SAME_AGAIN_SECONDS)
            for _ in range(20):
                await refused(house)
            await house.until(lambda: house.speaker.heard.count(UNREADABLE) > 1)
            await house.until(lambda: house.board.status.activity != "speaking")
            # Who presses the button waits for an answer each time.
            await refused(house, "button")
            await house.until(lambda: house.speaker.heard.count(UNREADABLE) > 2)
            await house.until(lambda: house.board.status.activity != "speaking")
            house.regrets.say("no_voice")
            await house.until(lambda: VOICELESS in house.speaker.heard)
        assert house.speaker.heard == [UNREADABLE] * 3 + [VOICELESS]

    in_house(tmp_path, story)


def test_of_which_photos_it_was_said_is_remembered_of_a_bounded_number(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            for number in range(MOST_KNOWN + 5):
                house.regrets.say("unreadable", pressed=True, photo=number)
                await house.until(lambda: house.board.status.activity == "speaking")
                await house.until(lambda: house.board.status.activity != "speaking")
        assert len(house.regrets._known) == MOST_KNOWN

    in_house(tmp_path, story)


def test_a_loudspeaker_that_is_not_there_is_told_to_the_house_and_nothing_is_made_up_for(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.gone = True
        async with house.at_work():
            await refused(house)
            await house.until(lambda: house.board.status.reason == "no_audio")
            house.speaker.gone = False
            await quiet(house)
            assert house.board.status.reason is None

    in_house(tmp_path, story)


@pytest.mark.parametrize("why", ["press", "forget"])
def test_what_ends_a_photo_that_was_said_already_does_not_end_the_regret_behind_it(tmp_path: Path, why: str) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            last, regret = house.gates.hold("saying a two."), house.gates.hold(f"saying {FULL}")
            await house.bring()
            await last.reached.wait()
            house.regrets.say("disk_full")
            # It is asked for before the photo is written down as spoken.
            await asyncio.sleep(0)
            last.open()
            await regret.reached.wait()
            await house.until(lambda: bool(house.jobs.listed("working")))
            if why == "press":
                house.worker.make_way()
            else:
                house.worker.forget(house.jobs.listed("working"))
            assert not house.speaker._stopped.is_set()
            regret.open()

    in_house(tmp_path, story)
