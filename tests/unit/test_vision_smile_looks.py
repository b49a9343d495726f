"""A clear face needs fewer looks at its smile, and the answer stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.vision.smile_network import SmileNetwork
from tests.sight import GROUP, detector, mesher, seen, smile_network

if TYPE_CHECKING:
    from device.core.types import Rgb


class Scripted(SmileNetwork):
    """Answers as it was told, one look after the other."""

    def __init__(self, *answers: float) -> None:
        self._answers = iter(answers)
        self.looks = 0

    def look(self, crop: Rgb) -> float:  # noqa: ARG002 - it does not look
        self.looks += 1
        return next(self._answers)


@pytest.mark.parametrize(
    ("answers", "looks", "expected"),
    [
        ((0.99, 0.98, 0.1, 0.1), 2, 0.985),
        ((0.01, 0.02, 0.9, 0.9), 2, 0.015),
        ((0.99, 0.01, 0.5, 0.5), 4, 0.5),
        ((0.96, 0.99, 0.95, 0.9), 4, 0.95),
    ],
)
def test_two_clear_looks_are_enough_and_else_there_are_four(
    answers: tuple[float, ...], looks: int, expected: float
) -> None:
    network, (_, pixels) = Scripted(*answers), seen(GROUP)
    mesh = mesher().mesh(pixels, detector().detect(pixels)[0])
    assert network.quick_probability(pixels, mesh) == pytest.approx(expected)
    assert network.looks == looks


def test_the_quick_answer_is_near_the_thorough_one() -> None:
    pixels = seen(GROUP)[1]
    for detection in detector().detect(pixels):
        mesh = mesher().mesh(pixels, detection)
        thorough = smile_network().probability(pixels, mesh)
        assert smile_network().quick_probability(pixels, mesh) == pytest.approx(thorough, abs=0.05)
