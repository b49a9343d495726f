"""Every action that a person may ask for, with a real worker and real stores, and what of it outlives a restart."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from device.core.errors import StoreError, UsageError
from device.core.types import Last
from device.pipeline.controls import ACTIONS, LOUDER
from device.store.choices import SqliteChoices
from device.store.files import SystemFiles
from device.store.jobs import SqliteJobs
from tests.house import Gates, House, in_house

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Job


def fail(*_: object) -> None:
    raise OSError(errno.EIO, "Input/output error")


def no_store(*_: object) -> None:
    raise StoreError("the disk fails")


async def ask(house: House, action: str) -> None:
    await house.controls.obey(json.dumps({"action": action}).encode())


async def forget_during_a_repetition(house: House, moment: str) -> None:
    gate = house.gates.hold(moment)
    await ask(house, "repeat")
    await gate.reached.wait()
    await ask(house, "forget")
    gate.open()
    await house.idle()


@pytest.mark.parametrize(
    "command", [b"", b"stop", b"{}", b"[]", b'"stop"', b'{"action": "sing"}', b'{"action": ["stop"]}', b"\xff\xfe"]
)
def test_what_is_no_command_is_refused_in_one_line_that_names_those_there_are(tmp_path: Path, command: bytes) -> None:
    async def story(house: House) -> None:
        with pytest.raises(UsageError, match="louder, softer, forget") as caught:
            await house.controls.obey(command)
        assert "\n" not in str(caught.value)

    in_house(tmp_path, story)


def test_stop_ends_what_is_spoken_and_the_next_photo_is_spoken(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        gate = house.gates.hold("saying a one.")
        async with house.at_work():
            for label in ("a", "b"):
                await house.bring(label)
            await gate.reached.wait()
            await ask(house, "stop")
            gate.open()
            await house.idle()
        assert house.speaker.heard == ["a one.", "b one.", "b two."]

    in_house(tmp_path, story)


def test_a_pause_outlives_a_restart_and_resume_ends_it(tmp_path: Path) -> None:
    async def pause(house: House) -> None:
        async with house.at_work():
            await ask(house, "pause")
            await house.bring()
            await house.until(lambda: house.happened[-1] == "paused")

    async def resume(house: House) -> None:
        await house.controls.restore()
        async with house.at_work():
            await house.until(lambda: house.happened[-1] == "paused")
            assert house.speaker.heard == []
            await ask(house, "resume")
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two."]

    async def afterwards(house: House) -> None:
        await house.controls.restore()
        async with house.at_work():
            await house.idle()
        assert "paused" not in house.happened

    for story in (pause, resume, afterwards):
        in_house(tmp_path, story)


def test_louder_and_softer_are_heard_at_once_end_where_it_ends_and_outlive_a_restart(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await ask(house, "louder")
        for _ in range(3):
            await ask(house, "softer")
        assert house.speaker.volumes == [100, 100 - LOUDER, 100 - 2 * LOUDER, 100 - 3 * LOUDER]

    async def again(house: House) -> None:
        house.hush.volume = 50
        await house.controls.restore()
        assert house.speaker.volumes == [100 - 3 * LOUDER], "what a person chose wins over the configuration"
        for _ in range(20):
            await ask(house, "softer")
        assert house.hush.volume == 0

    in_house(tmp_path, story)
    in_house(tmp_path, again)


def test_the_volume_of_the_configuration_holds_until_a_person_chooses_another(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.hush.volume = 40
        await house.controls.restore()
        assert house.speaker.volumes == [40]

    in_house(tmp_path, story)


def test_no_volume_at_all_is_muted_ends_what_is_spoken_and_is_told_until_it_is_louder(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.hush.volume = LOUDER
        # In the last sentence nothing but a stop ends it.
        gate = house.gates.hold("saying a two.")
        async with house.at_work():
            await house.bring()
            await gate.reached.wait()
            await ask(house, "softer")
            gate.open()
            await house.idle()
            assert house.happened[-1] == "idle muted"
            assert "spoken" not in house.happened
            await ask(house, "louder")
            assert house.happened[-1] == "idle"

    in_house(tmp_path, story)


def test_muted_outlives_a_restart(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.hush.volume = LOUDER
        await ask(house, "softer")

    async def again(house: House) -> None:
        await house.controls.restore()
        async with house.at_work():
            await house.bring()
            await house.idle()
        assert house.happened[-1] == "idle muted"
        assert house.speaker.heard == []

    in_house(tmp_path, story)
    in_house(tmp_path, again)


def test_repeat_says_it_once_more(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            await ask(house, "repeat")
            await house.idle()
        assert house.speaker.heard == ["a one.", "a two."] * 2

    in_house(tmp_path, story)


def test_forget_leaves_no_photo_no_job_and_no_word(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            for label in ("a", "mistake"):
                await house.bring(label)
            await house.idle()
            house.worker.pause(paused=True)
            await house.bring("b")
            assert len(house.files()) == 2
            await ask(house, "forget")
            assert house.files() == []
            assert house.jobs.listed() == ()
            assert [posted.notice for posted in house.outbox.pending(after=0, most=99)] == [Last(record={})]
            # What the worker shows meanwhile, counting what waits, tells nothing of a photo.
            assert [each for each in house.happened if not each.startswith("paused")][-1] == "last forgotten"
            assert house.board.status.last_narration is None
            house.worker.pause(paused=False)
            await ask(house, "repeat")
            await house.idle()
            assert house.speaker.heard == ["a one.", "a two."]
            await house.bring("a")
            await house.idle()
            assert len(house.speaker.heard) == 4, "it is a new one"

    in_house(tmp_path, story)


def test_forget_deletes_also_what_is_kept_and_what_no_job_knows_any_more(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring("a")
            await house.idle()
            (house.folder / "pruned").write_bytes(b"a photo of long ago")
            assert len(house.files()) == 2
            await ask(house, "forget")
            assert house.files() == []

    in_house(tmp_path, story, keep=True)


def test_what_a_failing_disk_did_not_forget_is_forgotten_as_soon_as_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring("a")
            await house.idle()
            with monkeypatch.context() as patches:
                patches.setattr(SystemFiles, "remove", fail)
                with pytest.raises(StoreError):
                    await ask(house, "forget")
            assert len(house.files()) == 1
            house.worker.wake()
            await house.idle()
            assert house.files() == []

    in_house(tmp_path, story, keep=True)


def test_what_was_forgotten_while_it_was_to_be_said_once_more_is_not_said(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            gates.append(house.gates)
            await forget_during_a_repetition(house, "last")
            assert house.board.status.last_narration is None
        assert house.speaker.heard == ["a one.", "a two."]

    class SlowLast(SqliteJobs):
        """It has found the last one, and whoever asked does not know it yet."""

        def last(self) -> Job | None:
            last = super().last()
            for each in gates:
                each.passing("last")
            return last

    gates: list[Gates] = []
    in_house(tmp_path, story, jobs=SlowLast)


def test_what_was_not_forgotten_when_the_power_went_is_forgotten_after_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring("a")
            await house.idle()
        house.jobs.forget()
        assert len(house.files()) == 1

    async def after_it(house: House) -> None:
        async with house.at_work():
            await house.idle()
            assert house.files() == []

    in_house(tmp_path, story, keep=True)
    in_house(tmp_path, after_it, keep=True)


def test_forget_ends_a_repetition(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with house.at_work():
            await house.bring()
            await house.idle()
            await forget_during_a_repetition(house, "saying a one.")
        assert house.speaker.heard == ["a one.", "a two.", "a one."]

    in_house(tmp_path, story)


def test_a_photo_cannot_be_asked_for_where_there_is_no_camera(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        with pytest.raises(UsageError, match=r"\[capture\] source"):
            await ask(house, "describe")

    in_house(tmp_path, story)


def test_what_cannot_be_remembered_is_done_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SqliteChoices, "set", no_store)

    async def story(house: House) -> None:
        await ask(house, "softer")
        await ask(house, "pause")
        assert house.speaker.volumes == [100 - LOUDER]
        assert house.board.status.activity == "paused"

    in_house(tmp_path, story)
    assert caplog.text.count("until the disk takes it, this will not outlive a restart: the disk fails") == 2


def test_what_could_not_be_remembered_is_as_soon_as_the_disk_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(house: House) -> None:
        await ask(house, "pause")
        with monkeypatch.context() as patches:
            patches.setattr(SqliteChoices, "set", no_store)
            await ask(house, "softer")
            await ask(house, "resume")
            with pytest.raises(StoreError):
                await house.controls.store()
        await house.controls.store()
        choices = SqliteChoices(house.database)
        assert (choices.get("paused"), choices.get("volume")) == ("no", str(100 - LOUDER))

    in_house(tmp_path, story)


def test_every_action_of_the_design_is_known() -> None:
    assert set(ACTIONS) == {"describe", "repeat", "stop", "pause", "resume", "louder", "softer", "forget"}
