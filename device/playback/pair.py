"""One speech to two sinks at once; neither needs the other."""

from __future__ import annotations

import logging
import threading
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING

from device.core.errors import MissingDeviceError
from device.core.types import Played

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.ports import Player
    from device.core.types import Speech, SpeechChunk

_log = logging.getLogger(__name__)

BEHIND_SECONDS = 2.0
"""How much later than the other one a sink may come to its end; a radio link is some tenths of a second behind."""


class PairPlayer:
    """The first leads: what is told of a speech, its length and position, is how it was heard there.

    A sink that is not there is left out, and where it is the first, the second one leads in its place, also from the
    middle of a speech on. Only where neither is there is nothing played.

    Args:
        first: Draws the speech, at its own pace.
        second: Gets the same chunks.
    """

    def __init__(self, *, first: Player, second: Player) -> None:
        self._players = (first, second)
        self._leads = first
        self._follower: _Follower | None = None
        self._missed: set[Player] = set()
        self._stopped = threading.Event()

    def play(self, speech: Speech) -> Played:
        """Play it on both and return when the last sample was heard; the second may be a little behind.

        Raises:
            MissingDeviceError: Neither is there, or both were taken away.
        """
        self._stopped.clear()
        chunks = iter(speech)
        begun = False
        try:
            first = next(chunks, None)
            if first is None or self._stopped.is_set():
                return Played(seconds=0.0, complete=first is None)
            there = self._reached(first.sample_rate)
            begun = True
        finally:
            if not begun:
                self._let_go()
        self._leads = there[0]
        self._follower = follower = _Follower(there[1]) if len(there) > 1 else None
        try:
            return self._play(chain([first], chunks), follower)
        except BaseException:
            if follower:
                follower.finish(within_seconds=0.0)
            raise

    def reach(self, sample_rate: int) -> None:
        """Take what is there of the two.

        Raises:
            MissingDeviceError: Neither is.
        """
        self._leads = self._reached(sample_rate)[0]

    def is_there(self) -> bool:
        """Whether one of them is."""
        return any(each.is_there() for each in self._players if not self._is_busy(each))

    def position_seconds(self) -> float | None:
        """That of the one that leads."""
        return self._leads.position_seconds()

    def lead_in_seconds(self) -> float:
        """That of the one that leads."""
        return self._leads.lead_in_seconds()

    def stop(self) -> None:
        """End what plays on both."""
        self._stopped.set()
        self._leads.stop()
        follower = self._follower
        if follower:
            follower.stop()

    def set_volume(self, percent: int) -> None:
        """How loud both are."""
        for each in self._players:
            each.set_volume(percent)

    def _play(self, chunks: Iterator[SpeechChunk], follower: _Follower | None) -> Played:
        cut = False

        def passing() -> Iterator[SpeechChunk]:
            nonlocal cut
            for chunk in chunks:
                # The player does not know of a stop in the moment before it began.
                cut = self._stopped.is_set()
                if cut:
                    return
                if follower:
                    follower.take(chunk)
                yield chunk

        try:
            played = self._leads.play(passing())
        except MissingDeviceError as trouble:
            if follower is None:
                raise
            self._miss(self._leads, trouble)
            self._leads = follower.player
            rest = passing()
            # It sets the pace now: what it does not ask for may be said anew, where it goes too.
            while follower.wants_more() and next(rest, None):
                pass
            played = follower.result()
            cut = cut or self._stopped.is_set()
        else:
            if follower:
                self._see_out(follower)
        return Played(seconds=played.seconds, complete=played.complete and not cut)

    def _see_out(self, follower: _Follower) -> None:
        follower.finish(within_seconds=BEHIND_SECONDS)
        match follower.trouble:
            case None:
                return
            case MissingDeviceError() as trouble:
                self._miss(follower.player, trouble)
            case trouble:
                _log.error("one of two sinks: a mistake in voxframe", exc_info=trouble)

    def _reached(self, sample_rate: int) -> list[Player]:
        there: list[Player] = []
        troubles: list[MissingDeviceError] = []
        for each in self._players:
            if self._is_busy(each):
                continue
            try:
                each.reach(sample_rate)
            except MissingDeviceError as trouble:
                troubles.append(trouble)
                self._miss(each, trouble)
            else:
                there.append(each)
                self._missed.discard(each)
        if not there:
            raise troubles[0] if troubles else MissingDeviceError("no sound device takes any sound; unplug and plug it")
        return there

    def _is_busy(self, player: Player) -> bool:
        """Whether it still hangs in an earlier speech."""
        return self._follower is not None and self._follower.player is player and self._follower.is_playing

    def _miss(self, player: Player, trouble: MissingDeviceError) -> None:
        if player not in self._missed:
            self._missed.add(player)
            _log.warning("one of two sinks: %s", trouble)

    def _let_go(self) -> None:
        for each in self._players:
            if not self._is_busy(each):
                each.play(())


class _Follower:
    """Plays what it is handed, in a thread of its own, and holds nobody up.

    Attributes:
        trouble: Why it ended early, or None.
    """

    def __init__(self, player: Player) -> None:
        self.player = player
        self.trouble: Exception | None = None
        self._chunks: deque[SpeechChunk] = deque()
        self._changed = threading.Condition()
        self._asks = False
        self._is_whole = False
        self._played = Played(seconds=0.0, complete=False)
        # A daemon: a sink that hangs for ever must not keep the process from ending.
        self._thread = threading.Thread(target=self._play, name="second sink", daemon=True)
        self._thread.start()

    @property
    def is_playing(self) -> bool:
        return self._thread.is_alive()

    def take(self, chunk: SpeechChunk) -> None:
        with self._changed:
            if self._is_whole:
                # It was stopped, or has gone.
                return
            self._chunks.append(chunk)
            self._asks = False
            self._changed.notify_all()

    def wants_more(self) -> bool:
        """Return when it asks for a chunk; False where it will not."""
        with self._changed:
            self._changed.wait_for(lambda: self._asks or self._is_whole)
            return not self._is_whole

    def result(self) -> Played:
        """What became of all that it was handed, once that has become of it.

        Raises:
            MissingDeviceError: It went too.
        """
        self._end()
        self._thread.join()
        if self.trouble:
            raise self.trouble
        return self._played

    def finish(self, *, within_seconds: float) -> None:
        """Let it come to its end, and stop it after so long."""
        self._end()
        self._thread.join(within_seconds)
        if self.is_playing:
            self.stop()
            self._thread.join(BEHIND_SECONDS)
        if self.is_playing:
            _log.warning("one of two sinks hangs, and is left out while it does")

    def stop(self) -> None:
        with self._changed:
            self._chunks.clear()
            self._is_whole = True
            self._changed.notify_all()
        self.player.stop()

    def _end(self) -> None:
        with self._changed:
            self._is_whole = True
            self._changed.notify_all()

    def _play(self) -> None:
        try:
            self._played = self.player.play(self._drawn())
        except Exception as trouble:  # noqa: BLE001 - whoever sees it out asks for it
            self.trouble = trouble
        finally:
            self._end()

    def _drawn(self) -> Iterator[SpeechChunk]:
        while True:
            with self._changed:
                self._asks = not self._chunks
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._chunks or self._is_whole)
                if not self._chunks:
                    return
                chunk = self._chunks.popleft()
            yield chunk
