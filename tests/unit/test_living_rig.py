"""A face that is moved: the photo at rest, nothing outside its box, no fold, and a mouth that does what it is told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from device.core.types import FaceMesh
from device.living.fields import grid_places
from device.living.folds import THINNEST, along, areas, gain_without_folds, outermost, slopes
from device.living.loudness import MOST, Loudness
from device.living.motion import CHANNELS, motion_of
from device.living.render import render, shifts
from device.living.rig import Rig, TooSmallError, rig_of
from device.living.visemes import VisemeSpan, visemes
from tests.faces import coefficients, faces_of, measured_gap, meshes, rigs_of
from tests.sight import GROUP, PORTRAIT, full_size, seen

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from device.core.types import Pixels, Rgb
    from device.living.motion import Array

OPEN = coefficients(jaw=0.075, upper=0.005, lower=0.006, teeth=1)
LIVELY = coefficients(jaw=0.05, round=0.15, blink=0.7, across=0.009, down=-0.009, brow=0.008)
SHIPPED = (PORTRAIT, GROUP)


def least_area(rig: Rig) -> float:
    """What is left of a place of the grid where it shrinks most, 1 for all of it, over the outermost shapes."""
    size = rig.photo.shape[1], rig.photo.shape[0]
    shapes = outermost(rig.mobility.gain, rig.mobility.gap)
    return float(areas(along(slopes(rig.fields, size), shapes)).min())


def white(picture: Rgb, rig: Rig) -> int:
    """Pixels around the mouth that are as bright as teeth in all colours."""
    (x, y), reach = rig.axes.mouth.astype(int), int(0.15 * rig.axes.height)
    return int((picture[y - reach : y + reach, x - reach : x + reach].min(axis=-1) > 180).sum())


@cache
def turned(degrees: float) -> Pixels:
    """The portrait turned clockwise about its middle."""
    rgb = seen(PORTRAIT)[1].rgb
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return full_size(
        np.asarray(cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_at_rest_the_picture_is_the_photo_exactly(path: Path) -> None:
    for (pixels, _), rig in zip(faces_of(path), rigs_of(path), strict=True):
        left, top, right, bottom = rig.box
        assert np.array_equal(render(rig, coefficients()), pixels.rgb[top:bottom, left:right])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("channel", CHANNELS)
def test_nearly_at_rest_it_is_the_photo_but_for_rounding(path: Path, channel: str) -> None:
    for rig in rigs_of(path):
        moved = render(rig, coefficients(**{channel: 1e-6})).astype(int)
        assert np.abs(moved - rig.photo).max() <= 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("moved", [OPEN, LIVELY])
def test_the_edge_of_the_box_never_moves_so_nothing_outside_does(path: Path, moved: Array) -> None:
    for rig in rigs_of(path):
        picture = render(rig, moved)
        assert picture.shape == rig.photo.shape
        for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            assert np.array_equal(picture[edge], rig.photo[edge])
        assert (picture != rig.photo).any()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_viseme_folds_the_skin_of_the_photos_that_come_along(path: Path) -> None:
    assert all(rig.mobility.gain > 0.8 and least_area(rig) >= THINNEST for rig in rigs_of(path))


@pytest.mark.shared
def test_no_viseme_folds_the_skin_of_any_face_and_each_is_the_photo_at_rest(shared: Path) -> None:
    found = {path.name: rigs_of(path) for path in sorted((shared / "photos").iterdir()) if path.suffix != ".csv"}
    assert sum(map(len, found.values())) > 20
    for name, rigs in found.items():
        for rig in rigs:
            assert least_area(rig) >= THINNEST, name
            assert np.array_equal(render(rig, coefficients()), rig.photo), name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_frame_of_a_long_speech_of_any_sounds_folds_the_skin(path: Path) -> None:
    chance = np.random.default_rng(5)
    names, lengths = list(visemes().all.values()), chance.uniform(0.02, 0.3, 300)
    ends = np.cumsum(lengths)
    spans = [
        VisemeSpan(viseme=names[chance.integers(len(names))], start=end - length, end=end)
        for end, length in zip(ends, lengths, strict=True)
    ]
    spans = [replace(span, held_at=(span.start + span.end) / 2 if span.viseme.holds else None) for span in spans]
    for rig in rigs_of(path):
        motion = motion_of(spans, mobility=rig.mobility, seconds=ends[-1], seed=1, loudness=Loudness(opens=(MOST,)))
        moved = slopes(rig.fields, (rig.photo.shape[1], rig.photo.shape[0]))
        for time in np.arange(0, ends[-1], 0.1):
            assert areas(along(moved, motion.at(time))).min() >= THINNEST


@pytest.mark.parametrize("degrees", [-90, -40, -25, 25, 40, 90])
def test_a_tilted_head_opens_its_mouth_as_an_upright_one_does(degrees: float) -> None:
    pixels, upright = turned(degrees), seen(PORTRAIT)[1]
    gaps = []
    for each in (pixels, upright):
        (mesh,) = meshes(each)
        rig = rig_of(each, mesh)
        assert least_area(rig) >= THINNEST
        assert rig.mobility.gain == pytest.approx(rigs_of(PORTRAIT)[0].mobility.gain, rel=0.3)
        gaps.append(measured_gap(each, rig, render(rig, OPEN)) - measured_gap(each, rig, rig.photo))
    assert gaps[0] > 0.1
    assert gaps[0] == pytest.approx(gaps[1], rel=0.35)


def test_the_mouth_opens_as_far_as_it_is_told() -> None:
    ((pixels, _),), (rig,) = faces_of(PORTRAIT), rigs_of(PORTRAIT)
    gaps = [
        measured_gap(pixels, rig, render(rig, coefficients(jaw=jaw, teeth=1))) for jaw in (0, 0.02, 0.04, 0.06, 0.08)
    ]
    assert all(other > one + 0.02 for one, other in pairwise(gaps[1:]))
    assert gaps[0] < 0.06
    assert gaps[-1] > 0.2


@pytest.mark.shared
def test_lips_that_are_apart_in_the_photo_meet_for_p(shared: Path) -> None:
    path = shared / "photos" / "obama_official.jpg"
    ((pixels, _),), (rig,) = faces_of(path), rigs_of(path)
    gap = rig.mobility.gap
    closed = render(rig, coefficients(upper=-0.36 * gap, lower=-0.64 * gap))
    assert measured_gap(pixels, rig, closed) < 0.45 * measured_gap(pixels, rig, rig.photo)
    assert white(closed, rig) < 0.02 * white(rig.photo, rig)


def test_a_blink_changes_the_eyes_alone() -> None:
    for rig in rigs_of(GROUP):
        changed = (render(rig, coefficients(blink=1)) != rig.photo).any(axis=-1)
        assert changed.any()
        for left, top, right, bottom in (lid.box for lid in rig.eyelids):
            changed[top:bottom, left:right] = False
        # Below the eyes the layers are laid over one another anew, which rounds.
        assert not changed[: rig.jaw_box[1]].any()


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_a_face_at_the_edge_of_the_photo_is_moved_within_it_or_left_out(side: str, share: float) -> None:
    ((pixels, mesh),) = faces_of(PORTRAIT)
    low, far = mesh.points[:, :2].min(axis=0), mesh.points[:, :2].max(axis=0)
    x, y = (low + share * (far - low)).astype(int)
    first = {"left": (x, 0), "top": (0, y)}.get(side, (0, 0))
    last = {"right": (x, None), "bottom": (None, y)}.get(side, (None, None))
    shift = (*first, 0)
    part = full_size(pixels.rgb[first[1] : last[1], first[0] : last[0]])
    moved = FaceMesh(points=(mesh.points - np.array(shift)).astype(np.float32), score=1)
    try:
        rig = rig_of(part, moved)
    except TooSmallError:
        return
    left, top, right, bottom = rig.box
    assert 0 <= left < right <= part.rgb.shape[1]
    assert 0 <= top < bottom <= part.rgb.shape[0]
    assert least_area(rig) >= THINNEST or rig.mobility.gain == 0
    assert render(rig, LIVELY).shape == (bottom - top, right - left, 3)
    assert np.array_equal(render(rig, coefficients()), rig.photo)


@pytest.mark.parametrize("shift", [(-5000, 0), (0, 5000), (5000, 5000)])
def test_a_face_outside_the_picture_is_refused(shift: tuple[int, int]) -> None:
    ((pixels, mesh),) = faces_of(PORTRAIT)
    away = replace(mesh, points=mesh.points + np.array([*shift, 0], np.float32))
    with pytest.raises(TooSmallError):
        rig_of(pixels, away)


def test_a_photo_that_was_decoded_smaller_is_moved_alike() -> None:
    ((pixels, mesh),) = faces_of(PORTRAIT)
    half = replace(
        pixels, rgb=np.asarray(cv2.resize(pixels.rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)), scale=0.5
    )
    small, large = rig_of(half, mesh), rigs_of(PORTRAIT)[0]
    assert np.abs(np.array(small.box) * 2 - np.array(large.box)).max() <= 3
    gaps = [measured_gap(each, rig, render(rig, OPEN)) for each, rig in ((half, small), (pixels, large))]
    assert gaps[0] == pytest.approx(gaps[1], rel=0.15)


def test_a_grey_photo_stays_grey_inside_the_mouth_too() -> None:
    ((pixels, mesh),) = faces_of(PORTRAIT)
    grey = np.asarray(cv2.cvtColor(cv2.cvtColor(pixels.rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)
    picture = render(rig_of(full_size(grey), mesh), OPEN).astype(int)
    assert np.ptp(picture, axis=-1).max() <= 1


def test_every_place_comes_from_where_the_field_says_also_where_it_is_steepest() -> None:
    (rig,) = rigs_of(PORTRAIT)
    high, wide = rig.photo.shape[:2]
    columns, rows = grid_places((0, 0, wide, high))
    start = np.stack(np.meshgrid(columns, rows), axis=-1)
    for shape in outermost(rig.mobility.gain, rig.mobility.gap):
        for field in (rig.fields.skull, rig.fields.jaw):
            moved = np.tensordot(shape, field, axes=1).astype(np.float32)
            back = shifts(field, shape, (0, 0, wide, high), (wide, high))
            found = start + moved + taken(back, (start + moved).astype(np.float32))
            far = np.hypot(*np.moveaxis(found - start, -1, 0))[2:-2, 2:-2] / rig.axes.height
            assert far.max() < 0.015
            assert np.median(far) < 0.0005


def taken(picture: npt.NDArray[Any], places: npt.NDArray[Any]) -> npt.NDArray[Any]:
    across, down = (np.ascontiguousarray(each) for each in np.moveaxis(places, -1, 0))
    return np.asarray(cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_mouth_that_would_fold_the_skin_opens_less(path: Path) -> None:
    for rig in rigs_of(path):
        size = rig.photo.shape[1], rig.photo.shape[0]
        less = gain_without_folds(rig.fields, 8.0, rig.mobility.gap, size)
        assert rig.mobility.gain <= less < 8
        found = areas(along(slopes(rig.fields, size), outermost(less, rig.mobility.gap)))
        assert THINNEST <= found.min() < THINNEST + 0.15


@pytest.mark.parametrize(
    ("name", "face"), [("astronaut_portrait.png", 0), ("award_two_women.jpg", 1), ("obama_official.jpg", 0)]
)
def test_lids_are_as_light_as_the_skin_around_them_and_not_as_lashes(shared: Path, name: str, face: int) -> None:
    rig = rigs_of(shared / "photos" / name)[face]
    closed = cv2.cvtColor(render(rig, coefficients(blink=1.0)), cv2.COLOR_RGB2GRAY).astype(float)
    for lid in rig.eyelids:
        left, top, right, bottom = lid.box
        around = closed[top:bottom, left:right]
        shut = lid.edge + 0.97 * lid.opening
        covered = (lid.height > lid.edge) & (lid.height < shut - 2 * lid.lash) & (lid.opening > 0.6 * lid.opening.max())
        assert np.median(around[covered]) > 0.7 * np.percentile(around, 80)
