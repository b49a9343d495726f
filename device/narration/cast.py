"""Whose voice a person in a photo gets: by their place and the photo itself, never by how they look."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import cycle, islice


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who can speak for the people in photos.

    Attributes:
        personas: The names of those there are, without the narrator's.
        chosen: Those that a curator gives to the people, from left to right; empty for none.
    """

    personas: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    def of(self, people: int, *, seed: int) -> tuple[str | None, ...]:
        """A persona for each of so many people, from left to right; they differ as long as there are enough.

        The same seed gives the same ones. Without any persona everybody has the voice as it is.
        """
        names = list(self.chosen)
        if not names:
            names = sorted(self.personas)
            random.Random(seed).shuffle(names)  # noqa: S311 - the same seed must give the same voices
        if not names:
            return (None,) * people
        return tuple(islice(cycle(names), people))
