"""Sentences from facts: which way of saying a thing is taken, and its words."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Claim
    from device.narration.facts import FaceFacts, Facts
    from device.text.texts import Texts

LARGEST_WORD = 30
"""Numbers up to here are written as words; a voice reads larger ones from their digits."""

_PARTS = "abc"
_PLACES = ("left", "centre", "right")


class Phrases:
    """Chooses among the ways to say a thing: where it begins is the seed's, and each repetition takes the next."""

    def __init__(self, *, texts: Texts, seed: int) -> None:
        self._texts = texts
        self._random = random.Random(seed)  # noqa: S311 - the same seed must give the same words
        self._start = self._random.randrange(1_000_000)
        self._used: Counter[str] = Counter()

    def sentence(self, name: str, **values: str | int) -> str:
        """One way to say `name`, its first letter large."""
        variants = self._texts.variants(name)
        text = self._texts.text(variants[(self._start + self._used[name]) % len(variants)], values)
        self._used[name] += 1
        return text[:1].upper() + text[1:]

    def number(self, number: int) -> str:
        """A number as it is spoken."""
        return self._texts.text(f"number-{number}") if 1 <= number <= LARGEST_WORD else str(number)

    def place(self, claim: Claim) -> str:
        """Where, as in "on the left"."""
        return self._texts.text(f"place-{claim.value}")

    def ordinal(self, face: FaceFacts) -> str:
        """Which from the left, as in "second"."""
        return self._texts.text(f"ordinal-{face.index + 1}")

    def looks(self, claims: Sequence[Claim]) -> str:
        """How somebody looks, as in "close to the camera and smiling"."""
        return self.listed(
            [
                self._texts.text("smiling" if claim.name == "smiling" else f"{claim.name}-{claim.value}")
                for claim in claims
            ]
        )

    def who(self, face: FaceFacts, facts: Facts) -> str:
        """The face as a listener finds it, as in "the one on the left"."""
        if len(facts.faces) == 1:
            return self._texts.text("who-only")
        place = face.get("place")
        if place and facts.places_differ():
            return self._texts.text("who-placed", {"place": self.place(place)})
        return self._texts.text("who-ordered", {"ordinal": self.ordinal(face)})

    def places(self, facts: Facts) -> str:
        """How many are where, as in "one is on the left and two are in the middle"."""
        groups = [claims for place in _PLACES if (claims := facts.claims("place", place))]
        return self.listed(
            [
                self._texts.text(
                    "place-part",
                    {"n": len(claims), "count": self.number(len(claims)), "place": self.place(claims[0])},
                )
                for claims in groups
            ]
        )

    def listed(self, parts: Sequence[str]) -> str:
        """Up to three parts, joined as the language does."""
        return self._texts.text(f"list-{len(parts)}", dict(zip(_PARTS, parts, strict=False)))
