"""What may be said of the faces: each claim with its score, its threshold and its reason, said or held back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.core.types import Claim, Face, Scene
from device.vision.head import facing_of, head_pose, nearest_facing
from device.vision.looks import THRESHOLD
from device.vision.smile import SURE, corner_lift, smile_probability, smiling

if TYPE_CHECKING:
    from device.core.types import Detection, Distance, FaceMesh, Photo, Pixels, Place
    from device.vision.mesh import FaceMesher

NEAR = 0.25
MIDDLE = 0.08
"""Shares of the photo's shorter side from which the larger side of a face's box is near, or in the middle distance."""

MESH_THRESHOLD = 0.5
"""The score from which a mesh is believed; on a head in full profile it is near 0."""

FACING_SIDE = 24
SMILING_SIDE = 40
"""Pixels of the larger side of a face's box, in the picture that was looked at, from which its direction or its smile
is told. On 33 faces between the two the direction was wrong once, and the mouth of a clear smile lay as low as one at
rest."""


class MeshAnalyser:
    """Faces and their claims, from the mesh of each. For one thread at a time."""

    def __init__(self, *, mesher: FaceMesher) -> None:
        self._mesher = mesher

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        """The scene without any mesh: how many faces, where, how far."""
        people, refused = _sorted(detections)
        placed = [_placed(photo, detection, f"face {index}") for index, detection in enumerate(people)]
        return Scene(
            faces=tuple(face for face, _ in placed),
            claims=(_count(people, refused), *(claim for _, where in placed for claim in where), *_refusals(refused)),
            refused=tuple(each.box for each in refused),
        )

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        """The scene; faces keep the order of `detections`, and no mesh outlives this call."""
        people, refused = _sorted(detections)
        claims = [_count(people, refused)]
        faces: list[Face] = []
        for index, detection in enumerate(people):
            about = f"face {index}"
            face, where = _placed(photo, detection, about)
            claims.extend(where)
            side = max(detection.box.width, detection.box.height) * pixels.scale
            if side >= FACING_SIDE:
                look = _Look(about=about, mesh=self._mesher.mesh(pixels, detection), side=side)
                face = look.seen_on(face)
                claims.extend((look.facing(), look.smiling()))
            faces.append(face)
        return Scene(
            faces=tuple(faces),
            claims=(*claims, *_refusals(refused)),
            refused=tuple(each.box for each in refused),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """What the mesh of one face shows; `side` is the face's size in the picture that was looked at."""

    about: str
    mesh: FaceMesh
    side: float

    def seen_on(self, face: Face) -> Face:
        """The face with its direction and its smile, as far as they can be told."""
        if not self._believed:
            return face
        pose = head_pose(self.mesh)
        face = replace(face, head=pose, facing=facing_of(pose))
        if self.side < SMILING_SIDE:
            return face
        smile = smile_probability(corner_lift(self.mesh))
        return replace(face, smile=smile, smiling=smiling(smile))

    def facing(self) -> Claim:
        pose, score = head_pose(self.mesh), self.mesh.score
        facing = facing_of(pose)
        across, down = "right" if pose.yaw > 0 else "left", "up" if pose.pitch > 0 else "down"
        why = f"the head is turned {abs(pose.yaw):.0f} degrees to the {across} and {abs(pose.pitch):.0f} {down}"
        if not self._believed:
            why = self._doubt
        elif facing is None:
            why += ", neither to the front nor aside"
        return Claim(
            about=self.about,
            name="facing",
            value=nearest_facing(pose),
            score=score,
            threshold=MESH_THRESHOLD,
            said=self._believed and facing is not None,
            why=why,
        )

    def smiling(self) -> Claim:
        lift = corner_lift(self.mesh)
        smile = smile_probability(lift)
        sure = smiling(smile)
        why = f"the corners of the mouth lie {abs(lift):.3f} {'above' if lift > 0 else 'below'} its middle"
        if not self._believed:
            why = self._doubt
        elif self.side < SMILING_SIDE:
            why = f"the face is {self.side:.0f} pixels large, a smile is told from {SMILING_SIDE}"
        elif sure is None:
            why += ", which may or may not be a smile"
        elif not sure:
            why += "; that somebody does not smile is not said"
        value = sure is not False
        return Claim(
            about=self.about,
            name="smiling",
            value=value,
            score=smile if value else 1 - smile,
            threshold=SURE,
            said=bool(sure) and self._believed and self.side >= SMILING_SIDE,
            why=why,
        )

    @property
    def _believed(self) -> bool:
        return self.mesh.score >= MESH_THRESHOLD

    @property
    def _doubt(self) -> str:
        return f"the mesh scores {self.mesh.score:.2f} on this face and is believed from {MESH_THRESHOLD}"


def _sorted(detections: tuple[Detection, ...]) -> tuple[tuple[Detection, ...], tuple[Detection, ...]]:
    """The faces of people, and those that are none."""
    people = tuple(each for each in detections if each.animal is None)
    return people, tuple(each for each in detections if each.animal is not None)


def _refusals(refused: tuple[Detection, ...]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            about=f"refused {index}",
            name="face",
            value=True,
            score=each.score,
            threshold=THRESHOLD,
            said=False,
            why=f"it scores {each.animal.score:.2f} as a {each.animal.label}, and a face on an animal is no person",
        )
        for index, each in enumerate(refused)
        if each.animal
    )


def _count(people: tuple[Detection, ...], refused: tuple[Detection, ...]) -> Claim:
    if people:
        weakest = min(detection.score for detection in people)
        why = f"the least sure of {len(people)} scores {weakest:.2f}"
    else:
        weakest = 1 - THRESHOLD
        why = f"nothing {'else ' if refused else ''}in the photo scores {THRESHOLD} or more as a face"
    return Claim(about="photo", name="faces", value=len(people), score=weakest, threshold=THRESHOLD, said=True, why=why)


def _placed(photo: Photo, detection: Detection, about: str) -> tuple[Face, tuple[Claim, ...]]:
    box, score = detection.box, detection.score
    across = box.centre[0] / photo.width
    share = max(box.width, box.height) / min(photo.width, photo.height)
    place, distance = _place(across), _distance(share)
    where = (
        _seen(about, "place", place, score, f"its middle lies at {across:.0%} of the width"),
        _seen(about, "distance", distance, score, f"it is as large as {share:.0%} of the photo's shorter side"),
    )
    return Face(box=box, score=score, place=place, distance=distance), where


def _seen(about: str, name: str, value: str, score: float, why: str) -> Claim:
    return Claim(about=about, name=name, value=value, score=score, threshold=THRESHOLD, said=True, why=why)


def _place(across: float) -> Place:
    if across < 1 / 3:
        return "left"
    return "right" if across > 2 / 3 else "centre"


def _distance(share: float) -> Distance:
    if share >= NEAR:
        return "near"
    return "middle" if share >= MIDDLE else "far"
