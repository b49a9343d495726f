"""What may be said of the faces: each claim with its score, its threshold and its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device.core.types import Claim, Face, Scene
from device.vision.detector import THRESHOLD
from device.vision.head import facing_of, head_pose
from device.vision.smile import SURE, corner_lift, smile_probability, smiling

if TYPE_CHECKING:
    from device.core.types import Detection, Distance, FaceMesh, Facing, HeadPose, Photo, Pixels, Place
    from device.vision.mesh import FaceMesher

NEAR = 0.25
MIDDLE = 0.08
"""Shares of the photo's shorter side from which a face is near, or in the middle distance."""

MESH_THRESHOLD = 0.5
FACING_SIDE = 24
SMILING_SIDE = 40
"""Pixels of a face's larger side, in the picture that was looked at, from which its direction or its smile is told."""


class MeshAnalyser:
    """Faces and their claims, from the mesh of each. For one thread."""

    def __init__(self, *, mesher: FaceMesher) -> None:
        self._mesher = mesher

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        """The scene; faces keep the order of `detections`, and no mesh outlives this call."""
        claims = [_count(detections)]
        faces: list[Face] = []
        for index, detection in enumerate(detections):
            mesh = self._mesher.mesh(pixels, detection)
            face, told = _face(photo, pixels, detection, mesh, about=f"face {index}")
            faces.append(face)
            claims.extend(told)
        return Scene(faces=tuple(faces), claims=tuple(claims))


def _count(detections: tuple[Detection, ...]) -> Claim:
    if detections:
        weakest = min(detection.score for detection in detections)
        why = f"the least sure of {len(detections)} scores {weakest:.2f}"
    else:
        weakest = 1 - THRESHOLD
        why = f"nothing in the photo scores {THRESHOLD} or more as a face"
    return Claim(
        about="photo", name="faces", value=len(detections), score=weakest, threshold=THRESHOLD, said=True, why=why
    )


def _face(
    photo: Photo, pixels: Pixels, detection: Detection, mesh: FaceMesh, *, about: str
) -> tuple[Face, tuple[Claim, ...]]:
    box, score = detection.box, detection.score
    across = box.centre[0] / photo.width
    share = max(box.width, box.height) / min(photo.width, photo.height)
    place, distance = _place(across), _distance(share)
    where = (
        _seen(about, "place", place, score, f"its middle lies at {across:.0%} of the width"),
        _seen(about, "distance", distance, score, f"it is as large as {share:.0%} of the photo's shorter side"),
    )
    face = Face(box=box, score=score, place=place, distance=distance)
    side = max(box.width, box.height) * pixels.scale
    if mesh.score < MESH_THRESHOLD or side < FACING_SIDE:
        return face, where
    pose = head_pose(mesh)
    facing = facing_of(pose)
    lift = corner_lift(mesh)
    smile = smile_probability(lift)
    sure = smiling(smile) if side >= SMILING_SIDE else None
    face = replace(face, head=pose, facing=facing, smile=smile, smiling=sure)
    return face, (*where, *_facing(about, facing, pose, mesh.score), _smiling(about, sure, smile, lift, side))


def _facing(about: str, facing: Facing | None, pose: HeadPose, score: float) -> tuple[Claim, ...]:
    if facing is None:
        return ()
    why = f"the head is turned by {pose.yaw:.0f} degrees and raised by {pose.pitch:.0f}"
    return (Claim(about=about, name="facing", value=facing, score=score, threshold=MESH_THRESHOLD, said=True, why=why),)


def _smiling(about: str, sure: bool | None, smile: float, lift: float, side: float) -> Claim:  # noqa: FBT001
    why = f"the corners of the mouth lie {lift:+.3f} above its middle"
    if side < SMILING_SIDE:
        why += f", but the face is only {side:.0f} pixels large"
    elif sure is None:
        why += ", which may or may not be a smile"
    elif not sure:
        why += "; that somebody does not smile is not said"
    value = sure is not False
    score = smile if value else 1 - smile
    return Claim(about=about, name="smiling", value=value, score=score, threshold=SURE, said=bool(sure), why=why)


def _seen(about: str, name: str, value: str, score: float, why: str) -> Claim:
    return Claim(about=about, name=name, value=value, score=score, threshold=THRESHOLD, said=True, why=why)


def _place(across: float) -> Place:
    if across < 1 / 3:
        return "left"
    return "centre" if across < 2 / 3 else "right"


def _distance(share: float) -> Distance:
    if share >= NEAR:
        return "near"
    return "middle" if share >= MIDDLE else "far"
