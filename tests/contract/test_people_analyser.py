"""What a face analyser promises that looks for people without a face as well; the real networks keep it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.vision.analyse import MeshAnalyser
from device.vision.people import PeopleAnalyser
from tests.labels import overlap
from tests.sight import GROUP, PORTRAIT, detector, full_size, mesher, pose_network, seen, sides, thing_detector


@pytest.fixture
def faces() -> MeshAnalyser:
    return MeshAnalyser(mesher=mesher())


@pytest.fixture
def analyser(faces: MeshAnalyser) -> PeopleAnalyser:
    return PeopleAnalyser(faces=faces, things=thing_detector(), skeleton=pose_network().skeleton)


def test_all_that_was_said_of_faces_is_still_said(faces: MeshAnalyser, analyser: PeopleAnalyser) -> None:
    for path in (GROUP, PORTRAIT):
        photo, pixels = seen(path)
        detections = detector().detect(pixels)
        known, scene = faces.analyse(photo, pixels, detections), analyser.analyse(photo, pixels, detections)
        assert scene.faces == known.faces
        assert scene.claims[: len(known.claims)] == known.claims
        assert analyser.glance(photo, detections) == faces.glance(photo, detections)


def test_people_who_show_their_faces_are_counted_once(analyser: PeopleAnalyser) -> None:
    for path, number in ((GROUP, 3), (PORTRAIT, 1)):
        photo, pixels = seen(path)
        scene = analyser.analyse(photo, pixels, detector().detect(pixels))
        assert scene.people == number
        assert all(body.face is not None for body in scene.bodies)


def test_of_a_portrait_nobody_is_told_to_stand(analyser: PeopleAnalyser) -> None:
    photo, pixels = seen(PORTRAIT)
    scene = analyser.analyse(photo, pixels, detector().detect(pixels))
    (body,) = scene.bodies
    assert (body.face, body.posture, body.arms, body.orientation) == (0, None, None, None)
    (claim,) = (claim for claim in scene.claims if claim.about == "body 0")
    assert (claim.name, claim.said) == ("posture", False)
    assert "not every joint it takes is seen" in claim.why


def test_somebody_whose_face_is_blurred_is_still_one_of_the_people(analyser: PeopleAnalyser) -> None:
    photo, pixels = seen(PORTRAIT)
    (face,) = detector().detect(pixels)
    left, top, right, bottom = (
        round(side) for side in (face.box.x, face.box.y, face.box.x + face.box.width, face.box.y + face.box.height)
    )
    rgb = pixels.rgb.copy()
    rgb[top:bottom, left:right] = cv2.blur(rgb[top:bottom, left:right], (61, 61))
    blurred = full_size(rgb)
    detections = detector().detect(blurred)
    assert detections == ()
    scene = analyser.analyse(photo, blurred, detections)
    assert (len(scene.faces), scene.people) == (0, 1)
    assert overlap(sides(scene.bodies[0].box), (0, 0, photo.width, photo.height)) > 0.5


def test_nobody_is_in_a_plain_picture(analyser: PeopleAnalyser) -> None:
    photo, _ = seen(PORTRAIT)
    scene = analyser.analyse(photo, full_size(np.full((480, 640, 3), 90, np.uint8)), ())
    assert (scene.people, scene.bodies) == (0, ())
