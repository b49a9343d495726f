"""From the numbers of the things network to boxes, names and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.types import Pixels
from device.vision.coco import COCO
from device.vision.things import GRIDS, SsdThings, anchors
from tests.locations import registry
from tests.sight import PORTRAIT, full_size, seen, sides, thing_detector

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Thing

LEVEL = 2
SCALE = {"cls": 0.0625, "box": 0.125}


class Scripted:
    """A network that answers as it was told, in int8, whatever it is shown."""

    is_int8 = True

    def __init__(self) -> None:
        self._raw: dict[str, npt.NDArray[np.int8]] = {}
        for level, cells in enumerate(GRIDS):
            each = 3 if level == 0 else 6
            self._raw[f"cls{level}"] = np.full((1, cells, cells, each * len(COCO)), -128, np.int8)
            self._raw[f"box{level}"] = np.zeros((1, cells, cells, each * 4), np.int8)

    def run(self, values: npt.NDArray[np.int8]) -> None:
        assert values.shape == (1, 300, 300, 3)

    def raw(self, name: str) -> tuple[npt.NDArray[np.int8], float, int]:
        return self._raw[name], SCALE[name[:3]], 0

    def says(self, label: str, logit: float, *, anchor: tuple[int, int, int], offsets: tuple[float, ...] = ()) -> None:
        """`anchor`: row, column and shape; `offsets`: down, across, height and width, as the network gives them."""
        row, column, shape = anchor
        self._raw[f"cls{LEVEL}"][0, row, column, shape * len(COCO) + COCO.index(label)] = logit / SCALE["cls"]
        if offsets:
            at = slice(shape * 4, shape * 4 + 4)
            self._raw[f"box{LEVEL}"][0, row, column, at] = np.array(offsets) / SCALE["box"]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    network = Scripted()
    monkeypatch.setattr("device.vision.things.Network", lambda *_, **__: network)
    return network


def found(**options: float) -> tuple[Thing, ...]:
    """What is in a photo of 1000 x 500, decoded at half its size."""
    eyes = SsdThings(model=registry().path("thing-detector-int8"), **options)  # type: ignore[arg-type] # all floats
    return eyes.things(Pixels(rgb=np.zeros((250, 500, 3), np.uint8), scale=0.5))


def test_an_anchor_without_an_offset_is_the_box(network: Scripted) -> None:
    network.says("cat", 2.0, anchor=(1, 3, 0))
    (cat,) = found()
    # The grid of five: the cell in row 1 and column 3 has its middle at 0.7 across and 0.3 down; the side is 0.5.
    assert sides(cat.box) == pytest.approx((450, 25, 500, 250), abs=0.01)
    assert cat.label == "cat"
    assert cat.score == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)


def test_offsets_move_the_middle_by_tenths_and_the_sides_by_fifths_of_a_logarithm(network: Scripted) -> None:
    network.says("dog", 2.0, anchor=(2, 2, 0), offsets=(1.0, -2.0, -5.0, -2.5))
    (dog,) = found()
    height, width = 0.5 * np.exp(-1), 0.5 * np.exp(-0.5)
    left, top = 0.5 - 0.2 * 0.5 - width / 2, 0.5 + 0.1 * 0.5 - height / 2
    assert sides(dog.box) == pytest.approx((left * 1000, top * 500, width * 1000, height * 500), rel=1e-5)


def test_a_box_ends_where_the_photo_ends(network: Scripted) -> None:
    network.says("dog", 2.0, anchor=(0, 0, 0), offsets=(0.0, 0.0, 15.0, 15.0))
    (dog,) = found()
    assert sides(dog.box) == pytest.approx((0, 0, 1000, 500))


def test_a_thing_may_be_there_under_two_names_but_once_under_each(network: Scripted) -> None:
    network.says("cat", 2.0, anchor=(2, 2, 0))
    network.says("cat", 1.0, anchor=(2, 2, 0), offsets=(0.5, 0.0, 0.0, 0.0))
    network.says("cat", 1.5, anchor=(2, 2, 5), offsets=(0.0, 0.0, -1.0, -1.0))
    network.says("person", 1.25, anchor=(2, 2, 0))
    network.says("cat", 0.5, anchor=(4, 4, 0))
    assert [each.label for each in found()] == ["cat", "person", "cat"]


def test_a_weak_person_is_reported_and_another_weak_thing_is_not(network: Scripted) -> None:
    network.says("person", -1.25, anchor=(2, 2, 0))
    network.says("cat", -0.25, anchor=(2, 2, 0))
    assert [(each.label, round(each.score, 2)) for each in found()] == [("person", 0.22)]
    assert found(least_person=0.5) == ()
    assert {each.label for each in found(least=0.4)} == {"person", "cat"}


def test_the_anchors_are_those_of_the_published_network() -> None:
    every = np.concatenate([anchors(level) for level in range(len(GRIDS))])
    assert every.shape == (1917, 4)
    corners = np.concatenate([every[:, 1::-1] - every[:, :1:-1] / 2, every[:, 1::-1] + every[:, :1:-1] / 2], axis=1)
    # Top, left, bottom and right, as the published file has them.
    published = {
        0: (-0.02368421, -0.02368421, 0.07631579, 0.07631579),
        1: (-0.04439489, -0.11510557, 0.09702647, 0.16773716),
        3: (-0.02368421, 0.02894736, 0.07631579, 0.12894736),
        1086: (-0.05103629, -0.25310886, 0.15103629, 0.35310888),
        1087: (-0.25312403, -0.05103124, 0.35312405, 0.15103124),
        1088: (-0.15916501, -0.15916501, 0.25916502, 0.25916502),
        1916: (0.01266029, 0.01266029, 0.98733974, 0.98733974),
    }
    for index, expected in published.items():
        assert corners[index] == pytest.approx(expected, abs=1e-6)


def test_there_are_eighty_names() -> None:
    assert len(set(COCO)) == 80
    assert {"person", "teddy bear", "hair drier", "traffic light", "dining table"} <= set(COCO)
    assert all(name == name.strip() for name in COCO)


def test_in_a_corner_of_a_larger_picture_a_person_is_found_where_he_is() -> None:
    portrait = seen(PORTRAIT)[1].rgb
    height, width = portrait.shape[:2]
    canvas = np.full((2 * height, 2 * width, 3), 128, np.uint8)
    canvas[height:, :width] = portrait
    person = next(each for each in thing_detector().things(full_size(canvas)) if each.label == "person")
    assert person.box.x + person.box.width < 1.1 * width
    assert person.box.y > 0.9 * height
