"""The lids of the eyes, and what lies over eyes and mouth, on real faces."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.vision.iris import CONTOUR, around_eye, ratio
from device.vision.mouth_sight import MouthSight
from device.vision.skin import eye_light
from tests.sight import GROUP, PORTRAIT, detector, full_size, iris, mesher, mouth_sight, seen

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import FaceMesh, Pixels, Rgb


def meshes(pixels: Pixels) -> list[FaceMesh]:
    return [mesher().mesh(pixels, each) for each in detector().detect(pixels)]


def painted(rgb: Rgb, mesh: FaceMesh, outline: list[int], colour: tuple[int, int, int]) -> Pixels:
    """The picture with a patch of one colour between some points of a face."""
    picture = rgb.copy()
    hull = cv2.convexHull(mesh.points[outline, :2].astype(np.int32))
    cv2.fillConvexPoly(picture, hull, colour)
    return full_size(picture)


def test_the_opening_is_the_distance_of_the_lids_in_widths_of_the_eye() -> None:
    contour = np.zeros((CONTOUR, 3), np.float32)
    contour[:9, 0] = np.linspace(0, 40, 9)
    contour[9:16, 0] = contour[1:8, 0]
    contour[9:16, 1] = -10
    assert ratio(contour) == pytest.approx(0.25)
    assert ratio(contour[:, [1, 0, 2]]) == pytest.approx(0.25)


def test_the_square_of_an_eye_is_level_with_its_corners() -> None:
    square = around_eye(np.array([[10.0, 10.0], [20.0, 20.0]]))
    assert square.middle.tolist() == [15, 15]
    assert square.angle == pytest.approx(np.pi / 4)
    assert square.side == pytest.approx(2.3 * 14.142, abs=0.01)


def test_a_mirrored_face_has_its_eyes_exchanged_and_as_far_open() -> None:
    pixels = seen(PORTRAIT)[1]
    mirrored = full_size(pixels.rgb[:, ::-1])
    (mesh,) = meshes(pixels)
    one = iris().opening(pixels, mesh)
    points = mesh.points.copy()
    points[:, 0] = pixels.rgb.shape[1] - 1 - points[:, 0]
    # In a mirrored face each point lies where its counterpart lay.
    points[[33, 133, 362, 263]] = points[[263, 362, 133, 33]]
    other = iris().opening(mirrored, replace(mesh, points=points))
    assert (other.left, other.right) == pytest.approx((one.right, one.left), abs=0.002)


def test_eyes_are_as_far_open_however_the_photo_was_decoded() -> None:
    pixels = seen(PORTRAIT)[1]
    (mesh,) = meshes(pixels)
    one = iris().opening(pixels, mesh)
    half = replace(pixels, rgb=np.ascontiguousarray(pixels.rgb[::2, ::2]), scale=0.5)
    other = iris().opening(half, mesh)
    assert (other.left, other.right) == pytest.approx((one.left, one.right), abs=0.06)


def test_dark_glasses_take_the_light_around_the_eyes() -> None:
    pixels = seen(GROUP)[1]
    for mesh in meshes(pixels):
        dark = painted(pixels.rgb, mesh, [70, 336, 330, 101, 107, 300, 143, 372], (8, 8, 8))
        assert eye_light(pixels, mesh) > 0.3
        assert eye_light(dark, mesh) < 0.2


def test_a_face_that_reaches_beyond_the_picture_is_measured_all_the_same() -> None:
    photo = seen(PORTRAIT)[1]
    (mesh,) = meshes(photo)
    cut = full_size(photo.rgb[:, : int(mesh.points[1, 0])])
    assert np.isfinite([eye_light(cut, mesh), mouth_sight().probability(cut, mesh)]).all()
    assert iris().opening(cut, mesh).left > 0


def test_a_mesh_that_has_shrunk_to_a_point_is_measured_without_an_error() -> None:
    pixels = seen(PORTRAIT)[1]
    (mesh,) = meshes(pixels)
    point = replace(mesh, points=np.full_like(mesh.points, 50))
    assert np.isfinite([eye_light(pixels, point), mouth_sight().probability(pixels, point)]).all()
    assert np.isfinite(iris().opening(pixels, point).left)


def test_weights_of_another_shape_are_told_as_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "mouth-seen.npy"
    np.save(file, np.zeros(505, np.float32))
    with pytest.raises(MissingModelError, match="damaged"):
        MouthSight(model=file)
