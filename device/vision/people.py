"""People whose face is not seen: counted as people, not as faces; and how somebody holds themselves who is alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device.core.types import Body, Claim
from device.vision.body import Pose
from device.vision.coco import PERSON
from device.vision.looks import THRESHOLD
from device.vision.turned import mirrored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.core.ports import FaceAnalyser, ThingDetector
    from device.core.types import Box, Detection, Photo, Pixels, Scene, Thing
    from device.vision.movenet import Skeleton

SEEN = 0.8
"""The score from which a person without a face is counted. Of 466 photos, many chosen because such a person was seen,
the number was right in 394 and too high in 35 with 0.6, mostly for a hand; with 0.8 it was right in 389 and too high
in 17: somebody is missed, rather than invented."""

PERHAPS = 0.6
UNDOUBTED = 0.95
"""Where somebody without a face scores between these, the mirrored photo is asked too, and the mean decides."""

BEHIND_A_FACE = 0.5
"""The score from which a person is the one whose face was found: of them the face tells already."""

LARGE = 96
"""Pixels of the larger side of a person, in the picture that was looked at, from which their joints are looked for."""

SAME = 0.5
"""Intersection over union from which two boxes are the same person in two looks at one photo."""

SHARED = 0.5
"""Of two boxes that share more than this of the smaller one, both are the same person."""


class PeopleAnalyser:
    """A face analyser that looks for people without a face as well. For one thread at a time.

    Args:
        faces: Tells of the faces.
        things: Knows people.
        skeleton: Finds the joints of the person in a box; asked only for somebody who is alone.
    """

    def __init__(
        self, *, faces: FaceAnalyser, things: ThingDetector, skeleton: Callable[[Pixels, Box], Skeleton]
    ) -> None:
        self._faces = faces
        self._things = things
        self._skeleton = skeleton

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        """The scene as the face detector alone knows it; nobody waits for the things here."""
        return self._faces.glance(photo, detections)

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        """The scene with its bodies and their claims."""
        scene = self._faces.analyse(photo, pixels, detections)
        faces = [face.box for face in scene.faces]
        things = self._seen(pixels, faces)
        bodies = faceless(things, faces)
        claims = [_people(scene, bodies), *(_body(f"body {index}", body) for index, body in enumerate(bodies))]
        if len(faces) + len(bodies) == 1:
            alone = bodies[0] if bodies else with_face(things, faces[0])
            if alone and max(alone.box.width, alone.box.height) * pixels.scale >= LARGE:
                pose = Pose(about="body 0", body=alone, skeleton=self._skeleton(pixels, alone.box))
                bodies = (pose.seen_on(),)
                claims.extend(pose.claims())
        return replace(scene, bodies=bodies, claims=(*scene.claims, *claims))

    def _seen(self, pixels: Pixels, faces: Sequence[Box]) -> tuple[Thing, ...]:
        """Things and people, each person with a score that does not depend on left and right where it is doubted."""
        things = self._things.things(pixels)
        if all(body.score >= UNDOUBTED for body in faceless(things, faces, least=PERHAPS)):
            return things
        other_way_round = self._things.things(replace(pixels, rgb=mirrored(pixels.rgb)))
        width = pixels.rgb.shape[1] / pixels.scale
        return agreed(
            things,
            [
                replace(thing, box=replace(thing.box, x=width - thing.box.x - thing.box.width))
                for thing in other_way_round
            ],
        )


def agreed(some: Sequence[Thing], others: Sequence[Thing]) -> tuple[Thing, ...]:
    """The things of one look, its people with the mean score of both looks, and the people of the other alone."""
    people = [each for each in others if each.label == PERSON]

    def again(thing: Thing) -> float:
        return max((each.score for each in people if _overlap(each.box, thing.box) >= SAME), default=0.0)

    found = [replace(each, score=(each.score + again(each)) / 2) if each.label == PERSON else each for each in some]
    known = [each.box for each in found if each.label == PERSON]
    missed = [each for each in people if not any(_overlap(each.box, box) >= SAME for box in known)]
    return (*found, *(replace(each, score=each.score / 2) for each in missed))


def with_face(things: Sequence[Thing], face: Box) -> Body | None:
    """The person whose face it is, the first one; None where none is seen around it."""
    around = [
        each for each in things if each.label == PERSON and each.score >= BEHIND_A_FACE and _holds(each.box, face)
    ]
    best = max(around, key=lambda each: each.score, default=None)
    return Body(box=best.box, score=best.score, face=0) if best else None


def faceless(things: Sequence[Thing], faces: Sequence[Box], *, least: float = SEEN) -> tuple[Body, ...]:
    """The people from a score on in whose boxes no face has its middle, from left to right.

    Anywhere in the box: with the upper half alone, people who sit, lie or come close were counted twice.
    """
    boxes = sorted(
        (each for each in things if each.label == PERSON and each.score >= least), key=lambda each: -each.score
    )
    known = [each.box for each in boxes if any(_holds(each.box, face) for face in faces)]
    bodies: list[Body] = []
    for each in boxes:
        if not any(_share(each.box, other) > SHARED for other in known):
            known.append(each.box)
            bodies.append(Body(box=each.box, score=each.score))
    return tuple(sorted(bodies, key=lambda body: body.box.centre))


def _people(scene: Scene, bodies: Sequence[Body]) -> Claim:
    """How many people there are. Never said: with a face or without, too often somebody is missed."""
    faces = len(scene.faces)
    scores = [face.score for face in scene.faces] + [body.score for body in bodies]
    if bodies:
        why = f"{_counted(faces, 'face')} and {len(bodies)} seen without one, who may be a hand, a statue or not all"
    else:
        why = f"{_counted(faces, 'face')}, and nobody scores {SEEN} without one, but somebody may be missed"
    return Claim(
        about="photo",
        name="people",
        value=faces + len(bodies),
        score=min(scores, default=1 - THRESHOLD),
        threshold=SEEN if bodies else THRESHOLD,
        said=False,
        why=why,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number or 'no'} {noun}s"


def _body(about: str, body: Body) -> Claim:
    return Claim(
        about=about,
        name="person",
        value=True,
        score=body.score,
        threshold=SEEN,
        said=False,
        why="a person is seen here and no face; whoever shows no face is counted, not spoken of",
    )


def _holds(box: Box, face: Box) -> bool:
    across, down = face.centre
    return box.x <= across <= box.x + box.width and box.y <= down <= box.y + box.height


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = one.area_shared_with(other)
    return shared / (one.area + other.area - shared) if shared else 0.0


def _share(one: Box, other: Box) -> float:
    """How much of the smaller box lies within the other, 0 to 1."""
    smaller = min(one.area, other.area)
    return one.area_shared_with(other) / smaller if smaller else 0.0
