"""hibari: cut in two and joined, shaped inside, and never on the network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.voice import hibari, runtime
from device.voice.engine import NEUTRAL, Manner
from device.voice.hibari import HibariEngine
from device.voice.hibari_sound import HOP, Spectra, bent, sound
from device.voice.long_words import parted

# After `runtime`, which sets what it must see before its first import.
import onnxruntime  # isort: skip

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Mark
    from device.voice.engine import Samples

needs_hibari = pytest.mark.skipif(
    importlib.util.find_spec("hibari") is None, reason="hibari-tts is not installed; pip install hibari-tts==0.2.1"
)
SENTENCE = "I see three people in this photo, and one of them is smiling."


@pytest.fixture(scope="module")
def engine() -> HibariEngine:
    return HibariEngine()


def said(engine: HibariEngine, text: str, manner: Manner = NEUTRAL) -> tuple[Samples, tuple[Mark, ...]]:
    stretches = list(engine.say(text, manner=manner, seed=0))
    return np.concatenate([stretch.samples for stretch in stretches]), stretches[0].marks


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(MissingModelError, match=r"hibari-tts is not installed; pip install hibari-tts==\d"):
        HibariEngine()


@needs_hibari
def test_another_version_of_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hibari, "_TEXT", "/of_another_version")
    with pytest.raises(MissingModelError, match=r"damaged or not 0\.2\.1 \(the graph has no /of_another_version\)"):
        HibariEngine()


OFFLINE = """
import sys
tried = []
sys.addaudithook(lambda event, _: tried.append(event) if event.startswith(("socket.", "urllib.")) else None)
from device.voice.engine import NEUTRAL
from device.voice.hibari import HibariEngine
engine = HibariEngine()
for text in ("I see three people.", "Zxqvbl unheardofword.", "\\u00b2 \\u5317"):
    for stretch in engine.say(text, manner=NEUTRAL, seed=0):
        assert len(stretch.samples)
assert tried == [], tried
from hibari.voices import voice_path
try:
    voice_path("emma")
except RuntimeError:
    pass
assert "urllib.Request" in tried, "a download would not have been seen"
print("spoken")
"""


@needs_hibari
def test_it_never_tries_the_network_and_keeps_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = os.environ | {
        "HOME": str(home),
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    environment.pop("HIBARI_HOME", None)
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE.partition("from hibari.voices")[0] + "print('spoken')"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("spoken\n", "")
    assert not home.exists()


@needs_hibari
def test_a_download_would_have_been_seen(tmp_path: Path) -> None:
    # The proxy is a port of this machine where nobody listens: nothing can leave.
    environment = os.environ | {"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    done = subprocess.run([sys.executable, "-c", OFFLINE], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("spoken\n", "")


@needs_hibari
def test_both_halves_give_what_the_whole_graph_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    options = runtime.options
    # Optimised, nodes are fused in another way, and 8-bit rounding makes much of little.
    monkeypatch.setattr(runtime, "options", lambda **_: options(optimised=True))
    engine = HibariEngine()
    words, symbols = engine._phonemes(SENTENCE)
    assert words
    numbers = np.array([[0, *(engine._numbers[each.letter] for each in symbols), 0]], np.int64)
    durations, text, prosody = engine._front.run(None, {"ids": numbers})
    units = np.maximum(np.round(durations.reshape(-1)), 1).astype(np.int64)
    ours = engine._finished(hibari._Part(symbols, units, text, prosody))
    model = str(import_module("hibari.tts").ASSETS) + "/hibari.onnx"
    whole = onnxruntime.InferenceSession(model, options(optimised=True), providers=["CPUExecutionProvider"])
    theirs = whole.run(None, {"ids": numbers, "speed": np.ones(1, np.float32)})
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other[0])


def made_up(frames: int) -> Spectra:
    chance = np.random.default_rng(frames)
    harmonic, phase, noise, free, free_phase = (chance.standard_normal((5, 601, frames)) - 3).astype(np.float32)
    pitch = np.where(chance.random(frames) < 0.2, 0, 180 + 50 * np.sin(np.arange(frames) / 9))
    return Spectra(harmonic, phase, noise, free, free_phase, pitch.astype(np.float32))


@pytest.mark.parametrize("frames", [5, 39, 40, 41, 123])
def test_blocks_of_any_length_give_the_same_samples(frames: int) -> None:
    whole = np.concatenate(list(sound(made_up(frames), seed=1, block=1000)))
    assert len(whole) == frames * HOP
    for block in (1, 7, 40):
        assert np.abs(np.concatenate(list(sound(made_up(frames), seed=1, block=block))) - whole).max() < 1e-6


@needs_hibari
def test_the_sound_is_that_of_the_package() -> None:
    spectra = made_up(60)._replace(noise=np.full((601, 60), -50, np.float32))
    dsp: Any = import_module("hibari.dsp")
    theirs = dsp.synth(*spectra, np.random.default_rng(0))
    assert np.abs(np.concatenate(list(sound(spectra, seed=0))) - theirs).max() < 1e-4 * np.abs(theirs).max() + 1e-5


def test_bending_by_nothing_keeps_each_harmonic_and_draws_a_line_between_them() -> None:
    spectra = made_up(6)._replace(pitch=np.full(6, 200, np.float32))
    same = bent(spectra, np.ones(6, np.float32))
    assert np.allclose(same.harmonic[10:550:10], spectra.harmonic[10:550:10], atol=1e-5)
    assert np.array_equal(same.harmonic_phase[10:550:10], spectra.harmonic_phase[10:550:10])
    middle = (spectra.harmonic[100] + spectra.harmonic[110]) / 2
    assert np.allclose(same.harmonic[105], middle, atol=1e-5)


@needs_hibari
def test_packed_dictionaries_read_as_those_of_the_package(engine: HibariEngine) -> None:
    theirs: Any = import_module("hibari.g2p").G2P()
    text = f"{SENTENCE} Dr. O'Neil's 3 geese, read in 1895, weren't \u00a35.20 each; zxqvbl!"
    assert [token[1] for token in engine._phonemes._tokens(text)] == [
        token.phonemes or "" for token in theirs.phonemize_tokens(theirs.tokenize(engine._phonemes._normalise(text)))
    ]


@needs_hibari
def test_longer_vowels_take_from_the_consonants(engine: HibariEngine) -> None:
    plain, slow = (said(engine, SENTENCE, Manner(vowel=vowel)) for vowel in (1.0, 1.3))
    assert len(slow[0]) == pytest.approx(len(plain[0]), rel=0.02)

    def vowels(marks: tuple[Mark, ...]) -> int:
        return sum(
            mark.end - mark.first for mark in marks if mark.kind == "phoneme" and mark.text[0] in "aeio\u0254\u0259"
        )

    assert vowels(slow[1]) > 1.08 * vowels(plain[1])


@needs_hibari
def test_a_longer_comma_is_a_longer_pause_and_nothing_else(engine: HibariEngine) -> None:
    def pause(manner: Manner) -> tuple[int, int]:
        _, marks = said(engine, SENTENCE, manner)
        words = {mark.text: mark for mark in marks if mark.kind == "word"}
        return words["photo"].first, words["and"].first - words["photo"].end

    (before, short), (same, long) = pause(NEUTRAL), pause(Manner(comma=2.5))
    assert same == before
    assert long > 1.8 * short > 0


@needs_hibari
def test_fall_lowers_the_end_and_lifts_the_beginning(engine: HibariEngine) -> None:
    _, symbols = engine._phonemes(SENTENCE)
    line = hibari._pitch(engine._begun(symbols, NEUTRAL), Manner(fall=2.0))
    assert 12 * np.log2(line[0] / line[-1]) == pytest.approx(2.2, abs=0.01)
    assert (np.diff(line) < 0).all()


@needs_hibari
def test_accent_lifts_stressed_vowels_and_leaves_the_mean(engine: HibariEngine) -> None:
    _, symbols = engine._phonemes(SENTENCE)
    line = 12 * np.log2(hibari._pitch(engine._begun(symbols, NEUTRAL), Manner(accent=3.0)))
    assert line.mean() == pytest.approx(0, abs=0.1)
    assert 2.5 < line.max() - line.min() < 3.3


@needs_hibari
def test_phonemes_are_marked_in_ipa(engine: HibariEngine) -> None:
    _, marks = said(engine, "Boy, go home.")
    assert [mark.text for mark in marks] == [
        "Boy",
        "b",
        "\u0254\u026a",
        "go",
        "\u0261",
        "o\u028a",
        "home",
        "h",
        "o\u028a",
        "m",
    ]


@needs_hibari
@pytest.mark.parametrize("text", ["\u00b2\u00b3 cats", "\u2461 cats", "\u0663 cats \u5317"])
def test_digits_that_its_rules_stumble_over_do_not_silence_the_rest(engine: HibariEngine, text: str) -> None:
    words, _ = engine._phonemes(text)
    assert "cats" in words


@needs_hibari
def test_phonemes_inside_a_text_are_no_phonemes(engine: HibariEngine) -> None:
    _, symbols = engine._phonemes("[cats](/d\u02c8\u0254\u0261z/)")
    assert "".join(symbol.letter for symbol in symbols).startswith("k\u02c8\u00e6ts")


@needs_hibari
def test_a_long_text_goes_through_the_network_in_parts_with_all_marks_in_front(engine: HibariEngine) -> None:
    text = " ".join(["banana"] * 90)
    samples, marks = said(engine, text)
    words = [mark for mark in marks if mark.kind == "word"]
    assert len(words) == 90
    assert len(hibari._parts(engine._phonemes(text)[1])) > 1
    assert words[-1].end <= len(samples)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a word", "a word"),
        ("1" * 12, "1" * 12),
        ("1" * 13, "1" * 12 + " 1"),
        ("a" * 81, "a" * 40 + " " + "a" * 40 + " a"),
        (parted("9" * 50 + "b" * 50), parted("9" * 50 + "b" * 50)),
    ],
)
def test_only_what_is_too_long_is_parted(text: str, result: str) -> None:
    assert parted(text) == result
