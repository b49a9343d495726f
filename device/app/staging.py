"""The stage for a photo that was described: which of its faces move, and the rigs of those."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import Box, Detection, Pixels
from device.living.axes import axes_of
from device.living.casting import Part, Sight, part_of
from device.living.performance import Stage
from device.living.rig import TooSmallError, rig_of
from device.vision.eyes import openness
from device.vision.head import head_pose
from device.vision.letterbox import resized, scale_to
from device.vision.skin import eye_light

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def stage(self, described: Described, *, long_side: int) -> Staged:
        """The stage, its picture at most so many pixels long.

        Raises:
            BadPhotoError: The photo is not there any more, or damaged.
        """
        pixels = self._decoder.pixels(described.photo, long_side=long_side)
        return self.staged(described.scene, _at_most(pixels, long_side))

    def staged(self, scene: Scene, pixels: Pixels) -> Staged:
        """The stage of this picture."""
        rigs: dict[int, Rig] = {}
        parts = []
        for number, face in enumerate(scene.faces):
            mesh = self._mesher().mesh(pixels, _detected(face))
            part = part_of(self._sight(pixels, mesh))
            if part.does != "still":
                try:
                    rig = rig_of(pixels, mesh)
                except TooSmallError as error:
                    part = replace(part, does="still", why=str(error), blinks=False)
                else:
                    if part.does == "speaks" and not rig.mobility.gain:
                        part = replace(part, does="nods", why="however little its mouth opened, the skin would fold")
                    mobility = self._manner.mobility(rig.mobility, speaks=part.does == "speaks", blinks=part.blinks)
                    rigs[number] = replace(rig, mobility=mobility)
            parts.append(part)
        boxes = tuple(_scaled(face.box, pixels.scale) for face in scene.faces)
        return Staged(stage=Stage(photo=pixels.rgb, faces=boxes, rigs=rigs), parts=tuple(parts))

    def _sight(self, pixels: Pixels, mesh: FaceMesh) -> Sight:
        height = axes_of(mesh.points[:, :2].astype(np.float64)).height * pixels.scale
        sight = Sight(height=height, mesh=mesh.score, yaw=head_pose(mesh).yaw)
        if not sight.close:
            return sight
        opening = self._iris().opening(pixels, mesh)
        return replace(
            sight,
            mouth=self._mouth().probability(pixels, mesh),
            eyes=min(openness(opening.left), openness(opening.right)) >= OPEN,
            eye_light=eye_light(pixels, mesh),
        )


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
