"""What every face detector and face analyser promises, on the photos of the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.wiring import PHOTOS
from device.core.errors import MissingModelError
from device.core.types import Pixels
from device.decode.decoder import Limits, PhotoDecoder
from device.vision.analyse import MeshAnalyser
from device.vision.detector import RetinaFaceDetector
from device.vision.mesh import FaceMesher
from tests import factories
from tests.locations import registry

if TYPE_CHECKING:
    from device.core.ports import FaceAnalyser, FaceDetector
    from device.core.types import Rgb


@pytest.fixture(scope="module", params=["int8", "float"])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    return RetinaFaceDetector(model=registry().path(f"face-detector-{request.param}"))


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return MeshAnalyser(mesher=FaceMesher(model=registry().path("face-mesh")))


@pytest.fixture(scope="module")
def crew() -> Rgb:
    decoder = PhotoDecoder(limits=Limits())
    return decoder.pixels(decoder.inspect(PHOTOS / "apollo11_crew.jpg")).rgb


def pixels(rgb: Rgb, scale: float = 1.0) -> Pixels:
    return Pixels(rgb=rgb, scale=scale)


def test_faces_come_from_left_to_right_with_score_and_five_points_inside_the_box(
    detector: FaceDetector, crew: Rgb
) -> None:
    faces = detector.detect(pixels(crew))
    assert len(faces) == 3
    assert [face.box.x for face in faces] == sorted(face.box.x for face in faces)
    for face in faces:
        assert 0.5 <= face.score <= 1
        left_eye, right_eye, nose, left_mouth, right_mouth = face.points
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert left_eye[1] < nose[1] < left_mouth[1]
        for across, down in face.points:
            assert face.box.x < across < face.box.x + face.box.width
            assert face.box.y < down < face.box.y + face.box.height


def test_the_same_picture_gives_the_same_faces(detector: FaceDetector, crew: Rgb) -> None:
    first = detector.detect(pixels(crew))
    detector.detect(pixels(np.ascontiguousarray(crew[:200, :150])))
    assert detector.detect(pixels(crew)) == first


def test_boxes_are_in_pixels_of_the_full_photo_whatever_was_looked_at(detector: FaceDetector, crew: Rgb) -> None:
    for one, other in zip(detector.detect(pixels(crew)), detector.detect(pixels(crew, scale=0.25)), strict=True):
        assert other.box.x == pytest.approx(one.box.x * 4)
        assert other.points[0][0] == pytest.approx(one.points[0][0] * 4)


def test_a_mirrored_picture_has_the_mirrored_faces(detector: FaceDetector, crew: Rgb) -> None:
    faces = detector.detect(pixels(crew))
    mirrored = detector.detect(pixels(np.ascontiguousarray(crew[:, ::-1])))
    assert len(mirrored) == len(faces)
    for one, other in zip(faces, reversed(mirrored), strict=True):
        assert other.box.centre[0] == pytest.approx(crew.shape[1] - one.box.centre[0], abs=4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 20000), (20000, 1), (3, 700), (31, 33), (2000, 2000)])
def test_a_picture_of_any_shape_without_a_face_has_none(detector: FaceDetector, shape: tuple[int, int]) -> None:
    assert detector.detect(pixels(np.full((*shape, 3), 127, np.uint8))) == ()


def test_noise_is_no_face(detector: FaceDetector) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    assert detector.detect(pixels(noise)) == ()


def test_every_face_has_its_place_and_distance_claimed(
    detector: FaceDetector, analyser: FaceAnalyser, crew: Rgb
) -> None:
    height, width = crew.shape[:2]
    photo = factories.photo(width=width, height=height)
    scene = analyser.analyse(photo, pixels(crew), detector.detect(pixels(crew)))
    assert [face.place for face in scene.faces] == ["left", "centre", "right"]
    assert [face.distance for face in scene.faces] == ["middle"] * 3
    assert scene.claims[0].name == "faces"
    assert scene.claims[0].value == scene.people == 3
    for index in range(3):
        names = {claim.name for claim in scene.claims if claim.about == f"face {index}"}
        assert names >= {"place", "distance", "smiling"}
    for claim in scene.claims:
        assert claim.why
        assert not claim.said or claim.score >= claim.threshold


def test_no_face_is_a_claim_too(analyser: FaceAnalyser) -> None:
    scene = analyser.analyse(factories.photo(), pixels(np.zeros((9, 9, 3), np.uint8)), ())
    (claim,) = scene.claims
    assert (claim.name, claim.value, claim.said) == ("faces", 0, True)


def test_a_scene_holds_no_landmarks(detector: FaceDetector, analyser: FaceAnalyser, crew: Rgb) -> None:
    photo = factories.photo(width=crew.shape[1], height=crew.shape[0])
    scene = analyser.analyse(photo, pixels(crew), detector.detect(pixels(crew)))
    assert "array" not in repr(scene)
    assert "points" not in repr(scene)


def test_a_damaged_network_is_named_in_one_line(tmp_path: Path) -> None:
    for name, content in (("cut.tflite", Path(registry().path("face-mesh")).read_bytes()[:5000]), ("no.tflite", b"x")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MissingModelError, match=name):
            FaceMesher(model=tmp_path / name)
