"""The room that a simulated device speaks into: what is heard there, and by whom it is disturbed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.core.errors import MissingDeviceError
from device.core.types import Played

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Job, Regret, Speech
    from tests.simulation.loop import SimLoop


GONE = "the loudspeaker is not there"


@dataclass(slots=True, eq=False)
class Sound:
    """A speech, as somebody in the room hears it; `volume` is how loud its last stretch was, in percent.

    Its `job` is 0 where it is a regret and no photo's.

    Attributes:
        heard: The seconds of the stretches that are over.
        stretch: When the present one began, and how long it is; None between two.
    """

    job: int
    began: float
    regret: Regret | None = None
    heard: float = 0.0
    stretch: tuple[float, float] | None = None
    chunks: int = 0
    volume: int = 100
    ended: float | None = None
    complete: bool = False

    def heard_by(self, now: float) -> float:
        """How many seconds of it were heard by then."""
        began, seconds = self.stretch or (now, 0.0)
        return self.heard + min(now - began, seconds)


@dataclass(slots=True)
class Room:
    """Outlives the lives of the device.

    Attributes:
        sounds: All that was heard of photos, in order.
        regrets: Those that were heard.
        plugged: Whether the loudspeaker is there.
        missed: Whether it was not there when something was last to be heard.
        was_missed: Whether that ever happened.
        cut_off: The jobs in whose speech it was taken away.
        hangs: Whether it takes no sound any more, without a word.
        on_sound: Called before each stretch of sound, with whether it is the first of its speech.
        on_silence: Called after each speech.
    """

    sounds: list[Sound] = field(default_factory=list)
    regrets: list[Sound] = field(default_factory=list)
    playing: Sound | None = None
    plugged: bool = True
    hangs: bool = False
    missed: bool = False
    was_missed: bool = False
    cut_off: set[int] = field(default_factory=set)
    on_sound: Callable[[Sound, bool], None] = lambda _sound, _first: None
    on_silence: Callable[[], None] = lambda: None

    def silence(self, now: float) -> None:
        """The device is gone, and its sound with it."""
        if self.playing:
            self.playing.ended = now
            self.playing = None


class SimPlayer:
    """The loudspeaker, for one life."""

    def __init__(self, room: Room, loop: SimLoop) -> None:
        self._room = room
        self._loop = loop
        self._stop = loop.signal()
        self._job = 0
        self._regret: Regret | None = None
        self.volume = 100

    def player_for(self, job: Job) -> SimPlayer:
        self._job, self._regret = job.id, None
        return self

    def regret_player(self, regret: Regret) -> SimPlayer:
        self._job, self._regret = 0, regret
        return self

    def reach(self, _sample_rate: int) -> None:
        self._loop.life.check()
        self._need_loudspeaker()

    def is_there(self) -> bool:
        self._loop.life.check()
        return self._room.plugged

    def position_seconds(self) -> float | None:
        sound = self._room.playing
        return None if sound is None else sound.heard_by(self._loop.time())

    def lead_in_seconds(self) -> float:
        return 0.0

    def stop(self) -> None:
        self._loop.life.check()
        self._stop.set()

    def set_volume(self, percent: int) -> None:
        self.volume = percent

    def play(self, speech: Speech) -> Played:
        self._loop.life.check()
        self._stop.clear()
        seconds = 0.0
        sound: Sound | None = None
        try:
            for chunk in speech:
                self._loop.life.check()
                if self._stop.is_set():
                    break
                self._need_loudspeaker()
                sound = sound or self._begin()
                seconds += self._hear(sound, chunk.seconds)
                if self._stop.is_set():
                    # The next chunk is not waited for.
                    break
            else:
                if sound is None:
                    # Nothing was to be heard: that is all of it, whoever stopped it meanwhile.
                    return Played(seconds=0.0, complete=True)
            complete = not self._stop.is_set()
            if sound:
                sound.complete = complete
        finally:
            if sound and self._loop.life.alive:
                sound.ended = self._loop.time()
                self._room.playing = None
                self._room.on_silence()
        return Played(seconds=seconds, complete=complete)

    def _begin(self) -> Sound:
        if self._room.playing:
            raise self._loop.fail(AssertionError(f"two voices: {self._room.playing} and job {self._job}"))
        sound = Sound(job=self._job, began=self._loop.time(), regret=self._regret)
        self._room.playing = sound
        (self._room.regrets if sound.regret else self._room.sounds).append(sound)
        return sound

    def _hear(self, sound: Sound, seconds: float) -> float:
        """Let it be heard, and return how much of it was."""
        sound.volume = self.volume
        self._room.on_sound(sound, sound.chunks == 0)
        sound.chunks += 1
        hangs, began = self._room.hangs, self._loop.time()
        sound.stretch = began, 0.0 if hangs else seconds
        if self._loop.block_until(self._stop, 1e9 if hangs else seconds):
            return 0.0 if hangs else self._loop.time() - began
        sound.heard, sound.stretch = sound.heard + seconds, None
        # It may have gone meanwhile, also in the last stretch.
        self._need_loudspeaker()
        return seconds

    def _need_loudspeaker(self) -> None:
        self._room.missed = not self._room.plugged
        if self._room.missed:
            self._room.was_missed = True
            if self._room.playing and not self._room.playing.regret:
                self._room.cut_off.add(self._room.playing.job)
            self._room.silence(self._loop.time())
            raise MissingDeviceError(GONE)
