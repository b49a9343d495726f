"""One speech, from the moment it is allowed to its last sample; it may be cut at any time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.ports import Player
    from device.core.types import Described, Speech, SpeechChunk

Cut: TypeAlias = Literal["stop", "pause", "quiet", "press", "forget", "halt"]

_WEIGHTS: dict[Cut, int] = {"stop": 1, "forget": 2}
"""Of several reasons the weightiest counts, else the first: what a person stopped is not said after a pause."""


_AGAIN: frozenset[Cut] = frozenset({"pause", "press", "halt"})
"""What was cut so before it was heard is done again later."""

_LEFT: frozenset[Cut] = frozenset({"press", "halt", "forget"})
"""For these nobody waits until a photo is looked at to its end; after the others it is described without a sound."""


def weightier(before: Cut | None, why: Cut) -> Cut:
    """Which of two reasons counts."""
    return why if before is None or _WEIGHTS.get(why, 0) > _WEIGHTS.get(before, 0) else before


AHEAD_SECONDS = 1.0
"""More than a sink is handed ahead of what is heard."""


class GaveWayError(Exception):
    """A photo was left before it was known what is to be said of it; the next turn begins anew."""


class Turn:
    """What is being spoken, and whether it was cut; the loop cuts it, the thread that works hears of it.

    Attributes:
        anew: Whether what a press cuts is said once more afterwards, from its beginning.
        cut: Why it was ended, or None.
        begun: Whether a sample of it was handed to the player.
        described: What is spoken, once it is known.
    """

    def __init__(self, *, anew: bool = False) -> None:
        self.anew = anew
        self.cut: Cut | None = None
        self.begun = False
        self.described: Described | None = None
        self._player: Player | None = None
        self._sentence = 0
        self._seconds_of_it = 0.0

    def surely_heard(self) -> int:
        """How many sentences left the sink before the last sample that it was handed."""
        return self._sentence if self._seconds_of_it > AHEAD_SECONDS else max(0, self._sentence - 1)

    def end(self, why: Cut) -> None:
        """Cut it: nothing more is handed to the player, and what the player has is dropped."""
        self.cut = weightier(self.cut, why)
        player = self._player
        if player:
            player.stop()

    def go_on(self) -> None:
        """Asked while the photo is looked at; what is heard and not said anew is also described.

        Raises:
            GaveWayError: It is left for later, or for good.
        """
        if self.cut in _LEFT and (not self.begun or self.is_for_later()):
            raise GaveWayError

    def is_for_later(self) -> bool:
        """Whether what was cut is heard, or heard anew, in another turn."""
        return self.cut in _AGAIN and (not self.begun or (self.cut == "press" and self.anew))

    @contextmanager
    def on(self, player: Player) -> Iterator[Player]:
        """While it is heard on this player, on which something else may be heard afterwards."""
        self._player = player
        try:
            yield player
        finally:
            self._player = None

    def gate(
        self, speech: Speech, *, begin: Callable[[], bool], news: Callable[[SpeechChunk], None]
    ) -> Iterator[SpeechChunk]:
        """The speech on its way to the player, which ends where it is cut.

        Asked at each chunk, for a `stop` of the player has no effect in the moment before it plays.

        Args:
            speech: The sound.
            begin: Called before the first sample; the speech is not heard where it returns False.
            news: Is told of each chunk.
        """
        for chunk in speech:
            if self.cut or not (self.begun or begin()):
                return
            if chunk.utterance != self._sentence:
                self._sentence, self._seconds_of_it = chunk.utterance, 0.0
            news(chunk)
            if self.cut:
                return
            # Not before: to store that it begins may take a while, in which somebody may have cut it.
            self.begun = True
            yield chunk
            # Handed over is what more is asked for behind; a phrase that was kept is one chunk, however long.
            self._seconds_of_it += chunk.seconds
