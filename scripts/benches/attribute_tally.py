"""Claims held against labels, and counted: plain arithmetic, nothing is looked at here."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from scripts.benches.attribute_labels import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from device.core.types import Claim
    from scripts.benches.attribute_labels import FaceLabel

Verdict: TypeAlias = Literal["right", "wrong", "unknown"]
Attribute: TypeAlias = tuple[str, str]
"""What is claimed and its value, in the words of the labels, such as ("smiling", "y")."""

LARGE = 40
"""Pixels of the larger side of a face from which its attributes are expected to be told."""

PRECISION, CLAIMS = 0.95, 20
"""What an attribute has to reach, and on how many claims with a known label, to be spoken by default."""

OPPOSITE = {"open": "closed", "closed": "open", "seen": "hidden", "hidden": "seen"}
OF_THE_MOUTH = frozenset({"smiling", "lips"})
"""What nobody can see on a hidden mouth: a claim of it is wrong, whatever is the case behind the mask."""

POSTURES = frozenset({"standing", "sitting", "lying", "crouching", "kneeling", "bending", "riding", "other", "unseen"})
"""Of these a person has one; any other pose may come on top. Of a posture that is not seen any claim is wrong."""

OF_A_BODY = {"posture": "{}", "arms": "arms_{}", "orientation": "turned_{}"}
"""Claims about a body, and the word that the labels have for their value."""

UNCLEAR = {"arms": "arms_unclear", "orientation": "body_unclear"}

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One labelled face and the claims about it; none where it was not found.

    Attributes:
        photo: Its file.
        index: Its number among the labels of the photo.
        copy: Whether the photo is a version of another one.
    """

    photo: str
    index: int
    label: FaceLabel
    claims: tuple[Claim, ...]
    found: bool
    copy: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """The claims of one attribute.

    Attributes:
        right: Said, and so it is.
        wrong: Said, and it is not.
        unknown: Said, where the label does not tell.
        held_right: Left unsaid, though so it is.
        held_wrong: Left unsaid, and it is not.
        held_unknown: Left unsaid, where the label does not tell.
        large: Labelled faces of the size from which it is expected to be told, found or not.
        claimed: Those of them of which it was said.
    """

    right: int = 0
    wrong: int = 0
    unknown: int = 0
    held_right: int = 0
    held_wrong: int = 0
    held_unknown: int = 0
    large: int = 0
    claimed: int = 0

    @property
    def said(self) -> int:
        """Claims said."""
        return self.right + self.wrong + self.unknown

    @property
    def held(self) -> int:
        """Claims held back."""
        return self.held_right + self.held_wrong + self.held_unknown

    @property
    def precision(self) -> float | None:
        """Right ones among those said with a known label; None without any."""
        known = self.right + self.wrong
        return self.right / known if known else None

    @property
    def lower(self) -> float:
        """What the precision is at least, by Wilson at 95 %."""
        return wilson_lower(self.right, self.right + self.wrong)

    @property
    def proven(self) -> bool:
        """Whether it may be spoken by default."""
        return self.right + self.wrong >= CLAIMS and (self.precision or 0) >= PRECISION

    def add(self, verdict: Verdict, *, said: bool) -> None:
        """Count one claim."""
        name = verdict if said else f"held_{verdict}"
        setattr(self, name, getattr(self, name) + 1)


def wilson_lower(right: int, known: int) -> float:
    """The lower end of Wilson's 95 % score interval for a share of `right` in `known`; 0 where nothing is known.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. It takes the claims
    for independent: versions of one photo make it too high.
    """
    if not known:
        return 0.0
    share, weight = right / known, Z_95**2 / known
    spread = Z_95 * math.sqrt((share * (1 - share) + weight / 4) / known)
    return max(0.0, (share + weight / 2 - spread) / (1 + weight))


def attribute(name: str, value: object) -> Attribute | None:
    """What a claim says, as column and word of the labels; None for what no label tells, such as the place.

    A claim may name the column ("eyes": "closed"), or a word as well ("eyes_closed": True). The opening of the mouth
    stands under "lips", since the labels tell from it whether the mouth is seen at all.
    """
    column, _, word = name.partition("_")
    if word in OPPOSITE and isinstance(value, bool):
        value = word if value else OPPOSITE[word]
        name = column
    if isinstance(value, bool):
        value = "y" if value else "n"
    if name == "mouth" and value in {"open", "closed"}:
        name = "lips"
    if name not in {"smiling", "eyes", "mouth", "lips", "glasses", "headwear", "facing"}:
        return None
    return name, str(value)


def verdict(claimed: Attribute, words: Mapping[str, str]) -> Verdict:
    """Whether a claim about a face agrees with its label."""
    column, value = claimed
    if column in OF_THE_MOUTH and words["mouth"] == "hidden":
        return "wrong"
    if words[column] == UNKNOWN:
        return "unknown"
    return "right" if words[column] == value else "wrong"


def photo_verdict(claim: Claim, words: Mapping[str, str]) -> Verdict | None:
    """The same for a claim about the whole photo or a body; None for what no label tells."""
    value = str(claim.value)
    if claim.name in OF_A_BODY:
        label, value = words.get("pose", ""), OF_A_BODY[claim.name].format(value)
    else:
        label = words.get(claim.name, "")
    if not label:
        return None
    if claim.name == "people" and label.endswith("+"):
        return "wrong" if int(value) < int(label.removesuffix("+")) else "unknown"
    poses = set(label.split("+"))
    if label == UNKNOWN or (value in POSTURES and not poses & POSTURES) or UNCLEAR.get(claim.name) in poses:
        return "unknown"
    return "right" if value in poses else "wrong"


def tallies(faces: Iterable[Observed]) -> dict[Attribute, Tally]:
    """The claims of each attribute."""
    found: defaultdict[Attribute, Tally] = defaultdict(Tally)
    known: defaultdict[Attribute, list[bool]] = defaultdict(list)
    for face in faces:
        said: set[Attribute] = set()
        for claim in face.claims:
            claimed = attribute(claim.name, claim.value)
            if claimed is None:
                continue
            found[claimed].add(verdict(claimed, face.label.words), said=claim.said)
            if claim.said:
                said.add(claimed)
        if face.label.side >= LARGE:
            for each in face.label.words.items():
                known[each].append(each in said)
    for each, tally in found.items():
        tally.large, tally.claimed = len(known[each]), sum(known[each])
    return dict(sorted(found.items()))


def mistakes(faces: Iterable[Observed]) -> list[tuple[Observed, Claim, Attribute]]:
    """Each claim that was said and is wrong."""
    return [
        (face, claim, claimed)
        for face in faces
        for claim in face.claims
        if claim.said
        and (claimed := attribute(claim.name, claim.value))
        and verdict(claimed, face.label.words) == "wrong"
    ]
