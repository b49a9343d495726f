"""What a face does by how well it is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.living.casting import LEAST_HEIGHT, LEAST_MESH, LEAST_SEEN, MOST_TURNED, THREE_QUARTERS, Sight, part_of

WELL = Sight(height=200, mesh=1.0, yaw=5.0, mouth=0.95, eyes=True, eye_light=0.9)


def test_a_face_that_is_seen_well_speaks_and_blinks() -> None:
    part = part_of(WELL)
    assert (part.does, part.blinks) == ("speaks", True)


@pytest.mark.parametrize(
    ("change", "does"),
    [
        ({"height": LEAST_HEIGHT - 1}, "still"),
        ({"height": LEAST_HEIGHT}, "speaks"),
        ({"mesh": LEAST_MESH - 0.01}, "still"),
        ({"mouth": LEAST_SEEN - 0.01}, "still"),
        ({"mouth": LEAST_SEEN}, "speaks"),
        ({"yaw": THREE_QUARTERS}, "speaks"),
        ({"yaw": -THREE_QUARTERS - 1}, "nods"),
        ({"yaw": MOST_TURNED}, "nods"),
        ({"yaw": -MOST_TURNED - 1}, "still"),
        ({"yaw": MOST_TURNED, "mouth": 0.1}, "still"),  # what lies over the mouth would nod with it
        ({"cut": True}, "still"),
    ],
)
def test_what_a_face_does_is_decided_by_size_mesh_mouth_and_turn(change: dict[str, float], does: str) -> None:
    part = part_of(replace(WELL, **change))  # type: ignore[arg-type]
    assert part.does == does
    assert part.why


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ({}, "mouth"),
        ({"mouth": 0.1}, "mouth"),
        ({"mesh": 0.1, "mouth": 0.1}, "mesh"),
        ({"height": 1, "yaw": 90}, "size"),
        ({"yaw": MOST_TURNED + 1, "cut": True}, "turn"),
        ({"yaw": THREE_QUARTERS + 1}, "turn"),
        ({"cut": True, "mouth": 0.1}, "edge"),
    ],
)
def test_a_part_names_what_decided(change: dict[str, float], by: str) -> None:
    assert part_of(replace(WELL, **change)).by == by  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"eyes": False}, {"eye_light": 0.2}])
def test_closed_and_dark_eyes_do_not_blink_and_the_mouth_speaks_all_the_same(change: dict[str, float]) -> None:
    part = part_of(replace(WELL, **change))  # type: ignore[arg-type]
    assert (part.does, part.blinks) == ("speaks", False)
    assert "do not blink" in part.why


def test_only_a_face_that_is_close_has_its_mouth_looked_at() -> None:
    assert WELL.close
    assert not replace(WELL, height=LEAST_HEIGHT - 1).close
    assert not replace(WELL, mesh=LEAST_MESH - 0.01).close
