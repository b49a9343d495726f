"""espeak-ng as a child: what it is told, what it may answer, and what happens where it does not."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError, UsageError, VoxframeError
from device.voice import espeak
from device.voice.engine import NEUTRAL, Manner
from device.voice.espeak import EspeakEngine

if TYPE_CHECKING:
    from pathlib import Path

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed; as root: apt-get install espeak-ng"
)
SAMPLES = np.arange(-3000, 3000, dtype="<i2")
VOICES = "print('Pty Language Age/Gender VoiceName File Other'); print(' 5  de  --/M German gmw/de')"


def header(rate: int = 22050, between: bytes = b"") -> bytes:
    """As espeak-ng writes it into a pipe: with lengths that are not known yet."""
    form = (
        b"fmt \x10\0\0\0\x01\0\x01\0" + rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little") + b"\x02\0\x10\0"
    )
    return b"RIFF\x24\xf0\xff\x7fWAVE" + form + between + b"data\x00\xf0\xff\x7f"


def program(folder: Path, answer: str) -> str:
    """A program in place of espeak-ng, that knows German and then does `answer`."""
    path = folder / "espeak-ng"
    path.write_text(
        f"#!{sys.executable}\nimport os, sys, signal\nif '--voices' in sys.argv:\n    {VOICES}\n    sys.exit()\n"
        f"text = sys.stdin.read()\nout = sys.stdout.buffer\n{answer}\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return str(path)


def said(
    engine: EspeakEngine, text: str = "Ein Satz.", manner: Manner = NEUTRAL
) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
    return [stretch.samples for stretch in engine.say(text, manner=manner, seed=0)]


@needs_espeak
@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "en-us"),
        ("en-GB", "en-gb"),
        ("en-ZA", "en-us"),
        ("de-AT", "de"),
        ("fr", "fr-fr"),
        ("fr_CH", "fr-ch"),
        ("pt-BR", "pt-br"),
        ("zh-Hant-TW", "cmn"),
        ("zh-HK", "yue"),
        ("no", "nb"),
    ],
)
def test_a_language_tag_finds_its_voice(language: str, voice: str) -> None:
    assert EspeakEngine(language=language).name == f"espeak-ng {voice}"


@needs_espeak
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Links steht ein Mann mit Bart."),
        ("fr", "Deux enfants sont assis sur un mur."),
        ("es", "Veo a tres personas en esta foto."),
        ("zh", "\u6211\u770b\u5230\u4e09\u4e2a\u4eba\u3002"),
    ],
)
def test_other_languages_say_a_sentence(language: str, text: str) -> None:
    seconds = sum(map(len, said(EspeakEngine(language=language), text))) / 22050
    assert 0.8 < seconds < 4


@needs_espeak
def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"does not speak xx; it speaks .*\bcmn\b.*\bde\b"):
        EspeakEngine(language="xx")


def test_a_missing_program_is_named_with_what_installs_it() -> None:
    with pytest.raises(
        MissingModelError, match=r"absent-espeak cannot be started .*apt-get install espeak-ng"
    ) as caught:
        EspeakEngine(language="de", program="absent-espeak")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("between", [b"", b"LIST\x05\0\0\0INFO!\0"], ids=["plain", "another chunk"])
def test_all_samples_behind_the_header_are_heard_whatever_lengths_it_gives(tmp_path: Path, between: bytes) -> None:
    sound = header(between=between) + SAMPLES.tobytes() + b"\x07"
    engine = EspeakEngine(language="de", program=program(tmp_path, f"out.write({sound!r})"))
    assert np.array_equal(np.concatenate(said(engine)) * 32768, SAMPLES.astype(np.float32))


def test_sound_is_there_before_the_program_has_ended(tmp_path: Path) -> None:
    sound = header() + SAMPLES.tobytes()
    engine = EspeakEngine(
        language="de", program=program(tmp_path, f"out.write({sound!r}); out.flush(); signal.pause()")
    )
    speech = engine.say("Ein Satz.", manner=NEUTRAL, seed=0)
    assert len(next(speech).samples) >= 4096
    speech.close()  # type: ignore[attr-defined]


def test_what_is_said_goes_through_the_input_and_never_into_the_arguments(tmp_path: Path) -> None:
    told = tmp_path / "told"
    engine = EspeakEngine(
        language="de", program=program(tmp_path, f"open({str(told)!r}, 'w').write(repr(sys.argv[1:] + [text]))")
    )
    assert said(engine, "--version [[x]]\x01 <mark/>", Manner(pitch=2, tempo=1.2, speaker=1)) == []
    assert told.read_text(encoding="utf-8") == repr(
        ["--stdin", "--stdout", "-z", "-b", "1", "-v", "de+f2", "-s", "210", "-p", "63", "--version x mark/\n"]
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("sys.exit(3)", "failed with 3"),
        ("out.write(b'this is no sound at all')", "something else than sound"),
        (f"out.write({header(rate=16000)!r} + bytes(100))", "16000 samples a second"),
    ],
    ids=["fails", "no sound", "another rate"],
)
def test_a_program_that_fails_is_named_in_one_line(tmp_path: Path, answer: str, message: str) -> None:
    engine = EspeakEngine(language="de", program=program(tmp_path, answer))
    with pytest.raises(VoxframeError, match=message) as caught:
        said(engine)
    assert "\n" not in str(caught.value)


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    engine = EspeakEngine(
        language="de", program=program(tmp_path, f"open({str(pid)!r}, 'w').write(str(os.getpid()))\nsignal.pause()")
    )
    monkeypatch.setattr(espeak, "_PATIENCE_SECONDS", 0.5)
    with pytest.raises(VoxframeError, match="took too long"):
        said(engine)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="utf-8")), 0)


def test_accent_is_told_inside_the_text_and_heard(tmp_path: Path) -> None:
    told = tmp_path / "told"
    engine = EspeakEngine(language="de", program=program(tmp_path, f"open({str(told)!r}, 'w').write(text)"))
    said(engine, "Ein Satz.", Manner(accent=2.0))
    assert told.read_text(encoding="utf-8") == "\x0172R Ein Satz.\n"


@needs_espeak
def test_more_accent_is_another_melody_of_the_same_length() -> None:
    flat, plain, lively = (
        np.concatenate(said(EspeakEngine(language="en"), "I see three people.", Manner(accent=accent)))
        for accent in (-2.5, 0.0, 4.0)
    )
    for other in (flat, lively):
        assert len(other) == pytest.approx(len(plain), rel=0.05)
        assert np.abs(other[:9000] - plain[:9000]).max() > 0.1
