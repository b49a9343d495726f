"""Photos that are ready to come alive, with the real networks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from device.app.staging import Stager
from device.core.errors import VoxframeError
from device.core.types import Described
from device.decode.decoder import Limits, PhotoDecoder
from device.living.budget import BEST
from device.living.casting import LEAST_SEEN, THREE_QUARTERS
from device.living.manner import Manner
from device.vision.analyse import MeshAnalyser
from device.vision.head import head_pose
from tests.faces import meshed
from tests.occluders import KINDS, Stuff, covered
from tests.sight import detector, iris, mesher, mouth_sight, seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.app.staging import Staged
    from device.core.types import Rgb
    from tests.faces import Portrait


def stager(manner: Manner | None = None) -> Stager:
    return Stager(
        decoder=PhotoDecoder(limits=Limits()),
        mesher=mesher,
        mouth=mouth_sight,
        iris=iris,
        manner=manner or Manner(),
    )


@cache
def described(path: Path) -> Described:
    """What is seen in a photo, and nothing said of it."""
    photo, pixels = seen(path)
    scene = MeshAnalyser(mesher=mesher()).analyse(photo, pixels, detector().detect(pixels))
    return Described(photo=replace(photo, path=path), scene=scene, narration=())


@cache
def staged(path: Path, long_side: int = BEST.long_side) -> Staged:
    return stager().stage(described(path), long_side=long_side)


def readable(photo: Path) -> bool:
    try:
        seen(photo)
    except VoxframeError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouths:
    """How many mouths are held to be seen.

    Attributes:
        faces: Those that are straight enough to speak.
        plain: Of them, as they are.
        hidden: Of them, with each kind of thing over their mouth.
    """

    faces: int
    plain: int
    hidden: Counter[str]

    @property
    def hidden_share(self) -> float:
        return self.hidden.total() / (self.faces * len(KINDS))


def mouths(faces: Sequence[Portrait], pictures: Sequence[Rgb], *, seed: int = 5) -> Mouths:
    """Each face as it is, and with each kind of thing over its mouth, cut from these pictures."""
    random = Random(seed)  # noqa: S311 - the same seed must give the same pictures
    faces = [face for face in faces if abs(head_pose(face.mesh).yaw) <= THREE_QUARTERS]
    stuff = Stuff(cloths=pictures, skins=[skin for face in faces for skin in face.skins()])
    hidden: Counter[str] = Counter()
    for face in faces:
        for kind in KINDS:
            hidden[kind] += _seen(meshed(covered(face.pixels, face.mesh, kind, stuff=stuff, random=random), face))
    return Mouths(faces=len(faces), plain=sum(map(_seen, faces)), hidden=hidden)


def _seen(face: Portrait) -> bool:
    return mouth_sight().probability(face.pixels, face.mesh) >= LEAST_SEEN
