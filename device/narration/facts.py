"""What is worth saying of a scene: only claims that may be said, in the order in which a listener wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from device.core.types import Claim, Scene

MOST_ONE_BY_ONE = 4
"""Up to so many faces are described one by one; more are counted."""

MOST_SPEAKERS = 3
"""Of more faces than that, so many speak for themselves: the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFacts:
    """What may be said of one face.

    Attributes:
        index: Which face of the scene, from 0.
        size: The larger side of its box.
        claims: Its claims that may be said, by name.
    """

    index: int
    size: float
    claims: Mapping[str, Claim]

    def get(self, name: str) -> Claim | None:
        """The claim of this name, if it may be said."""
        return self.claims.get(name)

    def those_worth_saying(self) -> tuple[Claim, ...]:
        """How it looks, beside where it is: far or near, its direction, its smile."""
        distance, facing, smiling = (self.get(name) for name in ("distance", "facing", "smiling"))
        chosen = (distance if distance and distance.value != "middle" else None, facing, smiling)
        return tuple(claim for claim in chosen if claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be said of a scene; faces from left to right.

    Attributes:
        count: How many faces there are.
        faces: What may be said of each.
        posture: How the only person holds themselves, whose face is seen.
    """

    count: Claim
    faces: tuple[FaceFacts, ...]
    posture: Claim | None = None

    def claims(self, name: str, value: object) -> tuple[Claim, ...]:
        """The claims of all faces with this name and value."""
        found = (face.get(name) for face in self.faces)
        return tuple(claim for claim in found if claim and claim.value == value)

    def places_differ(self) -> bool:
        """Whether each face has a place of its own, so that the place names it."""
        places = [face.get("place") for face in self.faces]
        values = {place.value for place in places if place}
        return len(values) == len(self.faces)

    def speakers(self) -> tuple[FaceFacts, ...]:
        """Who speaks for themselves: all of a few, the largest of many; from left to right."""
        if len(self.faces) <= MOST_ONE_BY_ONE:
            return self.faces
        largest = sorted(self.faces, key=lambda face: -face.size)[:MOST_SPEAKERS]
        return tuple(sorted(largest, key=lambda face: face.index))


def facts_of(scene: Scene) -> Facts:
    """The facts of a scene; it must hold the claim of how many faces there are."""
    said = [claim for claim in scene.claims if claim.said]
    count = next(claim for claim in said if (claim.about, claim.name) == ("photo", "faces"))
    faces = tuple(
        FaceFacts(
            index=index,
            size=max(face.box.width, face.box.height),
            claims=_by_name(said, about=f"face {index}"),
        )
        for index, face in enumerate(scene.faces)
    )
    alone = len(scene.bodies) == 1 and scene.bodies[0].face is not None
    postures = [claim for claim in said if (claim.about, claim.name) == ("body 0", "posture")]
    return Facts(count=count, faces=faces, posture=postures[0] if alone and postures else None)


def _by_name(claims: Iterable[Claim], *, about: str) -> Mapping[str, Claim]:
    # A smile is only ever claimed, never its absence.
    return {claim.name: claim for claim in claims if claim.about == about and claim.value is not False}
