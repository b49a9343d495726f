"""What was shown to be right often enough to be said, and what was not.

An attribute is proven by claims that were held against labels written before: at least `CLAIMS` of them with a known
label, and at least `PRECISION` of them right. What is not proven is looked for all the same, since its claims are how
it may be proven one day, but they are held back and the face keeps null. docs/attributes.md has the whole tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.core.types import Claim

CLAIMS = 20
PRECISION = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Claims about living faces that were held against a known label, from `scripts/bench attributes`.

    No version of a photo is counted beside another: the same face twice proves nothing twice.

    Attributes:
        right: So it was.
        wrong: So it was not.
        words: What is claimed, in plain words.
    """

    right: int
    wrong: int
    words: str

    @property
    def proven(self) -> bool:
        """Whether it may be said."""
        known = self.right + self.wrong
        return known >= CLAIMS and self.right >= PRECISION * known


_ASIDE = Measured(right=29, wrong=0, words="a head that points to the left or to the right")
"""One rule for both sides, since a mirrored photo has to give the mirrored word: they are counted together."""

MEASURED: Mapping[tuple[str, str | int | bool], Measured] = {
    ("facing", "front"): Measured(right=82, wrong=2, words="a head that faces the viewer"),
    ("facing", "left"): _ASIDE,
    ("facing", "right"): _ASIDE,
    ("facing", "up"): Measured(right=0, wrong=0, words="a head that points up"),
    ("facing", "down"): Measured(right=3, wrong=4, words="a bowed head"),
    ("eyes", "open"): Measured(right=60, wrong=0, words="open eyes"),
    ("eyes", "closed"): Measured(right=3, wrong=0, words="closed eyes"),
    ("lips", "open"): Measured(right=27, wrong=0, words="lips apart"),
    ("lips", "closed"): Measured(right=20, wrong=0, words="closed lips"),
    ("mouth_hidden", False): Measured(right=97, wrong=0, words="a mouth that is seen"),
    ("mouth_hidden", True): Measured(right=9, wrong=2, words="a hidden mouth"),
    ("smiling", True): Measured(right=29, wrong=0, words="a smile"),
}
"""The attributes of a face that a label can hold."""

UNPROVEN = {attribute: measured for attribute, measured in MEASURED.items() if not measured.proven}


def withheld(claim: Claim) -> Claim:
    """The claim, held back with the reason where its attribute is not proven."""
    measured = UNPROVEN.get((claim.name, claim.value))
    if measured is None or not claim.said:
        return claim
    known = measured.right + measured.wrong
    told = f"was right {measured.right} times of {known}" if known else "was never held against a label"
    asked = f"said are claims that were right in {PRECISION:.0%} of {CLAIMS} or more"
    return replace(claim, said=False, why=f"{claim.why}; {measured.words} is unproven: it {told}, {asked}")
