"""The mesh in the photo's own pixels, and what is read from it, on a real face."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.core.types import Detection, FaceMesh, Pixels
from device.vision.analyse import MeshAnalyser
from device.vision.head import head_pose
from device.vision.mesh import FaceMesher
from device.vision.smile import corner_lift, smiling
from tests.sight import GROUP, PORTRAIT, detector, enlarged, full_size, iris, mesher, seen, smile_network

LEFT_EYE, RIGHT_EYE, CHIN = 33, 263, 152


def meshes(pixels: Pixels) -> list[FaceMesh]:
    return [mesher().mesh(pixels, each) for each in detector().detect(pixels)]


def turned(pixels: Pixels, degrees: float) -> Pixels:
    """The picture turned clockwise about its middle."""
    height, width = pixels.rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return full_size(np.asarray(cv2.warpAffine(pixels.rgb, matrix, (width, height)), np.uint8))


def test_the_points_lie_on_the_face() -> None:
    pixels = seen(PORTRAIT)[1]
    (face,), (mesh,) = detector().detect(pixels), meshes(pixels)
    assert mesh.points.shape == (468, 3)
    assert mesh.score > 0.9
    reach = 0.1 * face.box.width
    assert np.abs(mesh.points[[LEFT_EYE, RIGHT_EYE], 1] - np.array(face.points[:2])[:, 1]).max() < reach
    assert mesh.points[LEFT_EYE, 0] < face.points[0][0] < face.points[1][0] < mesh.points[RIGHT_EYE, 0]
    assert mesh.points[CHIN, 1] == pytest.approx(face.box.y + face.box.height, abs=2 * reach)


def test_the_points_are_in_pixels_of_the_photo_however_it_was_decoded() -> None:
    whole = seen(PORTRAIT)[1]
    (one,), (other,) = meshes(whole), meshes(Pixels(rgb=enlarged(whole.rgb, 0.5), scale=0.5))
    assert np.abs(one.points - other.points).max() < 12


@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
def test_a_tilted_head_rolls_by_that_angle_and_smiles_no_more_than_before(degrees: float) -> None:
    upright = seen(PORTRAIT)[1]
    (one,), (other,) = meshes(upright), meshes(turned(upright, degrees))
    assert head_pose(other).roll - head_pose(one).roll == pytest.approx(degrees, abs=4)
    assert corner_lift(other) == pytest.approx(corner_lift(one), abs=0.01)


def test_a_mirrored_face_looks_the_other_way() -> None:
    pixels = seen(GROUP)[1]
    yaws = [head_pose(mesh).yaw for mesh in meshes(pixels)]
    mirrored = [head_pose(mesh).yaw for mesh in meshes(full_size(pixels.rgb[:, ::-1]))][::-1]
    assert mirrored == pytest.approx([-yaw for yaw in yaws], abs=6)


def test_what_is_no_face_scores_low() -> None:
    (face,) = detector().detect(seen(PORTRAIT)[1])
    noise = np.random.default_rng(2).integers(0, 256, seen(PORTRAIT)[1].rgb.shape, np.uint8)
    assert mesher().mesh(full_size(noise), face).score < 0.5


def test_a_smile_on_a_mesh_that_is_not_believed_is_held_back() -> None:
    photo, pixels = seen(GROUP)
    detection = detector().detect(pixels)[0]
    mesh = mesher().mesh(pixels, detection)
    assert smiling(smile_network().probability(pixels, mesh), corner_lift(mesh)) is True

    class Doubtful(FaceMesher):
        def __init__(self) -> None:
            pass

        def mesh(self, pixels: Pixels, detection: Detection) -> FaceMesh:  # noqa: ARG002 - the answer is fixed
            return replace(mesh, score=0.4)

    scene = MeshAnalyser(mesher=Doubtful(), iris=iris, smile=smile_network).analyse(photo, pixels, (detection,))
    told = {claim.name: claim.said for claim in scene.claims if claim.about == "face 0"}
    assert told == {"place": True, "distance": True, "facing": False, "smiling": False}
    assert (scene.faces[0].facing, scene.faces[0].smiling, scene.faces[0].smile) == (None, None, None)
