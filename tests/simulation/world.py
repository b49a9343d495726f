"""A small world with a device in it, in which everything goes wrong that can, and the same again for the same seed."""

from __future__ import annotations

import heapq
import itertools
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from device.app.assembly import _hours as hours_of
from device.app.settings import (
    AudioSettings,
    CaptureSettings,
    DeviceSettings,
    InboxSettings,
    LimitSettings,
    Settings,
    StoreSettings,
)
from device.core import faults
from device.core.errors import VoxframeError
from device.core.types import Captured
from device.store import sql
from tests.simulation import photos
from tests.simulation.asks import Asks
from tests.simulation.body import WallClock
from tests.simulation.broker import SimBroker
from tests.simulation.chance import chance
from tests.simulation.database import SimDatabase
from tests.simulation.device import Device
from tests.simulation.disk import SimDisk
from tests.simulation.fate import Fate
from tests.simulation.life import PowerCut
from tests.simulation.oracle import RESERVE_BYTES, Oracle
from tests.simulation.person import Person
from tests.simulation.room import Room
from tests.simulation.senses import Mood
from tests.simulation.visits import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.types import Status
    from tests.simulation.fate import Death
    from tests.simulation.photos import Kind, SimPhoto
    from tests.simulation.room import Sound

Moment: TypeAlias = Literal[
    "looking",
    "described",
    "speaking",
    "silent",
    "beginning",
    "finishing",
    "keeping",
    "claiming",
    "asking what was last",
    "taken in",
    "capturing",
    "forgetting",
    "failing",
    "hanging",
]
"""A moment in the life of a device that is hit by chance too seldom."""

_STATEMENTS: dict[str, Moment] = {
    sql.CLAIM_OLDEST: "claiming",
    sql.CLAIM_NEWEST: "claiming",
    sql.LAST: "asking what was last",
    sql.DESCRIBE: "described",
    sql.BEGIN: "beginning",
    sql.FINISH: "finishing",
    sql.REMOVE_ALL: "forgetting",
}

CAPACITY_BYTES = 200_000

RESTART_SECONDS = 2.0
"""How soon a supervisor starts a process anew."""

HEALED_SECONDS = 4 * 3600.0
"""In a world in which nothing is wrong any more, everything is done after so long at the latest."""

LOOK_SECONDS = 30.0

LONG_HOURS = 8760.0
"""Longer than a world."""


class World:
    """The world of a seed.

    Attributes:
        story: What happened, a line each, with the virtual second.
    """

    STATE = Path("/state")
    INBOX = Path("/inbox")

    def __init__(self, seed: object) -> None:
        self.random = chance("world", seed)
        self.now = 0.0
        self.lives = 0
        self.device: Device | None = None
        self.fate = Fate(self.random)
        self.disk = SimDisk(capacity=CAPACITY_BYTES)
        self.person = Person(self.disk)
        self.database = SimDatabase()
        self.broker = SimBroker(self.random)
        self.room = Room()
        self.wall = WallClock()
        self.mood = Mood(poisoned=lambda: self.die("kill"), looks=self._look, hung=lambda: self._comes("hanging"))
        self.settings = self._settings(_audio(seed))
        self.quiet_hours = hours_of(self.settings.audio.quiet_hours)
        self.keeps = self.settings.store.retention == "keep"
        # How late a thread may begin what it is given: the later, the more happens meanwhile.
        self.slowest_start_seconds = self.random.choice((0.001, 0.02, 0.3))
        # How late it hears that it is done.
        self.slowest_end_seconds = self.random.choice((0.0, 0.0, self.slowest_start_seconds))
        # How often who sends a photo goes away in the middle.
        self.cut_off_share = self.random.choice((0.05, 0.05, 0.4))
        # On a network mount nobody can tell who else writes.
        self.disk.leases = self.random.random() < 0.7
        self.most_events = self.random.choice((10, 40))
        self.replays = self.random.random() < 0.3
        self.camera_plugged = True
        self.events_denied = False
        self.looked_at: Path | None = None
        # The moment at which the database fails next.
        self.fails_at: Moment | None = None
        # The connection that there was when it was told to end, where nothing disturbed it.
        self._parting: int | None = None
        self.photos: dict[int, SimPhoto] = {}
        self.visits: dict[Visit, None] = {}
        self.client_id = ""
        self.story: list[str] = []
        self.oracle = Oracle(self)
        self.asks = Asks(self)
        self.wall.on_set = self.oracle.watch_silence
        self._album: list[SimPhoto] = []
        self.replayed: set[int] = set()
        self._in_inbox: dict[Path, SimPhoto] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting: dict[Moment, list[tuple[float, Callable[[], None]]]] = {
            moment: [] for moment in get_args(Moment)
        }
        self._order = itertools.count()
        self._off_until = self.born = 0.0
        self._slow = False
        self._look_at = 0.0
        self._death: Death | None = None
        self.person.make_folder(self.STATE)
        self.person.make_folder(self.INBOX)
        self.room.on_sound = self._hear
        self.database.on_statement = self._runs
        self.room.on_silence = lambda: self._comes("silent")
        self.broker.on_acknowledged = self._acknowledged

    def _comes(self, moment: Moment) -> None:
        waiting, self._waiting[moment] = self._waiting[moment], []
        for seconds, happen in waiting:
            if self.device:
                loop = self.device.loop
                loop.call_soon_threadsafe(loop.call_later, seconds, happen)

    def _runs(self, statement: str) -> None:
        moment = "failing" if self.database.full or self.database.failing else _STATEMENTS.get(statement)
        if moment and moment == self.fails_at:
            self.fails_at = None
            self.tell("the database fails")
            self.database.failing = True
            self.at(self.random.random() * 20, lambda: setattr(self.database, "failing", False))
        if moment == "claiming":
            # The one before is left, or done with.
            self.looked_at = None
        if moment and self.device and self.device.supervisor.is_ready:
            self._comes(moment)

    def _look(self, path: Path) -> None:
        self.looked_at = path
        self.oracle.watch_silence()
        self._comes("looking")

    def _hear(self, sound: Sound, first: bool) -> None:  # noqa: FBT001 - called by the room
        if first:
            self._comes("speaking")
        assert self.device is not None
        try:
            self.oracle.sound(sound, first)
        except AssertionError as error:
            # The device takes whatever goes wrong with a photo for a reason to set it aside.
            raise self.device.loop.fail(error) from None

    # The course of the world

    def run(self, horizon: float) -> None:
        """Let it happen, up to a virtual moment.

        Raises:
            AssertionError: Something is not as promised.
        """
        faults.let(self._at_fault_point)
        logging.disable(logging.CRITICAL)
        try:
            self._run(horizon)
        finally:
            logging.disable(logging.NOTSET)
            faults.let(None)

    def heal(self) -> None:
        """Nothing is wrong any more, and everything comes to its end.

        Raises:
            AssertionError: It does not, or something is not as promised.
        """
        self.tell("everything is healed")
        self.fate.heal()
        self._agenda.clear()
        for waiting in self._waiting.values():
            waiting.clear()
        self.disk.fail_with(None)
        self.disk.slowness = 1.0
        self.disk.unreadable.clear()
        self.disk.capacity = 100 * CAPACITY_BYTES
        self.database.full = self.database.failing = False
        self.fails_at = None
        self.broker.denied.clear()
        self.broker.refuse(0.0)
        self.room.plugged, self.room.hangs = True, False
        self.camera_plugged = True
        self.mood.hangs, self.mood.voiceless, self.mood.work = False, False, 0.2
        self.wall.ahead_seconds = 0.0
        self._album.clear()
        self._off_until = min(self._off_until, self.now + RESTART_SECONDS)
        for visit in self.visits:
            self.at(self.random.random() * 60, visit.again)
        end = self.now + HEALED_SECONDS
        while self.now < end:
            self.run(min(end, self.now + 60.0))
            if self.asks.pauses and self._is_paused():
                # Also once more, where it died before it had heard of it.
                self.asks.ask("resume")
            elif self.device and self.device.supervisor.is_ready and self.oracle.is_drained() and self.is_idle():
                # Idle: a regret that hangs is no job, and ends in a restart that knows of a pause.
                break
        else:
            waits = self.device.loop.pending() if self.device else ["it is not running"]
            raise AssertionError(f"it is not done {HEALED_SECONDS} s after all was healed: {self.left()}; {waits}")
        # The state that says so is still on its way; nor has one long lived who died just now.
        self.run(self.now + 120.0)
        while self.now - self.born < 60.0:
            self.run(self.now + 60.0)
        self.oracle.last_look()

    def left(self) -> str:
        """What is still to be done, for a message."""
        jobs = self.database.rows("SELECT id, state, attempts, begun FROM job WHERE state IN ('waiting', 'working')")
        outbox = self.database.rows("SELECT number, kind FROM outbox")
        inbox = [photo.number for photo in self.inbox_photos()]
        visits = [visit.photo.number for visit in self.visits]
        return f"jobs {jobs}, outbox {outbox}, inbox {inbox}, uploads {visits}, broker {self.broker_waits()}"

    def at(self, seconds: float, happen: Callable[[], None]) -> None:
        """Let something happen so many seconds from now."""
        heapq.heappush(self._agenda, (self.now_inside + seconds, next(self._order), happen))

    def at_next(self, moment: Moment, seconds: float, happen: Callable[[], None]) -> None:
        """Let something happen so many seconds after the next such moment."""
        self._waiting[moment].append((seconds, happen))

    def is_off_for(self) -> float:
        """Seconds until the device is there again."""
        return 0.0 if self.device else max(0.0, self._off_until - self.now)

    @property
    def now_inside(self) -> float:
        """The virtual moment, also while the device runs."""
        return self.device.loop.time() if self.device else self.now

    def tell(self, text: str) -> None:
        """Write a line of the story."""
        self.story.append(f"{self.now_inside:10.1f}  {text}")

    def _run(self, horizon: float) -> None:
        while self.now < horizon:
            look = LOOK_SECONDS if self.device else max(LOOK_SECONDS, self._off_until - self.now)
            moment = min(horizon, self.now + look, *(each[0] for each in self._agenda[:1]))
            self._live(max(moment, self.now))
            while self._agenda and self._agenda[0][0] <= self.now:
                try:
                    heapq.heappop(self._agenda)[2]()
                except PowerCut:
                    self._death = self._death or self.fate.death()
                if self._death:
                    self._bury()

    def _live(self, moment: float) -> None:
        """Let the device live until that moment, or die before."""
        if self.device is None:
            if self._off_until > moment:
                self.now = moment
                return
            self.now = max(self.now, self._off_until)
            self._start()
        device = self.device
        if device is None:
            return
        self._slow |= self.room.hangs or self.disk.slowness > 1 or self.mood.work > 1
        if self.disk.slowness > 1 or not self.camera_plugged:
            self.asks.pressed_at = None
        try:
            going = device.run(moment)
        except PowerCut:
            self._death = self._death or self.fate.death()
        else:
            self.now = device.loop.time()
            if not going:
                self._ended(device)
        if self._death:
            self._bury()
        if self.now >= self._look_at:
            self._look_at = self.now + LOOK_SECONDS / 3
            self.oracle.look()

    def _start(self) -> None:
        self.lives += 1
        life = self.fate.new_life()
        try:
            self.device = Device(self, life)
        except PowerCut:
            self._death = self.fate.death()
            self._bury()
        except VoxframeError as error:
            self.tell(f"it cannot start: {error}")
            life.end()
            self._off("kill")
        else:
            self.born = self.now
            self.client_id = self.device.client_id
            self.tell(f"life {self.lives} begins")

    def _ended(self, device: Device) -> None:
        """The process has ended by itself, or hangs."""
        if not device.task.done():
            self.tell("it hangs, and is killed")
            assert self._slow or self.mood.hung_at is not None, "its supervisor takes it for dead, and it is not"
            device.loop.kill()
        else:
            error = device.task.exception()
            if error and (device.supervisor.is_ready or not isinstance(error, VoxframeError)):
                raise error
            self.tell(f"it ends: {error or 'as it was told'}")
            parted = self._parting is None or self._parting not in self.broker.abandoned or self.status() is None
            assert parted, "nothing kept it from saying goodbye, and it left without a word"
            device.loop.close()
        self._off("kill")

    def terminate(self) -> None:
        """Its supervisor tells it to end; it may die of that very word, and is found dead in the next moment."""
        if self.device and self._parting is None:
            self._parting = self.oracle.undisturbed()
            self.tell("it is told to end")
            try:
                self.device.daemon.halt()
            except PowerCut:
                self._parting = None

    def die(self, death: Death) -> None:
        """The device dies here and now.

        Raises:
            PowerCut: It is called from within.
        """
        if self.device is None:
            return
        self._death = death
        self.device.loop.kill()
        self._bury()

    def switch_off(self, seconds: float) -> None:
        """Somebody pulls the plug, and puts it in again later."""
        self.tell("it is switched off")
        self.die("power")
        self._off_until = self.now + seconds

    def close(self) -> None:
        """The world ends."""
        if self.device:
            self.device.loop.kill()
            self.device = None
        self.database.close()

    def _bury(self) -> None:
        death, self._death = self._death or "kill", None
        self.tell(f"it dies: {death}")
        if self.device:
            self.now = self.device.loop.time()
            self.device.life.end()
        self._off(death)

    def _off(self, death: Death) -> None:
        device, self.device = self.device, None
        self.asks.died()
        self._parting = None
        self.mood.hung_at = None
        self._slow = False
        self.looked_at = None
        if device:
            self.broker.lost(device.life, power=death == "power")
        self.room.silence(self.now)
        self.database.kill() if death == "kill" else self.database.crash(self.random)
        self.oracle.count_crashes()
        # Before the disk loses what was not safe: what has gone from the inbox has gone by the device's hand.
        self.oracle.look()
        self.disk.kill() if death == "kill" else self.disk.crash(self.random)
        off = RESTART_SECONDS
        if death == "power" and not self.fate.is_healed:
            off = self.random.choice((5.0, 600.0, 40_000.0)) * (0.5 + self.random.random())
            if self.random.random() < 0.5:
                # Without a battery the clock goes on where it stopped, until the network is there.
                self.wall.ahead_seconds -= off
                self.at(off + 60.0, self._set_clock)
        self._off_until = self.now + off
        for visit in self.visits:
            visit.cut_off()
        self.oracle.after_death()

    def _set_clock(self) -> None:
        self.wall.ahead_seconds = 0.0
        self.tell("the clock is set")

    # What comes to the device

    def photo(self, kind: Kind = "good") -> SimPhoto:
        """A new photo that nobody has brought yet."""
        made = photos.make(len(self.photos), kind, self.random)
        self.photos[made.number] = made
        return made

    def take_photo(self) -> Captured | None:
        """What the camera sees; something, where somebody stands before it and presses the button."""
        self._comes("capturing")
        pressed, self.asks.pressed_at = self.asks.pressed_at, None
        if self.replays:
            if not self._album:
                return None
            seen = self.random.choice(self._album)
            return Captured(name="seen", data=seen.data, seen_as=f"replay:{seen.number}")
        if pressed or (not self.fate.is_healed and self.random.random() < 0.02):
            return Captured(name="seen", data=self.photo().data)
        return None

    def fill_album(self, photo: SimPhoto) -> None:
        """Add a photo to those that the camera replays."""
        self._album.append(photo)
        self.replayed.add(photo.number)

    def upload(self, photo: SimPhoto, *, leaves: bool = False) -> None:
        """Somebody sends it over HTTP, and again until it is answered; `leaves`: the first time half of it."""
        self.tell(f"photo {photo.number} ({photo.kind}) is sent")
        visit = Visit(world=self, photo=photo, leaves=leaves)
        self.visits[visit] = None
        visit.again()

    def publish(self, photo: SimPhoto) -> None:
        """Somebody publishes it; a broker that knows the device keeps it."""
        self.tell(f"photo {photo.number} ({photo.kind}) is published")
        self.broker.publish(self.topic("photo/set"), photo.data)

    def take_back(self, path: Path) -> None:
        """Who had put a file into the inbox is about to put another one in its place."""
        self._in_inbox.pop(path, None)

    def put(self, path: Path, photo: SimPhoto) -> None:
        """A whole file is in the inbox now."""
        self.tell(f"photo {photo.number} ({photo.kind}) is put into the inbox")
        self._in_inbox[path] = photo

    def _is_paused(self) -> bool:
        device = self.device
        return device is not None and device.supervisor.is_ready and device.daemon.board.status.activity == "paused"

    def is_idle(self) -> bool:
        """Whether the device could work, says that it does not, and nothing is wrong with its disk."""
        status = self.status()
        return status is not None and status.activity == "idle"

    def status(self) -> Status | None:
        """What the device takes itself to do, where it runs and nothing is wrong with its disk."""
        wrong = self.disk.failing or self.disk.slowness > 1 or self.database.full or self.database.failing
        if self.device is None or wrong or not self.device.supervisor.is_ready:
            return None
        return self.device.daemon.board.status

    def is_once(self) -> bool:
        """Whether a photo that is brought again is the same one, as long as this world lasts."""
        return self.settings.inbox.same_hours == LONG_HOURS

    def volume(self) -> int:
        """How loud the device takes itself to be."""
        return self.device.daemon.controls.hush.volume if self.device else 0

    def topic(self, name: str) -> str:
        """The full name of a topic of the device."""
        return f"voxframe/{self.settings.device.name}/{name}"

    # What the oracle asks

    def inbox_photos(self) -> list[SimPhoto]:
        """Those that were put into the inbox whole, are there, and can be taken in."""
        return [
            photo
            for path, photo in self._in_inbox.items()
            if self.disk.present(path) == photo.data and photo.may_be_taken_in
        ]

    def inbox_paths(self) -> list[Path]:
        """The files that somebody put into the inbox, and that are there."""
        return [path for path in self._in_inbox if self.disk.present(path) is not None]

    def gone_from_inbox(self) -> Iterator[SimPhoto]:
        """Those that the device has removed since it was asked last."""
        for path, photo in list(self._in_inbox.items()):
            if self.disk.present(path) is None:
                del self._in_inbox[path]
                yield photo

    def broker_waits(self) -> int:
        """How many messages the broker has for the device."""
        return self.broker.waiting(self.client_id)

    def photo_names(self) -> list[str]:
        """The files that the device keeps."""
        return list(self.disk.folder(self.STATE / "photos").now)

    def _acknowledged(self, topic: str, payload: bytes) -> None:
        if topic == self.topic("photo/set"):
            photo = self.photos[photos.number_of(payload)]
            if photo.may_be_taken_in:
                self.oracle.acknowledge(photo, "broker")

    def _at_fault_point(self, name: str) -> None:
        if not self.device:
            return
        if name == "a photo is taken in and its file is there":
            self._comes("taken in")
        if name == "a photo is synced and has no name":
            self._comes("keeping")
        what = self.fate.at(name)
        if what == "die":
            self.tell(f"at the point: {name}")
            self._death = self.fate.death()
            self.device.life.cut()
        elif what == "stall" and self.device.loop.blocks():
            self.device.loop.block(self.random.random() * 20)

    def _settings(self, audio: AudioSettings) -> Settings:
        draw = self.random
        quiet = draw.choice(("", "22:00-07:00", "00:02-00:30", "12:00-12:10"))
        return Settings(
            device=DeviceSettings(name="sim"),
            capture=CaptureSettings(interval=draw.choice((0.0, 10.0, 60.0))),
            inbox=InboxSettings(
                folder=self.INBOX,
                burst=draw.choice(("queue", "queue", "newest", "drop")),
                most=draw.choice((3, 10, 100)),
                same_hours=draw.choice((LONG_HOURS, LONG_HOURS, 1.0)),
            ),
            audio=replace(audio, quiet_hours=quiet, volume=draw.choice((100, 10))),
            store=StoreSettings(
                retention=draw.choice(("delete", "delete", "delete", "keep")), reserve_megabytes=RESERVE_BYTES / 1e6
            ),
            limits=LimitSettings(megabytes=photos.LIMIT_BYTES / 1e6),
        )


def _audio(seed: object) -> AudioSettings:
    """What was added later, by a chance of its own: the rest of a world stays as it was."""
    before = chance("prelude", seed)
    return AudioSettings(
        absent=chance("absent", seed).choice(("wait", "drop")),
        chime=before.choice(("off", "soft")),
        notice=before.choice(("off", "spoken", "chime")),
    )
