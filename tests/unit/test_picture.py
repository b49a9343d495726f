"""Boxes on a photo are seen on any photo, and stay inside it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from device.core.types import Box, Described
from device.pipeline.record import record_of
from device.report.picture import annotate, encode_jpeg, encode_png
from tests import factories


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_box_is_drawn_around_the_face_on_any_ground(grey: int) -> None:
    photo = np.full((480, 640, 3), grey, np.uint8)
    face = factories.face(box=Box(x=200, y=150, width=120, height=160))
    record = record_of(Described(photo=factories.photo(), scene=factories.scene(face), narration=()))
    drawn = annotate(photo, record)
    assert drawn.shape == photo.shape
    assert (photo == grey).all()
    assert (drawn[230, 195:206] != grey).any()
    assert (drawn[230, 215:305] == grey).all()


@pytest.mark.parametrize("box", [(-20, -20, 60, 60), (600, 440, 80, 80), (0, 0, 640, 480), (639, 479, 1, 1)])
def test_a_box_beyond_the_edge_does_no_harm(box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    face = factories.face(box=Box(x=x, y=y, width=width, height=height))
    record = record_of(Described(photo=factories.photo(), scene=factories.scene(face), narration=()))
    assert annotate(np.zeros((480, 640, 3), np.uint8), record).shape == (480, 640, 3)


def test_a_box_far_down_a_narrow_photo_stays_around_its_face() -> None:
    face = factories.face(box=Box(x=20, y=10_000, width=240, height=400))
    tall = factories.photo(width=301, height=12_000)
    record = record_of(Described(photo=tall, scene=factories.scene(face), narration=()))
    drawn = annotate(np.full((3000, 76, 3), 128, np.uint8), record)
    assert (drawn[2520:2580, 24:44] == 128).all()
    assert (drawn[2500, 24:44] != 128).all()


def test_files_hold_the_picture() -> None:
    photo = np.random.default_rng(0).integers(0, 255, (300, 900, 3)).astype(np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(photo)))), photo)
    assert Image.open(io.BytesIO(encode_jpeg(photo, long_side=450))).size == (450, 150)
