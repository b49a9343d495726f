"""A picture before and after a change, and what has to be seen on it then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.metamorphic.comparing import as_it_is, contradictions, paired

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Face, Rgb, Scene
    from tests.metamorphic.areas import Area
    from tests.metamorphic.comparing import Move
    from tests.metamorphic.pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """What was done to a picture.

    Attributes:
        what: The change, in words.
        before: The picture as it was.
        rgb: As it is now.
        move: Where a box lies after the change.
        turn: What becomes of a word about a face.
        without: The number of the face that must be gone; None for none.
        added: Where a face must be that was not there; None for none.
        framed: Whether the picture has the size that it had, so that places and distances stay.
        people: Whether as many people are counted as before.
    """

    what: str
    before: Picture
    rgb: Rgb
    move: Move = lambda box: (box.x, box.y, box.width, box.height)
    turn: Callable[[object], object] = as_it_is
    without: int | None = None
    added: Area | None = None
    framed: bool = True
    people: bool = False

    def __str__(self) -> str:
        return f"{self.before.name}, {len(self.before.faces)} faces: {self.what}"

    def violations(self, after: Scene) -> list[str]:
        """What is not as it has to be; empty where all is well."""
        before = self.before.scene
        match = paired(before.faces, after.faces, self.move)
        wrong = [f"face {each} is gone: {_told(before.faces[each])}" for each in match.gone if each != self.without]
        wrong += [
            f"a new face: {_told(after.faces[each])}" for each in match.new if not self._awaited(after.faces[each])
        ]
        if self.without is not None and self.without not in match.gone:
            wrong.append(f"face {self.without} is still there: {_told(before.faces[self.without])}")
        if self.added is not None and not any(self._awaited(after.faces[each]) for each in match.new):
            wrong.append("no face where one was added")
        wanted = len(before.faces) - (self.without is not None) + (self.added is not None)
        if len(after.faces) != wanted:
            wrong.append(f"{len(after.faces)} faces, not {wanted}")
        if self.people and after.people != before.people:
            wrong.append(f"{after.people} people, not {before.people}")
        size = self.before.size if self.framed else None
        return [*wrong, *contradictions(before, after, match.pairs, size=size, turn=self.turn), *_baseless(after)]

    def _awaited(self, face: Face) -> bool:
        return self.added is not None and self.added.holds(face.box)


def _baseless(scene: Scene) -> list[str]:
    """Claims about faces that are not there, or that are counted wrongly."""
    faces = {f"face {number}" for number in range(len(scene.faces))}
    wrong = [
        f"{claim.name} is claimed of {claim.about}, which is not there"
        for claim in scene.claims
        if claim.about.startswith("face ") and claim.about not in faces
    ]
    counted = [claim.value for claim in scene.claims if (claim.about, claim.name) == ("photo", "faces")]
    return wrong if counted == [len(scene.faces)] else [*wrong, f"{counted} faces are claimed, {len(scene.faces)} seen"]


def _told(face: Face) -> str:
    box = face.box
    return f"{box.width:.0f} x {box.height:.0f} at {box.x:.0f}, {box.y:.0f}, score {face.score:.2f}"
