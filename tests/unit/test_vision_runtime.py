"""The runtime behind its small class: quiet, and clear about files that are no models."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.vision.runtime import Network
from tests.locations import registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def model() -> Path:
    return registry().path("face-detector-int8")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:-3000] + bytes(3000),
        lambda _: b"",
        lambda _: b"version https://git-lfs.github.com/spec/v1\n",
    ],
    ids=["half", "cut", "zeros", "empty", "text"],
)
def test_a_damaged_file_is_named_in_one_line_with_what_to_do(
    model: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(damage(model.read_bytes()))
    with pytest.raises(MissingModelError, match=r"damaged\.tflite .*voxframe models fetch") as caught:
        Network(damaged)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"absent\.tflite"):
        Network(tmp_path / "absent.tflite")


def test_the_first_network_of_a_process_leaves_nothing_on_standard_error(model: Path) -> None:
    program = (
        "import sys, numpy; from pathlib import Path; from device.vision.runtime import Network;"
        "Network(Path(sys.argv[1])).run(numpy.zeros((1, 64, 96, 3), numpy.int8))"
    )
    done = subprocess.run([sys.executable, "-c", program, model], capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_one_network_takes_any_size_and_gives_its_outputs_by_name(model: Path) -> None:
    network = Network(model)
    assert network.is_int8
    for height, width in ((64, 96), (128, 128), (64, 96)):
        network.run(np.zeros((1, height, width, 3), np.int8))
        logits, scale, zero_point = network.raw("cls0")
        assert logits.shape[1:3] == (height // 8, width // 8)
        assert scale > 0
        assert -128 <= zero_point <= 127
