"""What must hold at every moment of every world, whatever happens in it.

It knows what the world did to the device, what the device acknowledged, and what was heard; it looks at the disk and
the database from outside, and asks the device nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.bus.payloads import state_payload
from device.pipeline.closing import NO_VOICE
from device.pipeline.regrets import SAME_AGAIN_SECONDS
from tests.simulation.room import GONE

if TYPE_CHECKING:
    from device.core.types import Caption, Regret, Status
    from tests.simulation.photos import SimPhoto
    from tests.simulation.room import Sound
    from tests.simulation.world import World

PRESS_SECONDS = 60.0
"""Within this time the photo of who presses the button has been taken, also where the disk holds things up."""

STORED_SECONDS = 60.0
"""Within so long after that it is stored, and makes way for itself."""

LONGEST_IDLE_SECONDS = 60.0
"""No photo waits for longer than this in a device that has nothing to do."""

RESERVE_BYTES = 20_000
"""No photo takes the last of the disk."""

LONGEST_HANG_SECONDS = 200.0
"""Two minutes for a photo, what systemd bears, and a little."""

FULL_TOLD_SECONDS = 60.0
"""The disk is looked at every few seconds, by a thread that may have to wait for one that the disk holds up."""

GRAVER_THAN_FULL = ("disk_full", "starting", "quiet_hours", "muted")
"""What is said of a device whose disk is full: the gravest reason alone."""

CAPTION_SECONDS = 0.01
"""So much earlier than it is heard nobody sees that a caption is."""

STATE_TOLD_SECONDS = 60.0
"""A disk that failed for a moment holds up what the house is told."""

MAY_BE_SET_ASIDE = ("the process ended", "dropped", GONE, NO_VOICE, "OSError: ")
"""Why a photo that is whole is set aside: it was there when the process died, and the rest is not its fault either."""

FLOOD_SECONDS = 60.0
"""Over so long the regrets are counted."""

SPARE = 2
"""More photos may wait than the policy has room for: one that is put back, and one that a crash had left at work."""


@dataclass(slots=True, eq=False)
class Oracle:
    """Watches a world, and raises an AssertionError at the moment at which something is not as promised.

    Attributes:
        acknowledged: The photos whose bringer was told that they are safe, with the door.
        begun: The jobs of which something was heard, with the number of the life in which it was.
        stopped: Sounds of which nothing more may be heard.
        unheard: Jobs that were stopped before they were heard.
        silent: Whether a person asked for silence, and nothing at all may be heard.
        silence_stored: Whether that outlives a restart.
        repeated: Jobs that were heard once more because somebody asked for it.
        crashes: How often a life ended while a job was at work.
        may_be_silent_up_to: The newest job that something may have kept from being heard.
        gone_up_to: The newest job of which a person had all traces deleted.
        forgotten: Photos of which a person may have had all traces deleted.
        encores: The requests to say once more what was said last.
        to_go: Files of which a person had all traces deleted, or tried to.
    """

    world: World
    acknowledged: dict[int, str] = field(default_factory=dict)
    begun: dict[int, int] = field(default_factory=dict)
    stopped: set[Sound] = field(default_factory=set)
    unheard: set[int] = field(default_factory=set)
    silent: bool = False
    silence_stored: bool = False
    forgotten: set[int] = field(default_factory=set)
    encores: list[int] = field(default_factory=list)
    gone_up_to: int = 0
    to_go: frozenset[Path] = frozenset()
    crashes: Counter[int] = field(default_factory=Counter)
    may_be_silent_up_to: int = 0
    repeated: set[int] = field(default_factory=set)
    _heard: int = 0
    _idle_since: float | None = None
    _full: tuple[int, float] = (-1, 0.0)
    _last_event: int = 0
    _shown: tuple[int, Status, float] | None = None
    events: dict[int, dict[str, Any]] = field(default_factory=dict)

    # What the world tells it

    def acknowledge(self, photo: SimPhoto, door: str) -> None:
        """Whoever brought it was told that it is safe: it is so at this very moment."""
        self.acknowledged[photo.number] = door
        self._is_safe(photo, door)

    def sound(self, sound: Sound, first: bool) -> None:  # noqa: FBT001 - called by the room
        """A stretch of sound is about to be heard."""
        now = self.world.now_inside
        quiet = self.world.quiet_hours
        wall = self.world.wall.says(now)
        what = f"the regret {sound.regret}" if sound.regret else f"job {sound.job}"
        assert not (quiet and quiet.hold(wall)), f"{what} is heard at {wall:%H:%M:%S}, in quiet hours"
        assert not self.silent, f"{what} is heard although a person asked for silence"
        assert self.world.volume(), f"{what} is heard although the volume is nothing"
        assert sound not in self.stopped, f"{what} goes on after a stop"
        status = self.world.status()
        # Of a regret the loop hears while its first stretch is on its way.
        told = status is None or status.activity == "speaking" or (sound.regret and first)
        assert told, f"{what} is heard while it says {status}"
        if sound.regret:
            if first:
                self._regret(sound.regret, now)
            return
        assert sound.job > self.gone_up_to, f"job {sound.job} is heard although it was forgotten"
        if not first:
            return
        rows = self.world.database.rows("SELECT begun, state FROM job WHERE id = ?", sound.job)
        if self.encores and all(state in ("finished", "failed") for _, state in rows):
            # Somebody asked for what was said last, or would have been said.
            self.encores.pop(0)
            self.repeated.add(sound.job)
            return
        assert sound.job not in self.unheard, f"job {sound.job} is heard although a person had stopped it"
        may_go_on = self._waits_for_sound and sound.job in self.world.room.cut_off
        assert sound.job not in self.begun or may_go_on or self._made_way(sound.job), (
            f"job {sound.job} is spoken again: life {self.world.lives} after life {self.begun[sound.job]}"
        )
        self.begun[sound.job] = self.world.lives
        assert all(begun for begun, _ in rows), f"job {sound.job} is heard, and a restart would not know it: {rows}"

    def _regret(self, regret: Regret, now: float) -> None:
        """Somebody hears why nothing is heard: there is a reason, and a flood of reasons is no flood of speech."""
        world = self.world
        match regret:
            case "unreadable":
                assert any(photo.kind != "good" for photo in world.photos.values()), "all photos can be read"
            case "no_voice":
                assert world.mood.was_voiceless, "there always was a voice"
            case _:
                pass
        since = max(world.born, now - FLOOD_SECONDS)
        heard = [each for each in world.room.regrets if each.regret == regret and each.began >= since]
        pressed = [each for each in world.asks.presses if each >= since - PRESS_SECONDS]
        most = FLOOD_SECONDS / SAME_AGAIN_SECONDS + 2 + len(pressed)
        assert len(heard) <= most, f"the regret {regret} is heard {len(heard)} times in {now - since:.0f} s"

    def caption(self, caption: Caption) -> None:
        """A caption is shown: its first word is heard, or was a moment ago."""
        heard = [
            sound.heard_by(self.world.now_inside) for sound in self.world.room.sounds if sound.job == caption.photo
        ]
        assert heard, f"a caption of job {caption.photo} is shown, and nothing of it was heard"
        assert caption.cue.start <= heard[-1] + CAPTION_SECONDS, (
            f"a caption of job {caption.photo} is shown {caption.cue.start - heard[-1]:.3f} s before it is heard"
        )

    def stop(self) -> None:
        """A person has asked for silence while a photo is looked at or spoken: of that one nothing more is heard."""
        self.excuse_silence()
        # The command is carried out in the step after this one, in which a first sample may already be on its way.
        if self.world.room.playing is None:
            at_work = "SELECT id FROM job WHERE state = 'working' AND path = ?"
            self.unheard |= {job for (job,) in self.world.database.rows(at_work, str(self.world.looked_at))}

    def _made_way(self, job: int) -> bool:
        """Whether it was cut off for a person who had pressed the button just before: then it is heard anew."""
        before = [each for each in self.world.room.sounds if each.job == job][:-1]
        last = before[-1] if before else None
        if last is None or last.complete or last.ended is None:
            return False
        return any(0 <= last.ended - pressed < PRESS_SECONDS + STORED_SECONDS for pressed in self.world.asks.presses)

    def forget(self) -> None:
        """A person has asked for everything to be deleted."""
        self.forgotten |= set(self.world.photos)
        self.to_go |= self.known_paths()

    def known_paths(self) -> frozenset[Path]:
        """The files of all jobs that there are."""
        return frozenset(Path(path) for (path,) in self.world.database.rows("SELECT path FROM job WHERE path <> ''"))

    def newest_job(self) -> int:
        """The last one that there is, or 0."""
        ((number,),) = self.world.database.rows("SELECT coalesce(max(id), 0) FROM job")
        return int(number)

    # What it looks at

    def look(self) -> None:
        """Look around: at every pause of the world, and after every death."""
        self._watch_inbox()
        self._hear_events()
        self._count_queues()
        self._watch_idleness()
        self._watch_hang()
        self._watch_press()
        self.watch_silence()
        self._watch_room()
        self._watch_files()
        self._watch_state()
        assert not self.world.broker.unsaid, "it has left the broker in order, and the house takes it to be online"

    def count_crashes(self) -> None:
        """A life has ended, and what was at work with it."""
        self.crashes.update(job for (job,) in self.world.database.rows("SELECT id FROM job WHERE state = 'working'"))

    def after_death(self) -> None:
        """What was promised is still there when the power comes back."""
        self.silent = self.silent and self.silence_stored
        # Nor does a restart know of a stop that came while a photo was still looked at.
        self.unheard.clear()
        for number, door in self.acknowledged.items():
            self._is_safe(self.world.photos[number], door)

    def is_drained(self) -> bool:
        """Whether nothing is left to do."""
        world = self.world
        ((unfinished,),) = world.database.rows("SELECT count(*) FROM job WHERE state IN ('waiting', 'working')")
        ((unsent,),) = world.database.rows("SELECT count(*) FROM outbox")
        return not (unfinished or unsent or world.visits or world.inbox_photos() or world.broker_waits())

    def last_look(self) -> None:
        """The end of the world: all is healed and drained."""
        self.look()
        jobs = {
            number: (state, record, Path(path), sha256)
            for number, state, record, path, sha256 in self.world.database.rows(
                "SELECT id, state, record, path, sha256 FROM job"
            )
        }
        by_sha: dict[str, list[int]] = {}
        for number, (_, _, _, sha256) in jobs.items():
            by_sha.setdefault(sha256, []).append(number)
        for number in self.forgotten:
            # Of one that turns out to be damaged the opening is told, and no job has it.
            if self.world.photos[number].kind == "good":
                self._nothing_tells_of(number)
        for number, door in self.acknowledged.items():
            found = by_sha.get(self.world.photos[number].sha256, [])
            if number not in self.forgotten and (self.world.is_once() or not found):
                assert len(found) == 1, f"photo {number} came by {door} and became the jobs {found}"
        for number in self.world.replayed - self.forgotten:
            found = by_sha.get(self.world.photos[number].sha256, [])
            assert len(found) <= 1, f"photo {number} of the replayed folder became the jobs {found}"
        self._set_aside_rightly()
        self._last_is_known()
        set_aside = "SELECT path FROM job WHERE state = 'failed' AND reason NOT LIKE 'dropped%'"
        silent = self.world.database.rows("SELECT id, source, begun FROM job WHERE state = 'finished' AND record <> ''")
        for number, source, begun in silent:
            kept_quiet = number in self.begun or number <= self.may_be_silent_up_to
            # Where it was begun on paper, a crash may have come just before the first sample.
            kept_quiet |= bool(begun and self.crashes[number])
            # A slideshow does not wait for a loudspeaker.
            kept_quiet |= source == "camera" and self.world.room.was_missed and self._waits_for_sound
            assert kept_quiet, f"job {number} was never heard, and nothing kept it from being heard"
        crashed = self.world.database.rows(
            "SELECT id FROM job WHERE state = 'failed' AND reason LIKE 'the process ended%'"
        )
        for (number,) in crashed:
            assert self.crashes[number] > 1, f"job {number} is called a crash after {self.crashes[number]} of them"
        kept = {Path(path) for (path,) in self.world.database.rows(set_aside)}
        here = {self.world.STATE / "photos" / name for name in self.world.photo_names()}
        forgotten = (self.to_go - self.known_paths()) & here
        assert not forgotten, f"photos were forgotten, and are there: {sorted(forgotten)}"
        if not self.world.keeps:
            assert here <= kept, f"photos are kept longer than was promised: {sorted(here - kept)}"
        self._events_tell_all(jobs)
        state = json.loads(self.world.broker.retained[self.world.topic("state")])
        assert (state["activity"], state["queue"]) == ("idle", 0), f"it is idle, and says {state}"
        # That a loudspeaker is there again shows when something is to be heard.
        # So it is with a voice.
        missed = {"no_audio": self.world.room.missed, "no_voice": self.world.mood.was_voiceless}
        known = (None, "quiet_hours", "muted", *(reason for reason, held in missed.items() if held))
        assert state["reason"] in known, f"nothing keeps it quiet, and it says {state}"
        assert self.world.broker.retained[self.world.topic("availability")] == b"online"

    @property
    def _waits_for_sound(self) -> bool:
        return self.world.settings.audio.absent == "wait"

    def _set_aside_rightly(self) -> None:
        """A photo that is whole is set aside for few reasons, and not when it was heard."""
        # Of one that was cut short nobody knows.
        whole = {photo.sha256 for photo in self.world.photos.values() if photo.kind == "good"}
        rows = self.world.database.rows(
            "SELECT id, sha256, reason, begun AND record IS NOT NULL, source FROM job WHERE state = 'failed'"
        )
        for number, sha256, reason, heard, source in rows:
            why = f"job {number} is set aside: {reason}"
            assert sha256 not in whole or reason.startswith(MAY_BE_SET_ASIDE), why
            assert not (heard and reason.startswith("the process ended")), f"{why}; and it was heard"
            was_to_wait = self._waits_for_sound and source != "camera"
            assert not (was_to_wait and reason.startswith(GONE)), f"{why}; and it was to wait"

    def _last_is_known(self) -> None:
        """What lies on the broker as the last one is what is known of it."""
        told = self.world.broker.retained.get(self.world.topic("last"))
        records = [
            json.loads(record) for (record,) in self.world.database.rows("SELECT record FROM job WHERE record <> ''")
        ]
        assert told is None or json.loads(told) in ({}, *records), (
            f"`last` tells what is not known (any more): {told!r}"
        )

    def _watch_files(self) -> None:
        waiting = self.world.database.rows("SELECT id, path FROM job WHERE state = 'waiting' AND begun = 0")
        gone = [number for number, path in waiting if self.world.disk.present(Path(path)) is None]
        assert not gone, f"photos wait, and their files are gone: jobs {gone}"

    def _watch_state(self) -> None:
        """The house knows what the device does, where nothing keeps it from hearing it."""
        world = self.world
        status, connection = world.status(), world.broker.connection(world.client_id)
        if status is None or connection is None:
            self._shown = None
        elif self._shown is None or self._shown[0] != connection or self._shown[1] is not status:
            self._shown = (connection, status, world.now)
        elif world.now - self._shown[2] > STATE_TOLD_SECONDS:
            told = world.broker.retained.get(world.topic("state"))
            assert told == state_payload(status), f"it is {status}, and the house was told {told!r}"
            if not world.database.rows("SELECT 1 FROM outbox"):
                self._last_is_known()
            paused = world.database.rows("SELECT value FROM choice WHERE name = 'paused'") == [("yes",)]
            if status.activity in ("paused", "idle"):
                assert paused == (status.activity == "paused"), f"it is {status.activity}, and a restart would not know"

    def undisturbed(self) -> int | None:
        """The connection to the broker, where device and house have heard each other for long enough."""
        shown = self._shown
        return shown[0] if shown and self.world.now_inside - shown[2] > STATE_TOLD_SECONDS else None

    def _nothing_tells_of(self, number: int) -> None:
        """It was forgotten, if no job of it, or of a part of it, has come since."""
        world, text = self.world, f"Photo {number},"
        if not world.database.rows("SELECT 1 FROM job WHERE record LIKE ?", f"%{text}%"):
            for name in ("state", "last"):
                told = world.broker.retained.get(world.topic(name), b"")
                assert text.encode() not in told, f"{name} tells of photo {number}, which is forgotten"

    def _is_safe(self, photo: SimPhoto, door: str) -> None:
        if photo.number in self.forgotten:
            return
        rows = self.world.database.rows("SELECT id, state, path, begun FROM job WHERE sha256 = ?", photo.sha256)
        assert rows, f"photo {photo.number} was acknowledged at the {door} and is in no job"
        for number, state, path, begun in rows:
            if state in ("waiting", "working") and not begun:
                there = self.world.disk.durable(Path(path))
                assert there == photo.data, (
                    f"photo {photo.number}, acknowledged at the {door}, job {number}, is not safe: "
                    f"{None if there is None else len(there)} of {len(photo.data)} bytes"
                )

    def _watch_inbox(self) -> None:
        for photo in self.world.gone_from_inbox():
            self.acknowledge(photo, "inbox")

    def _count_queues(self) -> None:
        ((waiting,),) = self.world.database.rows("SELECT count(*) FROM job WHERE state = 'waiting'")
        most = self.world.settings.inbox.most
        assert waiting <= most + SPARE, f"{waiting} photos wait, {most} may"
        ((unsent,),) = self.world.database.rows("SELECT count(*) FROM outbox")
        assert unsent <= self.world.most_events + 1, f"{unsent} notices wait"

    def _watch_idleness(self) -> None:
        now = self.world.now
        # What was looked at may wait for a loudspeaker, and nothing else may.
        deaf = self._waits_for_sound and self.world.room.missed
        waiting = self.world.database.rows(
            "SELECT id FROM job WHERE state = 'waiting' AND (record IS NULL OR NOT ?) LIMIT 1", deaf
        )
        if not (waiting and self.world.is_idle()):
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        assert self._idle_since is None or now - self._idle_since < LONGEST_IDLE_SECONDS, (
            f"photos wait, and the device has been idle since {self._idle_since:.1f}"
        )

    def _watch_press(self) -> None:
        pressed_at = self.world.asks.pressed_at
        assert pressed_at is None or self.world.now - pressed_at < PRESS_SECONDS, (
            f"somebody pressed the button at {pressed_at:.1f}, and no photo was taken"
        )

    def watch_silence(self) -> None:
        """Whether it may be silent, now and when it begins to look at a photo."""
        world = self.world
        quiet = world.quiet_hours and world.quiet_hours.hold(world.wall.says(world.now_inside))
        pressed = any(world.now - press < PRESS_SECONDS for press in world.asks.presses)
        if quiet or pressed or (world.device and not world.volume()):
            self.excuse_silence()

    def excuse_silence(self) -> None:
        """Something may keep every job that there is from being heard."""
        self.may_be_silent_up_to = self.newest_job()

    def _watch_hang(self) -> None:
        hung_at = self.world.mood.hung_at
        assert hung_at is None or self.world.device is None or self.world.now - hung_at < LONGEST_HANG_SECONDS, (
            f"something hangs since {hung_at:.1f}, and nobody noticed"
        )

    def _watch_room(self) -> None:
        world = self.world
        board = world.device.daemon.board if world.device and world.device.supervisor.is_ready else None
        capacity, since = self._full
        if board is None or world.disk.failing or world.disk.slowness > 1 or world.disk.free_bytes() >= RESERVE_BYTES:
            self._full = (-1, 0.0)
        elif capacity != world.disk.capacity:
            # Room that was there in between was told, perhaps, and nobody looked.
            self._full = (world.disk.capacity, world.now)
        elif world.now - since > FULL_TOLD_SECONDS:
            reason = board.status.reason
            assert reason in GRAVER_THAN_FULL, f"the disk has been full since {since:.1f}, and it says {reason}"

    def _hear_events(self) -> None:
        heard = self.world.broker.heard
        for each in heard[self._heard :]:
            if each.topic != self.world.topic("event"):
                continue
            event = json.loads(each.payload)
            number = int(event["id"].rpartition("-")[2])
            if number in self.events:
                assert self.events[number] == event, f"two events have one id: {self.events[number]} and {event}"
                continue
            # One that was refused once, and its refusal forgotten in a crash, may be taken after later ones.
            in_order = number > self._last_event or self.world.events_denied
            assert in_order, f"event {number} comes after event {self._last_event}"
            self._last_event = max(number, self._last_event)
            self.events[number] = event
            if event["event_type"] == "spoken":
                completed = {sound.job for sound in self.world.room.sounds if sound.complete}
                assert event["photo"] in completed, f"job {event['photo']} is called spoken and was not"
        self._heard = len(heard)

    def _events_tell_all(self, jobs: dict[int, tuple[str, str | None, Path, str]]) -> None:
        dropped = self.world.database.rows("SELECT value FROM count WHERE name = 'events dropped'")
        if dropped or self.forgotten or self.world.events_denied:
            return
        told: dict[str, list[int]] = {"described": [], "spoken": [], "failed": []}
        for event in self.events.values():
            if "photo" in event:
                told[event["event_type"]].append(event["photo"])
        for kind, numbers in told.items():
            assert len(numbers) == len(set(numbers)), f"{kind} is told twice: {sorted(numbers)}"
        described = {number for number, (_, record, _, _) in jobs.items() if record is not None}
        assert set(told["described"]) >= described, f"not told: {sorted(described - set(told['described']))}"
        failed = {number for number, (state, *_) in jobs.items() if state == "failed"}
        assert set(told["failed"]) >= failed, f"not told to have failed: {sorted(failed - set(told['failed']))}"
        whole = {sound.job for sound in self.world.room.sounds if sound.complete} - self.repeated
        for number, (state, record, _, _) in jobs.items():
            assert number not in whole or record is None or state == "finished", f"job {number} was spoken, and {state}"
            assert state in ("finished", "failed"), f"job {number} is {state} when all is done"
            assert state == "failed" or record is not None, f"job {number} is finished and was never described"
