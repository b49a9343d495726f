"""Every sound file says, in a way that machines read, that it is synthetic speech."""

from __future__ import annotations

import struct
import wave
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from device.core.types import SpeechChunk
from device.playback.mark import COMMENT
from device.playback.wav import WavPlayer
from device.text.provenance import MADE_BY_A_MODEL, TOOL

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = np.arange(101, dtype=np.int16)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    WavPlayer(tmp_path / "a.wav").play([SpeechChunk(pcm=SAMPLES, sample_rate=22050, utterance=0)])
    return tmp_path / "a.wav"


def chunks_of(data: bytes) -> dict[bytes, bytes]:
    """Each by its name; the bytes have to be used up exactly."""
    found = {}
    while data:
        name, size = struct.unpack_from("<4sI", data)
        found[name] = data[8 : 8 + size]
        assert len(found[name]) == size
        data = data[8 + size + size % 2 :]
    return found


def test_a_file_is_whole_riff_and_its_samples_are_as_they_were(file: Path) -> None:
    data = file.read_bytes()
    assert (data[:4], struct.unpack_from("<I", data, 4)[0], data[8:12]) == (b"RIFF", len(data) - 8, b"WAVE")
    assert list(chunks_of(data[12:])) == [b"fmt ", b"data", b"LIST", b"_PMX"]
    with wave.open(str(file)) as sound:
        assert np.array_equal(np.frombuffer(sound.readframes(sound.getnframes()), "<i2"), SAMPLES)


def test_a_person_who_looks_at_its_properties_sees_it(file: Path) -> None:
    info = chunks_of(file.read_bytes()[12:])[b"LIST"]
    assert info[:4] == b"INFO"
    assert chunks_of(info[4:]) == {b"ISFT": TOOL.encode() + b"\0", b"ICMT": COMMENT.encode() + b"\0"}


def test_a_machine_that_asks_for_its_source_is_told(file: Path) -> None:
    xmp = ET.fromstring(chunks_of(file.read_bytes()[12:])[b"_PMX"])  # noqa: S314 - it is our own
    description = next(xmp.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))
    assert description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType") == MADE_BY_A_MODEL
    assert description.get("{http://ns.adobe.com/xap/1.0/}CreatorTool") == TOOL
