"""Pico in its child: a hang, a failure and an end are survived."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError, UsageError, VoxframeError
from device.voice import pico
from device.voice.engine import NEUTRAL
from device.voice.pico import PicoEngine

if TYPE_CHECKING:
    from pathlib import Path

needs_pico = pytest.mark.skipif(
    importlib.util.find_spec("py_nanotts") is None, reason="py-nanotts is not installed; pip install py-nanotts==0.1.1"
)


def child(folder: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> PicoEngine:
    """An engine whose child does `answer` with each `request`."""
    path = folder / "child.py"
    path.write_text(
        "import json, os, signal, sys\nout = sys.stdout.buffer\nfor line in sys.stdin:\n"
        f"    request = json.loads(line)\n    {answer}\n    out.flush()\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(pico, "_CHILD", path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: True)
    return PicoEngine(language="de")


def length(engine: PicoEngine, text: str) -> int:
    return sum(len(stretch.samples) for stretch in engine.say(text, manner=NEUTRAL, seed=0))


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="does not speak zh; it speaks de, en, en-gb, es, fr, it"):
        PicoEngine(language="zh")


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingModelError, match=r"py-nanotts is not installed; pip install py-nanotts==\d"):
        PicoEngine(language="de")


@needs_pico
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de-AT", "Links steht ein Mann mit Bart."),
        ("en-GB", "On the left there is a man with a beard."),
        ("es", "A la izquierda hay un hombre con barba."),
        ("fr", "\u00c0 gauche, il y a un homme barbu."),
        ("it", "A sinistra c'\u00e8 un uomo con la barba."),
    ],
)
def test_each_language_says_a_sentence(language: str, text: str) -> None:
    assert 1.3 < length(PicoEngine(language=language), text) / 16000 < 4


@needs_pico
def test_the_system_ends_a_child_that_hangs() -> None:
    code = (
        "import importlib.util as u\n"
        f"spec = u.spec_from_file_location('child', {str(pico._CHILD)!r})\n"
        "child = u.module_from_spec(spec)\nspec.loader.exec_module(child)\n"
        "child.SENTENCE_SECONDS = 0.5\nchild.main()"
    )
    # Unparted, this word takes for ever.
    request = {"text": "n" * 288, "voice": "en-US", "speed": 1.0, "pitch": 1.0, "volume": 0.5}
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(request).encode(), check=False, timeout=60)
    assert done.returncode == -signal.SIGALRM


def test_a_child_that_ends_is_told_of_and_the_next_sentence_has_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = child(
        tmp_path,
        "'bad' in request['text'] and os.kill(os.getpid(), signal.SIGALRM);"
        "out.write(b'\\x04\\0\\0\\0' + b'\\x00\\x40' * 2)",
        monkeypatch,
    )
    with pytest.raises(VoxframeError, match="did not get through a text of 3 characters"):
        length(engine, "bad")
    assert length(engine, "good") == 2


def test_what_cannot_be_said_at_once_is_said_word_for_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = child(
        tmp_path,
        "out.write(b'\\xff' * 4 if len(request['text']) > 10 else b'\\x04\\0\\0\\0' + b'\\x00\\x40' * 2)",
        monkeypatch,
    )
    assert length(engine, "one two three - unpronounceable!") == 2 * 5


def test_long_words_and_numbers_are_parted_and_markup_is_no_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    engine = child(tmp_path, f"open({str(asked)!r}, 'w').write(request['text']); out.write(b'\\0' * 4)", monkeypatch)
    assert length(engine, f"<pitch level='500'>{'1' * 20} {'a' * 50}\n") == 0
    assert asked.read_text(encoding="utf-8") == f"pitch level='500' {'1' * 12} {'1' * 8} {'a' * 40} {'a' * 10}"


def test_the_child_ends_with_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    engine = child(tmp_path, f"open({str(pid)!r}, 'w').write(str(os.getpid())); out.write(b'\\0' * 4)", monkeypatch)
    length(engine, "one")
    number = int(pid.read_text(encoding="utf-8"))
    os.kill(number, 0)
    del engine
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


@needs_pico
def test_a_sentence_ends_soon_after_its_last_sound() -> None:
    (stretch,) = PicoEngine(language="en").say("Nobody looks to the right.", manner=NEUTRAL, seed=0)
    loud = np.flatnonzero(np.abs(stretch.samples) > 0.02)
    assert len(stretch.samples) - loud[-1] < 0.15 * 16000
