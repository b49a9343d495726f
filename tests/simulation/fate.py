"""When a life ends, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tests.simulation.life import Life

if TYPE_CHECKING:
    from random import Random

Death: TypeAlias = Literal["power", "kill"]

POINTS = (
    "a photo is synced and has no name",
    "a photo is kept and has no job",
    "a job is there and nobody knows",
    "a speech is begun on paper and not heard",
    "a job is done and its photo is there",
    "a photo from the broker is safe and not acknowledged",
    "a photo is taken in and its file is there",
    "a notice is with the house and in the outbox",
)
"""The fault points of the device."""


class Doomed(Life):
    """A life that ends at an operation that was drawn before it began."""

    __slots__ = ("_left",)

    def __init__(self, operations: int) -> None:
        super().__init__()
        self._left = operations

    def check(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.end()
        super().check()


class Fate:
    """Draws the deaths of a world."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.is_healed = False
        # A world in which all went wrong at once would never get far.
        self._deadly = random.random() < 0.7
        self._points = {name for name in POINTS if random.random() < 0.25}

    def heal(self) -> None:
        """Nobody dies any more, but for who is doomed already."""
        self.is_healed = True

    def new_life(self) -> Life:
        """A life that is as long as it is."""
        if self.is_healed or not self._deadly or self._random.random() < 0.5:
            return Life()
        return Doomed(round(10 ** (1.5 + self._random.random() * 3.5)))

    def death(self) -> Death:
        """How it ends."""
        return "power" if self._random.random() < 0.6 else "kill"

    def at(self, name: str) -> Literal["die", "stall", "nothing"]:
        """What happens at a fault point."""
        if self.is_healed or name not in self._points:
            return "nothing"
        drawn = self._random.random()
        return "die" if drawn < 0.1 else "stall" if drawn < 0.2 else "nothing"
