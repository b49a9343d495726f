"""From angles and lifts to words, and silence in between."""

from __future__ import annotations

import numpy as np
import pytest

from device.core.types import FaceMesh, HeadPose
from device.vision.head import facing_of, head_pose
from device.vision.letterbox import letterbox, resized, tiles
from device.vision.smile import smiling


@pytest.mark.parametrize(
    ("yaw", "pitch", "word"),
    [
        (0, 0, "front"),
        (17, -15, "front"),
        (19, 0, None),
        (24, 0, None),
        (0, -24, None),
        (30, 0, "right"),
        (-30, 10, "left"),
        (0, 25, "up"),
        (0, -35, "down"),
    ],
)
def test_a_coarse_word_for_a_direction_and_none_between_two(yaw: float, pitch: float, word: str | None) -> None:
    assert facing_of(HeadPose(yaw=yaw, pitch=pitch, roll=0)) == word


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-30, 0), (0, 20), (0, -20)])
def test_the_angles_of_a_turned_mesh_are_those_it_was_turned_by(yaw: float, pitch: float) -> None:
    points = np.zeros((468, 3))
    points[[234, 454, 10, 152]] = [[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0]]
    a, b = np.radians([yaw, pitch])
    # Depth grows away from the camera: turning to the viewer's right brings the left cheek nearer.
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    pose = head_pose(FaceMesh(points=(points @ (turn @ nod).T).astype(np.float32), score=1.0))
    assert pose.yaw == pytest.approx(yaw, abs=0.1)
    assert pose.pitch == pytest.approx(pitch, abs=0.1)


@pytest.mark.parametrize(
    ("probability", "lift", "sure"),
    [
        (0.95, 0.03, True),
        (0.95, -0.01, None),
        (0.85, 0.03, None),
        (0.5, 0.0, None),
        (0.08, -0.01, None),
        (0.02, 0.03, None),
        (0.02, -0.01, False),
    ],
)
def test_a_smile_is_sure_or_surely_not_where_the_network_and_the_corners_agree(
    probability: float,
    lift: float,
    sure: bool | None,  # noqa: FBT001 - a parameter
) -> None:
    assert smiling(probability, lift) is sure


def test_a_picture_goes_to_the_smallest_canvas_that_holds_it() -> None:
    picture = np.full((300, 400, 3), 9, np.uint8)
    canvas, scale = letterbox(picture, side=640, most=2.0, canvases=((640, 640), (480, 640), (640, 480)))
    assert (canvas.shape, scale) == ((480, 640, 3), 1.6)
    assert (canvas == 9).all()
    tiny, scale = letterbox(picture[:10, :20], side=640, most=2.0, canvases=((640, 640),))
    assert scale == 2
    assert (tiny[:20, :40] == 9).all()
    assert not tiny[20:].any()


def test_tiles_cover_the_picture_overlap_and_know_where_they_are_cut() -> None:
    picture = np.arange(90 * 100 * 3, dtype=np.uint32).reshape(90, 100, 3).astype(np.uint8)
    found = list(tiles(picture, canvases=((60, 100),), overlap=20))
    assert [(tile.left, tile.top, tile.cut) for tile in found] == [
        (0, 0, (False, False, False, True)),
        (0, 30, (False, True, False, False)),
    ]
    for tile in found:
        assert np.array_equal(tile.rgb, picture[tile.top : tile.top + 60])


@pytest.mark.parametrize(("width", "height"), [(640, 480), (100, 75), (999, 10), (1, 1)])
def test_a_picture_gets_exactly_the_size_that_was_asked_for(width: int, height: int) -> None:
    assert resized(np.zeros((777, 1234, 3), np.uint8), width, height).shape == (height, width, 3)
