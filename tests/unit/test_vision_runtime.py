"""The runtime behind its small class: quiet, and clear about files that are no models."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.vision import runtime
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


def test_two_networks_that_are_loaded_at_once_leave_standard_error_as_it_was(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_begins, first_ends = Event(), Event()

    def first(**_: object) -> None:
        # Where both may be in it at a time the first one leaves before the second: else it goes on after a while.
        monkeypatch.setattr(runtime, "Interpreter", second)
        second_begins.wait(timeout=0.5)
        raise ValueError

    def second(**_: object) -> None:
        second_begins.set()
        first_ends.wait(timeout=5)
        raise ValueError

    def load(_: int) -> None:
        with pytest.raises(MissingModelError):
            Network(model)
        first_ends.set()

    monkeypatch.setattr(runtime, "Interpreter", first)
    before = os.fstat(2)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(load, range(2)))
    assert os.path.samestat(os.fstat(2), before)


def test_a_size_that_cannot_be_had_spoils_no_other(model: Path) -> None:
    network, small = Network(model), np.zeros((1, 64, 96, 3), np.int8)
    network.run(small)
    with pytest.raises(RuntimeError):
        network.run(np.zeros((1, 33, 148, 3), np.int8))
    network.run(small)
    assert network.raw("cls0")[0].shape[1:3] == (8, 12)


def test_one_network_takes_any_size_and_gives_its_outputs_by_name(model: Path) -> None:
    network = Network(model)
    assert network.is_int8
    for height, width in ((64, 96), (128, 128), (64, 96)):
        network.run(np.zeros((1, height, width, 3), np.int8))
        logits, scale, zero_point = network.raw("cls0")
        assert logits.shape[1:3] == (height // 8, width // 8)
        assert scale > 0
        assert -128 <= zero_point <= 127
