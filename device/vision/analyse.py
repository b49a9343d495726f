"""What may be said of the faces: each claim with its score, its threshold and its reason, said or held back."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np

from device.core.types import Claim, Face, Scene
from device.vision.eyes import eyes_claim
from device.vision.facing import facing_claim
from device.vision.head import head_pose
from device.vision.look import FACING_SIDE, Look
from device.vision.looks import THRESHOLD
from device.vision.mouth import lip_gap, lips_claim, mouth_hidden_claim
from device.vision.proof import withheld
from device.vision.skin import eye_light
from device.vision.smile import smile_seen, smiling_claim
from device.vision.turned import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.core.types import Detection, Distance, Facing, Opened, Photo, Pixels, Place
    from device.vision.iris import IrisNetwork
    from device.vision.mesh import FaceMesher
    from device.vision.mouth_sight import MouthSight
    from device.vision.smile_network import SmileNetwork

NEAR = 0.25
MIDDLE = 0.08
"""Shares of the photo's shorter side from which the larger side of a face's box is near, or in the middle distance."""


class MeshAnalyser:
    """Faces and their claims, from the mesh of each. For one thread at a time.

    Args:
        mesher: The mesh network.
        iris: Loads the iris network; called once, for the first face that is large enough to tell its eyes. None where
            eyes are not looked at.
        smile: The same for the smile network; without it no smile is said.
        mouth: The same for what tells whether a mouth is seen; without it, every mouth is held to be.
    """

    def __init__(
        self,
        *,
        mesher: FaceMesher,
        iris: Callable[[], IrisNetwork] | None = None,
        smile: Callable[[], SmileNetwork] | None = None,
        mouth: Callable[[], MouthSight] | None = None,
    ) -> None:
        self._mesher = mesher
        self._iris = cache(iris) if iris else None
        self._smile = cache(smile) if smile else None
        self._mouth = cache(mouth) if mouth else None

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
            face, where = _placed(photo, detection, f"face {index}")
            claims.extend(where)
            side = max(detection.box.width, detection.box.height) * pixels.scale
            if side >= FACING_SIDE:
                look = self._look(pixels, detection, side=side, about=f"face {index}")
                told = _claims(look)
                claims.extend(told)
                face = _seen_on(face, look, told)
            faces.append(face)
        return Scene(
            faces=tuple(faces),
            claims=(*claims, *_refusals(refused)),
            refused=tuple(each.box for each in refused),
        )

    def _look(self, pixels: Pixels, detection: Detection, *, side: float, about: str) -> Look:
        mesh = self._mesher.mesh(pixels, detection)
        look = Look(
            about=about,
            detection=detection,
            side=side,
            lean=abs(_lean(detection)),
            mesh=mesh,
            pose=head_pose(mesh),
        )
        if not (look.believed and look.close):
            return look
        look = replace(
            look,
            opening=self._iris().opening(pixels, mesh) if self._iris else None,
            smile=self._smile().quick_probability(pixels, mesh) if self._smile else None,
            eye_light=eye_light(pixels, mesh),
            mouth_seen=self._mouth().probability(pixels, mesh) if self._mouth else None,
        )
        lips = lips_claim(look)
        # Else they would be closed or apart by the side from which they are seen.
        return replace(look, mirrored_gap=lip_gap(self._mesher.mirrored(pixels, mesh))) if lips and lips.said else look


def _claims(look: Look) -> tuple[Claim, ...]:
    made = (facing_claim(look), eyes_claim(look), mouth_hidden_claim(look), lips_claim(look), smiling_claim(look))
    return tuple(withheld(claim) for claim in made if claim)


def _seen_on(face: Face, look: Look, claims: Sequence[Claim]) -> Face:
    """The face with what is said of it; what is not said stays null, except that a smile is surely absent."""
    said = {claim.name: claim.value for claim in claims if claim.said}
    smile, smiling = smile_seen(look)
    return replace(
        face,
        head=look.pose if look.believed else None,
        facing=cast("Facing | None", said.get("facing")),
        eyes=cast("Opened | None", said.get("eyes")),
        mouth=cast("Opened | None", said.get("lips")),
        smile=smile,
        smiling=smiling,
    )


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
    return Face(box=box, score=score, place=place, distance=distance, lean=_lean(detection)), where


def _lean(detection: Detection) -> float:
    return lean(np.array(detection.points, np.float32))


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
