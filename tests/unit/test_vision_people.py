"""People without a face: who is counted, who is not counted twice, and that nobody is spoken of."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np
import pytest

from device.core.types import Box, Claim, Detection, Photo, Pixels, Scene, Thing
from device.vision.once_seen import OnceSeen
from device.vision.people import LARGE, PeopleAnalyser, faceless
from tests import factories
from tests.skeletons import skeleton, standing

if TYPE_CHECKING:
    from device.vision.movenet import Skeleton

PICTURE = Pixels(rgb=np.zeros((8, 8, 3), np.uint8), scale=1)
STANDING = Box(x=100, y=100, width=100, height=300)
HEAD = Box(x=130, y=110, width=40, height=50)


def person(box: Box = STANDING, score: float = 0.9, label: str = "person") -> Thing:
    return Thing(box=box, label=label, score=score)


def moved(box: Box, right: float = 0, down: float = 0) -> Box:
    return Box(x=box.x + right, y=box.y + down, width=box.width, height=box.height)


class Faces:
    """A FaceAnalyser that sees these faces, and counts them as the real one does."""

    def __init__(self, *boxes: Box) -> None:
        self._boxes = boxes

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:
        assert (photo.width, detections) == (640, ())
        faces = tuple(factories.face(box=box) for box in self._boxes)
        return factories.scene(*faces, claims=(factories.claim(value=len(faces)),))

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:
        assert pixels is PICTURE
        return self.glance(photo, detections)


class Things:
    def __init__(self, *seen: Thing) -> None:
        self._seen = seen
        self.looks = 0

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        assert pixels.rgb.size
        self.looks += 1
        return self._seen


class BothWays:
    """Sees these things in the picture, and those in the mirrored one; the same where nothing else is given."""

    def __init__(self, *seen: Thing, mirrored: tuple[Thing, ...] | None = None) -> None:
        self._seen = seen
        self._mirrored = seen if mirrored is None else mirrored

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        if pixels is PICTURE:
            return self._seen
        width = pixels.rgb.shape[1] / pixels.scale
        return tuple(
            replace(thing, box=replace(thing.box, x=width - thing.box.x - thing.box.width)) for thing in self._mirrored
        )


class Joints:
    """Finds the joints of somebody who stands, and remembers where it was asked to look."""

    def __init__(self) -> None:
        self.looked_at: list[Box] = []

    def __call__(self, pixels: Pixels, box: Box) -> Skeleton:
        assert pixels is PICTURE
        self.looked_at.append(box)
        return skeleton(standing())


def scene(*seen: Thing, faces: tuple[Box, ...] = (), joints: Joints | None = None) -> Scene:
    analyser = PeopleAnalyser(faces=Faces(*faces), things=BothWays(*seen), skeleton=joints or Joints())
    return analyser.analyse(factories.photo(), PICTURE, ())


def claims(seen: Scene, about: str) -> dict[str, Claim]:
    return {claim.name: claim for claim in seen.claims if claim.about == about}


def test_a_person_without_a_face_is_one_of_the_people_and_none_of_the_faces() -> None:
    seen = scene(person(), person(moved(STANDING, right=300)), faces=(HEAD,))
    assert (len(seen.faces), len(seen.bodies), seen.people) == (1, 1, 2)
    assert seen.bodies[0].face is None
    assert seen.bodies[0].box == moved(STANDING, right=300)
    assert claims(seen, "photo")["faces"].value == 1
    assert claims(seen, "photo")["people"].value == 2


@pytest.mark.parametrize(
    ("score", "in_the_mirror", "counted"),
    [(0.9, 0.65, 0), (0.9, 0.75, 1), (0.7, 0.95, 1), (0.7, None, 0), (0.97, None, 1), (None, 0.94, 0)],
)
def test_somebody_doubted_counts_by_the_mean_of_the_photo_and_of_the_mirrored_one(
    score: float | None, in_the_mirror: float | None, counted: int
) -> None:
    seen, mirrored = ((person(score=each),) if each else () for each in (score, in_the_mirror))
    analyser = PeopleAnalyser(faces=Faces(), things=BothWays(*seen, mirrored=mirrored), skeleton=Joints())
    assert analyser.analyse(factories.photo(), PICTURE, ()).people == counted


def test_the_mirrored_photo_is_not_asked_where_nobody_is_doubted() -> None:
    things = Things(
        person(score=0.96), person(moved(STANDING, right=300), score=0.5), person(HEAD, score=0.9, label="cat")
    )
    analyser = PeopleAnalyser(faces=Faces(), things=things, skeleton=Joints())
    assert analyser.analyse(factories.photo(), PICTURE, ()).people == 1
    assert things.looks == 1


@pytest.mark.parametrize(
    "face",
    [HEAD, moved(HEAD, down=200), moved(HEAD, right=-30)],
    ids=["at the top", "at the bottom, of somebody who lies", "at the side"],
)
def test_a_person_in_whose_box_a_face_has_its_middle_shows_that_face(face: Box) -> None:
    assert faceless((person(),), (face,)) == ()


@pytest.mark.parametrize("face", [moved(HEAD, right=60), moved(HEAD, down=-50)], ids=["beside it", "above it"])
def test_a_face_whose_middle_lies_elsewhere_is_somebody_elses(face: Box) -> None:
    assert len(faceless((person(),), (face,))) == 1


def test_two_boxes_on_one_person_are_one_person_and_the_surer_one_stays() -> None:
    half = Box(x=100, y=100, width=100, height=150)
    (body,) = faceless((person(half, 0.95), person(score=0.85)), ())
    assert (body.box, body.score) == (half, 0.95)


def test_a_box_around_two_people_is_no_third_one() -> None:
    pair = Box(x=90, y=90, width=230, height=320)
    found = faceless((person(), person(moved(STANDING, right=110)), person(pair, 0.85)), ())
    assert [body.box for body in found] == [STANDING, moved(STANDING, right=110)]


def test_a_second_box_on_somebody_who_shows_a_face_is_not_somebody_else() -> None:
    legs = Box(x=100, y=250, width=100, height=150)
    assert faceless((person(), person(legs, 0.99)), (HEAD,)) == ()


def test_people_who_only_touch_are_two() -> None:
    assert len(faceless((person(), person(moved(STANDING, right=60))), ())) == 2


@pytest.mark.parametrize("seen", [person(score=0.79), person(label="dog"), person(label="teddy bear")])
def test_nobody_is_counted_who_is_not_surely_a_person(seen: Thing) -> None:
    assert faceless((seen,), ()) == ()


def test_bodies_are_listed_from_left_to_right() -> None:
    boxes = [moved(STANDING, right=200), STANDING, moved(STANDING, right=400)]
    found = faceless([person(box, 0.9 + index / 100) for index, box in enumerate(boxes)], ())
    assert [body.box.x for body in found] == [100, 300, 500]


def test_a_box_without_any_size_is_no_reason_to_fail() -> None:
    flat = Box(x=100, y=100, width=0, height=50)
    assert len(faceless((person(), person(flat)), ())) == 2


@pytest.mark.parametrize("faces", [(), (HEAD,)])
@pytest.mark.parametrize("seen", [(), (person(moved(STANDING, right=300)),)])
def test_the_number_of_people_has_a_reason_and_is_held_back(seen: tuple[Thing, ...], faces: tuple[Box, ...]) -> None:
    found = scene(*seen, faces=faces)
    claim = claims(found, "photo")["people"]
    assert (claim.value, claim.said) == (found.people, False)
    assert claim.why.startswith("1 face" if faces else "no faces")
    assert 0 <= claim.score <= 1


def test_each_body_has_a_claim_that_is_held_back_with_its_reason() -> None:
    found = scene(person(score=0.83))
    claim = claims(found, "body 0")["person"]
    assert (claim.value, claim.score, claim.threshold, claim.said) == (True, 0.83, 0.8, False)
    assert claim.why


ELSEWHERE = person(moved(STANDING, right=300))


@pytest.mark.parametrize(("seen", "faces"), [((person(),), ()), ((person(score=0.5),), (HEAD,))])
def test_whoever_is_alone_is_asked_how_they_stand(seen: tuple[Thing, ...], faces: tuple[Box, ...]) -> None:
    joints = Joints()
    found = scene(*seen, faces=faces, joints=joints)
    assert joints.looked_at == [STANDING]
    (body,) = found.bodies
    assert (body.box, body.posture, body.face) == (STANDING, "standing", 0 if faces else None)
    assert found.people == 1
    assert claims(found, "body 0")["posture"].said


@pytest.mark.parametrize(
    ("seen", "faces"),
    [
        ((), ()),
        ((), (HEAD,)),
        ((person(score=0.49),), (HEAD,)),
        ((person(), ELSEWHERE), ()),
        ((person(), ELSEWHERE), (HEAD,)),
        ((person(),), (HEAD, moved(HEAD, right=300))),
        ((person(Box(x=0, y=0, width=20, height=LARGE - 1)),), ()),
    ],
    ids=["nobody", "a face alone", "hardly a person", "two", "a face and another", "two faces", "too small"],
)
def test_of_nobody_else_joints_are_looked_for(seen: tuple[Thing, ...], faces: tuple[Box, ...]) -> None:
    joints = Joints()
    found = scene(*seen, faces=faces, joints=joints)
    assert joints.looked_at == []
    assert not [claim for claim in found.claims if claim.name == "posture"]


def test_a_glance_looks_for_nobody_and_says_what_the_faces_say() -> None:
    things, faces = Things(person()), Faces(HEAD)
    joints = Joints()
    glance = PeopleAnalyser(faces=faces, things=things, skeleton=joints).glance(factories.photo(), ())
    assert (things.looks, joints.looked_at) == (0, [])
    assert glance == faces.glance(factories.photo(), ())


class Loading:
    """Hands out a detector, and counts how often."""

    def __init__(self, things: Things) -> None:
        self._things = things
        self.times = 0

    def __call__(self) -> Things:
        self.times += 1
        return self._things


def test_a_picture_is_looked_at_once_whoever_asks_and_the_network_is_there_only_while_it_looks() -> None:
    things = Things(person())
    load = Loading(things)
    once = OnceSeen(load)
    assert load.times == 0
    other = Pixels(rgb=PICTURE.rgb.copy(), scale=1)
    assert [once.things(each) for each in (PICTURE, other, PICTURE, other, PICTURE)] == [(person(),)] * 5
    assert (load.times, things.looks) == (2, 2)


def test_the_same_picture_at_another_scale_is_looked_at_anew() -> None:
    things = Things(person())
    once = OnceSeen(Loading(things))
    for scale in (1, 0.5):
        once.things(Pixels(rgb=PICTURE.rgb, scale=scale))
    assert things.looks == 2


def test_no_picture_is_kept_for_its_answer() -> None:
    once = OnceSeen(Loading(Things(person())))
    picture = np.zeros((8, 8, 3), np.uint8)
    alive = ref(picture)
    once.things(Pixels(rgb=picture, scale=1))
    del picture
    gc.collect()
    assert alive() is None


def test_a_look_that_failed_is_not_remembered() -> None:
    class Failing(Things):
        def things(self, pixels: Pixels) -> tuple[Thing, ...]:
            seen = super().things(pixels)
            if self.looks == 1:
                raise MemoryError
            return seen

    once = OnceSeen(Loading(Failing(person())))
    with pytest.raises(MemoryError):
        once.things(PICTURE)
    assert once.things(PICTURE) == (person(),)
