"""The first convolution on folded pixels: another form, the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from device.vision.runtime import Network as Loaded
from models.recipe.folding import SQUARES, folded
from models.recipe.network import INPUT, Network, Step
from models.recipe.tflite import Quantity, write

if TYPE_CHECKING:
    from pathlib import Path

SCALES = {INPUT: Quantity(1.0, 0), "first": Quantity(1.5, 10), SQUARES: Quantity(1.5, 10), "last": Quantity(2.0, -3)}


def network() -> Network:
    """Two convolutions, as the face detector begins."""
    random = np.random.default_rng(7)

    def step(source: str, output: str, channels: int, stride: int, padding: Literal["same", "one"]) -> Step:
        kernel = random.normal(size=(5, 3, 3, channels)) / 9
        bias = random.normal(size=5) * 8
        return Step(
            kind="conv",
            inputs=(source,),
            output=output,
            kernel=kernel,
            bias=bias,
            stride=stride,
            padding=padding,
        )

    steps = (step(INPUT, "first", 3, 2, "one"), step("first", "last", 5, 1, "same"))
    return Network(name="two convolutions", side=32, resizable=True, steps=steps, outputs=("last",))


@pytest.mark.parametrize("form", ["int8", "float"])
@pytest.mark.parametrize("shape", [(1, 32, 32, 3), (1, 64, 96, 3)])
def test_a_folded_network_computes_the_same_numbers_at_every_size(
    tmp_path: Path, form: str, shape: tuple[int, ...]
) -> None:
    scales = SCALES if form == "int8" else None
    dtype = np.int8 if form == "int8" else np.float32
    picture = np.random.default_rng(3).integers(-128, 128, shape).astype(dtype)
    answers = []
    for name, each in (("plain", network()), ("folded", folded(network()))):
        file = tmp_path / f"{name}.tflite"
        file.write_bytes(write(each, scales))
        loaded = Loaded(file)
        loaded.run(picture)
        answers.append(loaded.raw("last")[0])
    plain, once_folded = answers
    assert plain.shape == (1, shape[1] // 2, shape[2] // 2, 5)
    assert len(np.unique(plain)) > 50
    if form == "int8":
        assert np.array_equal(once_folded, plain)
    else:
        np.testing.assert_allclose(once_folded, plain, atol=1e-3)
