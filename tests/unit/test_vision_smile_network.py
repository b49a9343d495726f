"""The smile network on faces that come with voxframe, and what its file holds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from device.app.shipped import PHOTOS
from device.core.types import Pixels
from device.vision.smile_network import MEAN_RGB, SIDE, SmileNetwork, crops
from tests.locations import registry
from tests.sight import GROUP, PORTRAIT, detector, enlarged, full_size, mesher, seen

if TYPE_CHECKING:
    from pathlib import Path

LABORATORY = PHOTOS / "curies_lab.jpg"


@cache
def network() -> SmileNetwork:
    return SmileNetwork(model=registry().path("smile-fp16"))


def smiles(pixels: Pixels) -> list[float]:
    return [network().probability(pixels, mesher().mesh(pixels, face)) for face in detector().detect(pixels)]


def test_a_laughing_face_smiles() -> None:
    assert smiles(seen(GROUP)[1])[0] > 0.9


@pytest.mark.parametrize("path", [PORTRAIT, LABORATORY])
def test_a_serious_face_does_not(path: Path) -> None:
    found = smiles(seen(path)[1])
    assert found
    assert max(found) < 0.5


def test_the_mirrored_photo_shows_the_same_smiles() -> None:
    pixels = seen(GROUP)[1]
    mirrored = full_size(pixels.rgb[:, ::-1])
    assert smiles(pixels) == pytest.approx(smiles(mirrored)[::-1], abs=0.1)


def test_a_photo_decoded_at_half_its_size_shows_the_same_smile() -> None:
    whole = seen(GROUP)[1]
    half = Pixels(rgb=enlarged(whole.rgb, 0.5), scale=0.5)
    assert smiles(whole)[0] == pytest.approx(smiles(half)[0], abs=0.1)


def test_the_answer_is_the_mean_of_four_looks_at_the_face() -> None:
    pixels = seen(PORTRAIT)[1]
    mesh = mesher().mesh(pixels, detector().detect(pixels)[0])
    looks = list(crops(pixels, mesh))
    assert len(looks) == 4
    assert all(look.shape == (SIDE, SIDE, 3) for look in looks)
    assert np.array_equal(looks[1], looks[0][:, ::-1])
    assert network().probability(pixels, mesh) == pytest.approx(float(np.mean([network().look(x) for x in looks])))


def test_the_mean_colour_of_the_training_pictures_is_taken_off() -> None:
    grey = np.broadcast_to(np.round(MEAN_RGB).astype(np.uint8), (SIDE, SIDE, 3))
    interpreter = _file()
    source = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(source, np.zeros((1, SIDE, SIDE, 3), np.float32))
    interpreter.invoke()
    nothing = interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel()[0]
    assert network().look(np.ascontiguousarray(grey)) == pytest.approx(nothing, abs=0.01)


def test_the_file_answers_one_question_and_holds_no_other_class() -> None:
    interpreter = _file()
    source, (output,) = interpreter.get_input_details()[0], interpreter.get_output_details()
    assert output["shape"].tolist() == [1, 1, 1, 2]
    interpreter.set_tensor(source["index"], np.zeros(source["shape"], np.float32))
    interpreter.invoke()
    assert interpreter.get_tensor(output["index"]).sum() == pytest.approx(1, abs=1e-6)
    kernels = {
        each["name"]: each["shape"].tolist() for each in interpreter.get_tensor_details() if "_w" in each["name"]
    }
    # Nothing follows the last block's 256 features but the two columns.
    assert [shape for name, shape in kernels.items() if not name.startswith("d")] == [[2, 1, 1, 256]] * 2


def test_its_two_columns_are_one_with_both_signs() -> None:
    interpreter = _file()
    (kernel,) = (
        interpreter.get_tensor(each["index"])
        for each in interpreter.get_tensor_details()
        if each["name"] == "logits_w_half"
    )
    assert kernel.dtype == np.float16
    assert np.array_equal(kernel[0], -kernel[1])


def _file() -> Any:
    interpreter = Interpreter(model_path=str(registry().path("smile-fp16")))
    interpreter.allocate_tensors()
    return interpreter
