"""What every synthesiser promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError, UsageError
from device.voice.engine import NEUTRAL
from device.voice.espeak import EspeakEngine
from device.voice.hibari import HibariEngine
from device.voice.limiter import CEILING
from device.voice.load import PiperFiles
from device.voice.personas import Personas
from device.voice.pico import PicoEngine
from device.voice.resting import RestingEngine
from device.voice.schedule import Schedule
from device.voice.synthesiser import EngineSynthesiser
from tests import factories
from tests.locations import synthesiser, voice, whole_piper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from device.core.ports import Synthesiser
    from device.core.types import Pcm, SpeechChunk, Utterance
    from device.voice.engine import Engine


@pytest.fixture(scope="module", params=["piper", "piper whole", "espeak-ng", "hibari", "pico"], name="synthesiser")
def every_engine(request: pytest.FixtureRequest) -> EngineSynthesiser:
    if request.param == "piper":
        return synthesiser()
    loads: dict[str, Callable[[], Engine]] = {
        "piper whole": whole_piper,
        "espeak-ng": lambda: EspeakEngine(language="en"),
        "hibari": HibariEngine,
        "pico": lambda: PicoEngine(language="en"),
    }
    try:
        engine = RestingEngine(loads[request.param], idle_seconds=0)
    except MissingModelError as error:
        pytest.skip(str(error))
    return EngineSynthesiser(engine=engine, personas=Personas.load(), schedule=Schedule(monotonic=time.perf_counter))


def joined(chunks: list[SpeechChunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks])


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


def test_a_sentence_is_heard_before_the_next_one_is_written(synthesiser: Synthesiser) -> None:
    heard = threading.Event()
    waited = []

    def utterances() -> Iterator[Utterance]:
        yield factories.utterance("One.")
        waited.append(heard.wait(60))
        yield factories.utterance("Two.")

    speech = iter(synthesiser.synthesise(utterances()))
    next(speech)
    heard.set()
    assert {chunk.utterance for chunk in speech} == {0, 1}
    assert waited == [True]


def test_the_next_sentence_is_made_while_this_one_is_heard(synthesiser: Synthesiser) -> None:
    asked = threading.Event()

    def utterances() -> Iterator[Utterance]:
        yield factories.utterance("One.")
        asked.set()
        yield factories.utterance("Two.")

    speech = iter(synthesiser.synthesise(utterances()))
    next(speech)
    assert asked.wait(60)
    list(speech)


def test_what_breaks_while_it_is_made_is_raised_where_it_is_heard(synthesiser: Synthesiser) -> None:
    def utterances() -> Iterator[Utterance]:
        yield factories.utterance("One.")
        raise LookupError("no more words")

    speech = iter(synthesiser.synthesise(utterances()))
    assert next(speech).pcm.any()
    with pytest.raises(LookupError, match="no more words"):
        list(speech)


def test_a_speech_that_is_left_leaves_no_thread_and_the_next_is_whole(synthesiser: Synthesiser) -> None:
    whole = joined(spoken(synthesiser, "I see three faces."))
    speech = synthesiser.synthesise([factories.utterance("One sentence is here. " * 20)])
    next(iter(speech))
    speech.close()  # type: ignore[attr-defined]
    again = joined(spoken(synthesiser, "I see three faces."))
    for thread in threading.enumerate():
        if thread.name == "voice":
            thread.join(60)
            assert not thread.is_alive()
    assert len(again) == pytest.approx(
        len(whole), rel=0.15
    )  # chance inside of the runtime, where it makes whole sentences


def test_an_unknown_persona_is_told_with_those_there_are(synthesiser: Synthesiser) -> None:
    with pytest.raises(UsageError, match=r"no persona 'nobody'; there are narrator"):
        list(synthesiser.synthesise([factories.utterance("One.", persona="nobody")]))


def test_each_sentence_is_marked_and_its_words_lie_inside(synthesiser: Synthesiser) -> None:
    chunks = spoken(synthesiser, "On the left there is a man with a beard.", "He smiles.")
    marks = [mark for chunk in chunks for mark in chunk.marks]
    total = sum(len(chunk.pcm) for chunk in chunks)
    sentences = [mark for mark in marks if mark.kind == "sentence"]
    assert [mark.text for mark in sentences] == ["On the left there is a man with a beard.", "He smiles."]
    assert sentences[0].end < sentences[1].first
    assert total - 0.4 * synthesiser.sample_rate < sentences[1].end <= total  # silence at the end is no part of it
    for mark in marks:
        assert any(each.first <= mark.first <= mark.end <= each.end for each in sentences)


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
    chunks = spoken(synthesiser, "One is here.", "Two are there.")
    first = joined([chunk for chunk in chunks if chunk.utterance == 0])
    pause, *rest = [chunk for chunk in chunks if chunk.utterance == 1]
    assert not pause.pcm.any()
    assert pause.seconds == pytest.approx(NEUTRAL.pause_seconds, abs=0.001)
    for sound in (first, joined(rest)):
        assert abs(int(sound[0])) < 10
        assert abs(int(sound[-1])) < 10


def test_without_noise_the_same_text_gives_the_same_samples() -> None:
    voice = synthesiser()
    one, other = (joined(spoken(voice, "The same words.")) for _ in range(2))
    assert np.array_equal(one, other)


def test_with_noise_too_the_same_text_gives_the_same_samples() -> None:
    voice = synthesiser(noise=True)
    one, other = (joined(spoken(voice, "The same words.")) for _ in range(2))
    assert np.array_equal(one, other)


def test_a_damaged_voice_is_named_in_one_line(tmp_path: Path) -> None:
    files = voice()
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(MissingModelError, match=r"broken\.onnx is damaged or no voice"):
        PiperFiles.of(broken, files.config).load(schedule=Schedule(monotonic=time.perf_counter))
    settings = tmp_path / "broken.onnx.json"
    settings.write_text(json.dumps({"audio": {}}))
    with pytest.raises(MissingModelError, match=r"broken\.onnx\.json"):
        PiperFiles.of(files.model, settings)


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
