"""The stage for a photo that was described: which of its faces move, and the rigs of those.

Who moves is decided once, on one size of the picture, however large the film or the page is that it is for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Box, Detection, Pixels
from device.living.axes import axes_of
from device.living.budget import BEST
from device.living.casting import Part, Sight, part_of
from device.living.landmarks import LOWER_OUTER, UPPER_OUTER
from device.living.performance import Stage
from device.living.rig import TooSmallError, rig_of
from device.vision.eyes import openness
from device.vision.head import head_pose
from device.vision.letterbox import resized, scale_to
from device.vision.skin import eye_light

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from device.core.ports import Decoder
    from device.core.types import Described, Face, FaceMesh, Scene
    from device.living.manner import Manner
    from device.living.rig import Rig
    from device.vision.iris import IrisNetwork
    from device.vision.mesh import FaceMesher
    from device.vision.mouth_sight import MouthSight

OPEN = 0.1
"""How likely both eyes have to be open for them to blink: those of a laugh are narrow, and blink too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staged:
    """A photo that is ready to come alive.

    Attributes:
        stage: Its picture, and the faces that move.
        parts: What each of its faces does, by its number, and why.
    """

    stage: Stage
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ensemble:
    """The faces of a photo, each with its part; in memory only.

    Attributes:
        pixels: The picture they were looked at in.
        boxes: Where they are, in pixels of the photo; so the others.
        meshes: Their points.
        parts: What each of them may do, and why.
        manner: How faces move here.
    """

    pixels: Pixels
    boxes: tuple[Box, ...]
    meshes: tuple[FaceMesh, ...]
    parts: tuple[Part, ...]
    manner: Manner

    def stage(self, *, long_side: int, who: Collection[int] | None = None) -> Staged:
        """The stage, its picture at most so many pixels long; only these faces move, or all that can."""
        pixels = _at_most(self.pixels, long_side)
        rigs: dict[int, Rig] = {}
        parts = list(self.parts)
        for number, (part, mesh) in enumerate(zip(self.parts, self.meshes, strict=True)):
            if part.does == "still" or (who is not None and number not in who):
                continue
            try:
                rig = rig_of(pixels, mesh)
            except TooSmallError as error:
                parts[number] = replace(part, does="still", by="size", why=str(error), blinks=False)
                continue
            speaks = part.does == "speaks" and bool(rig.mobility.gain)
            if part.does == "speaks" and not speaks:
                why = "however little its mouth opened, the skin would fold"
                parts[number] = replace(part, does="nods", by="skin", why=why)
            mobility = self.manner.mobility(rig.mobility, speaks=speaks, blinks=part.blinks)
            rigs[number] = replace(rig, mobility=mobility)
        boxes = tuple(_scaled(box, pixels.scale) for box in self.boxes)
        return Staged(stage=Stage(photo=pixels.rgb, faces=boxes, rigs=rigs), parts=tuple(parts))


class Stager:
    """Makes stages. For one thread at a time.

    Args:
        decoder: Where the picture comes from.
        mesher: Loads the mesh network, when it is first needed; so the others.
        mouth: Tells whether a mouth is seen.
        iris: Tells whether eyes are open.
        manner: How faces move here.
    """

    def __init__(
        self,
        *,
        decoder: Decoder,
        mesher: Callable[[], FaceMesher],
        mouth: Callable[[], MouthSight],
        iris: Callable[[], IrisNetwork],
        manner: Manner,
    ) -> None:
        self._decoder = decoder
        self._mesher, self._mouth, self._iris = cache(mesher), cache(mouth), cache(iris)
        self._manner = manner

    def ensemble(self, described: Described) -> Ensemble:
        """Its faces, as they are seen in the largest picture that is ever moved.

        Raises:
            BadPhotoError: The photo is not there any more, or damaged.
        """
        pixels = self._decoder.pixels(described.photo, long_side=BEST.long_side)
        return self.seen(described.scene, _at_most(pixels, BEST.long_side))

    def stage(self, described: Described, *, long_side: int) -> Staged:
        """The stage for all of its faces, its picture at most so many pixels long.

        Raises:
            BadPhotoError: The photo is not there any more, or damaged.
        """
        return self.ensemble(described).stage(long_side=long_side)

    def seen(self, scene: Scene, pixels: Pixels) -> Ensemble:
        """The faces as they are seen in this picture."""
        meshes = tuple(self._mesher().mesh(pixels, _detected(face)) for face in scene.faces)
        return Ensemble(
            pixels=pixels,
            boxes=tuple(face.box for face in scene.faces),
            meshes=meshes,
            parts=tuple(part_of(self._sight(pixels, mesh)) for mesh in meshes),
            manner=self._manner,
        )

    def _sight(self, pixels: Pixels, mesh: FaceMesh) -> Sight:
        height = axes_of(mesh.points[:, :2].astype(np.float64)).height * pixels.scale
        sight = Sight(height=height, mesh=mesh.score, yaw=head_pose(mesh).yaw, cut=_is_cut(pixels, mesh))
        if not sight.close:
            return sight
        opening = self._iris().opening(pixels, mesh)
        return replace(
            sight,
            mouth=self._mouth().probability(pixels, mesh),
            eyes=min(openness(opening.left), openness(opening.right)) >= OPEN,
            eye_light=eye_light(pixels, mesh),
        )


def _is_cut(pixels: Pixels, mesh: FaceMesh) -> bool:
    """Whether a part of the lips lies beyond the picture."""
    lips = mesh.points[[*UPPER_OUTER, *LOWER_OUTER], :2] * pixels.scale
    high, wide = pixels.rgb.shape[:2]
    return bool((lips < 0).any() or (lips > [wide, high]).any())


def _at_most(pixels: Pixels, long_side: int) -> Pixels:
    """The picture, made smaller where it is longer: a decoder may give more than it was asked for."""
    scale = scale_to(pixels.rgb, side=long_side, most=1.0)
    if scale == 1:
        return pixels
    size = (max(1, round(length * scale)) for length in pixels.rgb.shape[1::-1])
    return Pixels(rgb=resized(pixels.rgb, *size), scale=pixels.scale * scale)


def _detected(face: Face) -> Detection:
    """The face as the mesh network is shown it: where it is, and how far it leans."""
    lean = math.radians(face.lean)
    return Detection(box=face.box, score=face.score, points=((0.0, 0.0), (math.cos(lean), math.sin(lean))))


def _scaled(box: Box, scale: float) -> Box:
    return Box(x=box.x * scale, y=box.y * scale, width=box.width * scale, height=box.height * scale)
