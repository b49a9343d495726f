"""What every face analyser promises: claims with reasons, about what is visible and nothing else."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.app.shipped import PHOTOS
from device.core.types import Box, Claim, Detection, Pixels, Scene, Thing
from device.vision.analyse import MeshAnalyser
from device.vision.proof import UNPROVEN
from tests.factories import photo as any_photo
from tests.sight import GROUP, PORTRAIT, detector, enlarged, full_size, iris, mesher, mouth_sight, seen, smile_network

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import FaceAnalyser
    from device.core.types import Photo, Rgb
    from device.vision.iris import IrisNetwork
    from device.vision.smile_network import SmileNetwork

LABORATORY = PHOTOS / "curies_lab.jpg"
GLANCED = {"faces", "place", "distance"}
FROM_AFAR = {"place", "distance", "facing", "smiling"}
ABOUT_FACES = FROM_AFAR | {"eyes", "lips", "mouth_hidden"}
FIELDS = {"facing": "facing", "eyes": "eyes", "lips": "mouth"}
"""Where a face keeps what is said of it, by the name of the claim."""

SUIT = ((60, 360), (110, 360), (85, 380), (65, 400), (105, 400))
SPECK = ((302, 204), (308, 204), (305, 207), (302, 210), (308, 210))


@pytest.fixture
def analyser() -> FaceAnalyser:
    return MeshAnalyser(mesher=mesher(), iris=iris, smile=smile_network, mouth=mouth_sight)


def look(analyser: FaceAnalyser, path: Path) -> Scene:
    photo, pixels = seen(path)
    return analyser.analyse(photo, pixels, detector().detect(pixels))


def claims(scene: Scene, about: str) -> dict[str, Claim]:
    return {claim.name: claim for claim in scene.claims if claim.about == about}


def replace_size(photo: Photo, pixels: Pixels) -> Photo:
    """The photo as if it had this picture."""
    height, width = pixels.rgb.shape[:2]
    return replace(photo, width=width, height=height)


def test_faces_keep_the_order_of_the_detections(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    detections = detector().detect(pixels)[::-1]
    scene = analyser.analyse(photo, pixels, detections)
    assert [face.box for face in scene.faces] == [each.box for each in detections]
    assert [face.place for face in scene.faces] == ["right", "centre", "left"]


def test_a_glance_tells_the_same_of_number_places_and_distances_and_nothing_else(analyser: FaceAnalyser) -> None:
    for path in (GROUP, PORTRAIT):
        photo, pixels = seen(path)
        for detections in (detector().detect(pixels), detector().detect(pixels)[::-1], ()):
            glance, whole = analyser.glance(photo, detections), analyser.analyse(photo, pixels, detections)
            known = tuple(claim for claim in whole.claims if claim.name in GLANCED)
            assert glance.claims == known
            assert [(face.box, face.score, face.place, face.distance) for face in glance.faces] == [
                (face.box, face.score, face.place, face.distance) for face in whole.faces
            ]
            assert all((face.facing, face.head, face.smile) == (None, None, None) for face in glance.faces)
            assert all((face.eyes, face.mouth, face.smiling) == (None, None, None) for face in glance.faces)


def test_every_face_has_its_claims_and_they_say_what_the_face_says(analyser: FaceAnalyser) -> None:
    scene = look(analyser, GROUP)
    assert claims(scene, "photo")["faces"].value == 3
    for index, face in enumerate(scene.faces):
        told = claims(scene, f"face {index}")
        assert set(told) == ABOUT_FACES
        for name, field in {"place": "place", "distance": "distance", **FIELDS}.items():
            assert told[name].said == (getattr(face, field) is not None)
            assert not told[name].said or told[name].value == getattr(face, field)
        assert told["smiling"].said == (face.smiling is True)


def test_every_claim_has_a_score_a_threshold_and_a_reason_of_one_line(analyser: FaceAnalyser) -> None:
    for claim in (*look(analyser, GROUP).claims, *look(analyser, PORTRAIT).claims):
        assert 0 <= claim.score <= 1
        assert 0 < claim.threshold < 1
        assert claim.why.strip()
        assert "\n" not in claim.why
        assert not claim.said or claim.score >= claim.threshold


def test_nobody_is_said_not_to_smile(analyser: FaceAnalyser) -> None:
    scene = look(analyser, LABORATORY)
    surely_not = [index for index, face in enumerate(scene.faces) if face.smiling is False]
    assert surely_not
    for index in surely_not:
        claim = claims(scene, f"face {index}")["smiling"]
        assert (claim.value, claim.said) == (False, False)


def test_a_clear_smile_is_claimed(analyser: FaceAnalyser) -> None:
    scene = look(analyser, GROUP)
    assert scene.faces[0].smiling is True
    assert [face.smiling for face in scene.faces].count(True) == 2


def test_open_eyes_and_a_seen_mouth_are_claimed(analyser: FaceAnalyser) -> None:
    for path in (GROUP, PORTRAIT):
        scene = look(analyser, path)
        assert {face.eyes for face in scene.faces} == {"open"}
    told = [claims(look(analyser, GROUP), f"face {index}")["mouth_hidden"] for index in range(3)]
    assert [(claim.value, claim.said) for claim in told] == [(False, True)] * 3


def test_what_is_unproven_is_never_said_and_its_reason_tells_the_figures(analyser: FaceAnalyser) -> None:
    seen_unproven = 0
    for path in (GROUP, PORTRAIT):
        photo, pixels = seen(path)
        faces = detector().detect(pixels)
        smaller = full_size(enlarged(pixels.rgb, 0.7))
        looked_at = [(masked(pixels.rgb, faces[0]), faces), (pixels, faces), (smaller, detector().detect(smaller))]
        for picture, detections in looked_at:
            scene = analyser.analyse(replace_size(photo, picture), picture, detections)
            for claim in scene.claims:
                if (claim.name, claim.value) in UNPROVEN:
                    assert not claim.said
                    seen_unproven += "is unproven: it was right" in claim.why
    assert seen_unproven


def masked(rgb: Rgb, face: Detection) -> Pixels:
    """With something blue over a mouth."""
    (left, _), (right, low) = face.points[3], face.points[4]
    reach = (right - left) * 0.5
    covered = rgb.copy()
    covered[int(low - reach) : int(low + 1.5 * reach), int(left - reach) : int(right + reach)] = (60, 140, 200)
    return full_size(covered)


def test_a_covered_mouth_is_neither_smiling_nor_open_nor_closed(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    detections = detector().detect(pixels)
    scene = analyser.analyse(photo, masked(pixels.rgb, detections[0]), detections)
    face, told = scene.faces[0], claims(scene, "face 0")
    assert (face.mouth, face.smiling, face.smile) == (None, None, None)
    assert not any(told[name].said for name in ("smiling", "lips", "mouth_hidden"))
    assert told["mouth_hidden"].value is True


def test_a_head_that_lies_has_a_pose_but_no_direction(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(PORTRAIT)
    lying = full_size(np.rot90(pixels.rgb))
    detections = detector().detect(lying)
    scene = analyser.analyse(replace_size(photo, lying), lying, detections)
    (face,) = scene.faces
    assert face.facing is None
    assert face.head is not None
    assert abs(face.head.roll) == pytest.approx(90, abs=15)
    assert not claims(scene, "face 0")["facing"].said


def test_what_no_network_looks_at_is_not_said() -> None:
    scene = look(MeshAnalyser(mesher=mesher()), GROUP)
    assert "eyes" not in claims(scene, "face 0")
    assert not claims(scene, "face 0")["smiling"].said
    assert (scene.faces[0].eyes, scene.faces[0].smiling, scene.faces[0].smile) == (None, None, None)


def test_the_networks_of_eyes_and_smile_are_loaded_for_the_first_large_face_and_once() -> None:
    loads = []

    def load_iris() -> IrisNetwork:
        loads.append("iris")
        return iris()

    def load_smile() -> SmileNetwork:
        loads.append("smile")
        return smile_network()

    analyser = MeshAnalyser(mesher=mesher(), iris=load_iris, smile=load_smile)
    photo, pixels = seen(GROUP)
    small = Pixels(rgb=full_size(enlarged(pixels.rgb, 0.5)).rgb, scale=0.5)
    analyser.analyse(photo, small, detector().detect(pixels))
    assert not loads
    analyser.analyse(photo, pixels, detector().detect(pixels))
    assert sorted(loads) == ["iris", "smile"]


def test_no_face_is_a_claim_too(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    scene = analyser.analyse(photo, pixels, ())
    (claim,) = scene.claims
    assert (claim.about, claim.name, claim.value, claim.said) == ("photo", "faces", 0, True)
    assert scene.people == 0


def test_the_weakest_face_is_the_score_of_their_number(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    detections = detector().detect(pixels)
    scene = analyser.analyse(photo, pixels, detections)
    assert claims(scene, "photo")["faces"].score == min(each.score for each in detections)


def test_a_small_face_has_a_place_but_no_smile(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    small = full_size(enlarged(pixels.rgb, 0.5))
    scene = analyser.analyse(photo, Pixels(rgb=small.rgb, scale=0.5), detector().detect(pixels))
    for index, face in enumerate(scene.faces):
        assert (face.smile, face.smiling, face.eyes, face.mouth) == (None, None, None, None)
        told = claims(scene, f"face {index}")
        assert set(told) == FROM_AFAR
        assert not told["smiling"].said


def test_of_a_speck_only_the_place_is_told(analyser: FaceAnalyser) -> None:
    speck = Detection(box=Box(x=300, y=200, width=12, height=15), score=0.6, points=SPECK)
    scene = analyser.analyse(any_photo(), seen(GROUP)[1], (speck,))
    (face,) = scene.faces
    assert (face.place, face.distance, face.facing, face.head) == ("centre", "far", None, None)
    assert set(claims(scene, "face 0")) == {"place", "distance"}


def test_what_is_no_face_to_the_mesh_has_neither_direction_nor_smile(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    suit = Detection(box=Box(x=40, y=330, width=90, height=90), score=0.9, points=SUIT)
    scene = analyser.analyse(photo, pixels, (suit,))
    (face,) = scene.faces
    assert (face.facing, face.head, face.smiling, face.smile) == (None, None, None, None)
    told = claims(scene, "face 0")
    assert not told["facing"].said
    assert not told["smiling"].said


def test_a_scene_holds_no_landmarks_and_no_word_about_who_somebody_is(analyser: FaceAnalyser) -> None:
    scene = look(analyser, GROUP)
    assert {claim.name for claim in scene.claims} == {"faces"} | ABOUT_FACES
    assert set(asdict(scene.faces[0])) == {
        "box",
        "score",
        "place",
        "distance",
        "facing",
        "head",
        "eyes",
        "mouth",
        "smiling",
        "smile",
        "lean",
    }


def test_a_face_on_an_animal_is_no_person_and_says_why_it_was_refused(analyser: FaceAnalyser) -> None:
    photo, pixels = seen(GROUP)
    left, middle, right = detector().detect(pixels)
    dog = Thing(box=middle.box, label="dog", score=0.93)
    detections = (left, replace(middle, animal=dog), right)
    for scene in (analyser.glance(photo, detections), analyser.analyse(photo, pixels, detections)):
        assert [face.box for face in scene.faces] == [left.box, right.box]
        assert scene.refused == (middle.box,)
        assert claims(scene, "photo")["faces"].value == 2
        refusal = claims(scene, "refused 0")["face"]
        assert not refusal.said
        assert refusal.score == middle.score
        assert "0.93 as a dog" in refusal.why
