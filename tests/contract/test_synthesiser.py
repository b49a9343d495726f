"""What every synthesiser promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.voice.level import CEILING
from device.voice.piper import PAUSE_SECONDS, PiperSynthesiser
from tests import factories
from tests.locations import voice

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import Synthesiser
    from device.core.types import SpeechChunk


@pytest.fixture(scope="module")
def synthesiser() -> Synthesiser:
    files = voice()
    return PiperSynthesiser(model=files.model, config=files.config, name=files.name, noise=False)


def spoken(synthesiser: Synthesiser, *texts: str) -> list[SpeechChunk]:
    return list(synthesiser.synthesise([factories.utterance(text) for text in texts]))


def test_sound_comes_as_16_bit_chunks_of_one_rate(synthesiser: Synthesiser) -> None:
    chunks = spoken(synthesiser, "I see three faces.", "One is on the left.")
    assert {chunk.sample_rate for chunk in chunks} == {synthesiser.sample_rate}
    assert {chunk.pcm.dtype for chunk in chunks} == {np.dtype(np.int16)}
    assert sum(chunk.seconds for chunk in chunks) > 2


def test_chunks_name_their_utterance_in_order(synthesiser: Synthesiser) -> None:
    indices = [chunk.utterance for chunk in spoken(synthesiser, "One.", "...", "Three.")]
    assert indices == sorted(indices)
    assert set(indices) == {0, 2}


def test_a_sentence_is_there_before_the_next_is_asked_for(synthesiser: Synthesiser) -> None:
    asked = []

    def utterances() -> object:
        for text in ("One.", "Two."):
            asked.append(text)
            yield factories.utterance(text)

    speech = iter(synthesiser.synthesise(utterances()))  # type: ignore[arg-type]
    next(speech)
    assert asked == ["One."]


@pytest.mark.parametrize("text", ["", "...", " \n\t", "🙂", "\u200b", "<speak></speak>", "[[ ]]"])
def test_what_has_no_word_gives_no_sound(synthesiser: Synthesiser, text: str) -> None:
    assert spoken(synthesiser, text) == []


def test_nothing_is_louder_than_the_ceiling_and_speech_is_loud_enough(synthesiser: Synthesiser) -> None:
    pcm = np.concatenate([chunk.pcm for chunk in spoken(synthesiser, "WHO IS THERE? Look at me, I am smiling!")])
    loudest = np.abs(pcm.astype(int)).max() / 32767
    assert 0.3 < loudest <= CEILING
    rms = np.sqrt((pcm.astype(float) ** 2).mean()) / 32767
    assert -24 < 20 * np.log10(rms) < -16


def test_sentences_are_parted_by_a_pause_and_neither_begin_nor_end_with_a_click(synthesiser: Synthesiser) -> None:
    first, pause, second = spoken(synthesiser, "One is here.", "Two are there.")
    assert not pause.pcm.any()
    assert pause.seconds == pytest.approx(PAUSE_SECONDS, abs=0.001)
    for chunk in (first, second):
        assert abs(int(chunk.pcm[0])) < 10
        assert abs(int(chunk.pcm[-1])) < 10


def test_without_noise_the_same_text_gives_the_same_samples(synthesiser: Synthesiser) -> None:
    one, other = (spoken(synthesiser, "The same words.")[0].pcm for _ in range(2))
    assert np.array_equal(one, other)


def test_a_damaged_voice_is_named_in_one_line(tmp_path: Path) -> None:
    files = voice()
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(MissingModelError, match=r"broken\.onnx is damaged or no voice"):
        PiperSynthesiser(model=broken, config=files.config, name="broken")
    settings = tmp_path / "broken.onnx.json"
    settings.write_text(json.dumps({"audio": {}}))
    with pytest.raises(MissingModelError, match=r"broken\.onnx\.json"):
        PiperSynthesiser(model=files.model, config=settings, name="broken")


def test_telemetry_is_off_before_the_runtime_is_loaded_and_leaves_no_file(tmp_path: Path) -> None:
    code = (
        "import os, sys, device.voice.piper\n"
        "import onnxruntime\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "print(onnxruntime.__version__)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1.27.0"
    assert list(tmp_path.iterdir()) == []
