"""Personas and moods are data, and mistakes in them are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.core.errors import UsageError
from device.voice.engine import NEUTRAL, Manner
from device.voice.personas import Personas

if TYPE_CHECKING:
    from pathlib import Path

PERSONAS = Personas.load()


def written(folder: Path, content: str) -> Path:
    file = folder / "own.toml"
    file.write_text(content, encoding="utf-8")
    return file


def test_the_narrator_is_the_voice_as_it_is_and_speaks_where_nobody_is_asked_for() -> None:
    assert PERSONAS.manner("narrator", "neutral") == NEUTRAL
    assert PERSONAS.manner(None, "neutral") == NEUTRAL
    assert PERSONAS.names[0] == "narrator"


def test_there_are_six_personas_and_four_moods_and_no_two_speak_alike() -> None:
    assert len(PERSONAS.names) == 6
    assert PERSONAS.moods == ("neutral", "cheerful", "calm", "alarm")
    manners = {PERSONAS.manner(name, mood) for name in PERSONAS.names for mood in PERSONAS.moods}
    assert len(manners) == 24


def test_a_mood_adds_to_pitch_and_loudness_and_multiplies_times() -> None:
    plain, calm = (PERSONAS.manner("slate", mood) for mood in ("neutral", "calm"))
    assert calm.accent == pytest.approx(plain.accent - 2.5)
    assert calm.fall == pytest.approx(plain.fall + 1)
    assert calm.shelf_db == pytest.approx(plain.shelf_db - 1)
    assert calm.gain_db == pytest.approx(plain.gain_db - 2.5)
    assert calm.tempo == pytest.approx(plain.tempo * 0.87)
    assert calm.vowel == pytest.approx(plain.vowel * 1.05)
    assert calm.comma == pytest.approx(plain.comma * 1.5)
    assert calm.pause_seconds == pytest.approx(plain.pause_seconds * 1.8)
    assert (calm.ratio, calm.formant) == (plain.ratio, plain.formant)


def test_persona_and_mood_together_stay_in_the_range_of_a_persona() -> None:
    assert PERSONAS.manner("coral", "alarm").pitch == 5


@pytest.mark.parametrize(("persona", "mood", "listed"), [("nobody", "calm", "teal"), ("teal", "gloomy", "cheerful")])
def test_an_unknown_name_is_told_with_those_there_are(persona: str, mood: str, listed: str) -> None:
    with pytest.raises(UsageError, match=listed):
        PERSONAS.manner(persona, mood)


def test_a_curator_adds_and_changes_number_by_number(tmp_path: Path) -> None:
    own = Personas.load(
        written(tmp_path, "[persona.plum]\nratio = 1.2\n[persona.teal]\npitch = 1\n[mood.shy]\ngain_db = -6")
    )
    assert own.manner("plum", "neutral") == Manner(ratio=1.2)
    assert own.manner("teal", "neutral").pitch == 1
    assert own.manner("teal", "neutral").ratio == 1.38
    assert own.manner("narrator", "shy").gain_db == -6
    assert Personas.load().manner("teal", "neutral").pitch == 2


def test_every_mistake_is_told_at_once_with_key_value_and_what_is_allowed(tmp_path: Path) -> None:
    content = """
    colour = 3
    [persona]
    plum = 4
    [persona.Big]
    [persona.speaker-1]
    [persona.teal]
    ratio = 2.5
    formant = "high"
    speaker = 1.5
    tempo = true
    pich = 1
    pitch = nan
    [persona.rust]
    ratio = 1.005
    [mood.calm]
    pause_seconds = 1
    """
    with pytest.raises(UsageError) as told:
        Personas.load(written(tmp_path, content))
    message = str(told.value)
    assert "own.toml has 12 mistakes" in message
    assert "persona.teal.ratio = 2.5: allowed is a number in hundredths from 0.9 to 1.7" in message
    assert "persona.teal.pich = 1: allowed is a key out of pitch, accent" in message
    for key in ("colour", "persona.plum", "persona.Big", "persona.speaker-1", "persona.teal.formant"):
        assert key in message
    for key in ("teal.speaker", "teal.tempo", "teal.pitch", "rust.ratio", "mood.calm.pause_seconds"):
        assert key in message


@pytest.mark.parametrize("content", [b"[persona", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"own\.toml is no TOML"):
        Personas.load(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        Personas.load(tmp_path / "none.toml")


def test_a_voice_with_several_speakers_has_them_as_personas() -> None:
    several = Personas.load(speakers=3)
    assert several.names[-3:] == ("speaker-0", "speaker-1", "speaker-2")
    assert several.manner("speaker-2", "neutral") == Manner(speaker=2)
    assert several.manner("speaker-2", "alarm").tempo == pytest.approx(1.16)
    for personas, name in ((several, "speaker-3"), (several, "speaker-02"), (PERSONAS, "speaker-0")):
        with pytest.raises(UsageError, match="there is no persona"):
            personas.manner(name, "neutral")
